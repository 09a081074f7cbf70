"""What a connector says, as bytes."""

import contextlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from captured_exchanges.errors import ProtocolViolation
from captured_exchanges.exchange import (
    Closing,
    ConnectorInfo,
    Drained,
    Dropped,
    Gap,
    Limits,
    Opened,
    PolicyInfo,
    ServerHeartbeat,
    SyncCount,
    SyncCounters,
)
from captured_exchanges.wire import decode_response, encode_response
from captured_exchanges.wire.varint import length_delimited
from support.strategies import names, sequences

counts = st.integers(0, 2**64 - 1)
milliseconds = st.integers(0, 10_000).map(lambda count: count / 1000)
counters = st.lists(
    st.builds(
        SyncCounters,
        names,
        counts,
        counts,
        st.lists(st.builds(Dropped, names, counts, counts), max_size=2).map(tuple),
        counts,
    ),
    max_size=3,
).map(tuple)
small_limits = st.builds(Limits, st.integers(0, 9), counts, st.integers(0, 9), counts, milliseconds)
responses = st.one_of(
    st.builds(
        Opened,
        role=st.sampled_from(["owner", "observer"]),
        epoch=names,
        oldest_sequence=sequences,
        next_sequence=sequences,
        acked_through=counts,
        heartbeat_interval=milliseconds,
        limits=small_limits,
        connector=st.builds(ConnectorInfo, names, names),
        redaction_policy=st.builds(PolicyInfo, names, names, names),
    ),
    st.builds(
        Gap,
        names,
        sequences,
        sequences,
        counts,
        counts,
        names,
        st.lists(st.builds(SyncCount, names, counts), max_size=3).map(tuple),
    ),
    st.builds(Drained, names, sequences, counts, counters),
    st.builds(ServerHeartbeat, names, counts, counts, counts, counts, counters),
    st.builds(Closing, names, st.integers(0, 16), names),
)


@given(responses)
def test_a_response_survives_the_wire(response):
    """Every variant arrives as it was sent."""
    assert decode_response(encode_response(response)) == response


def test_a_variant_from_the_future_is_ignored():
    """A newer server may say what this consumer does not understand."""
    assert decode_response(length_delimited(99, b"later")) is None


def test_garbage_is_told_with_a_hint():
    """Bytes that are no such message name the likely cause."""
    with pytest.raises(ProtocolViolation, match=r"speaks captured_exchanges\.v1"):
        decode_response(b"\xff\xff\xff")


@given(st.binary(max_size=200))
def test_any_bytes_end_in_a_response_or_a_violation(raw):
    """No message of a peer raises anything but ProtocolViolation."""
    with contextlib.suppress(ProtocolViolation):
        decode_response(raw)
