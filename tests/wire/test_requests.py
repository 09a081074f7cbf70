"""What a consumer says, as bytes."""

import contextlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from captured_exchanges.errors import ProtocolViolation
from captured_exchanges.exchange import Ack, Drain, Filter, Heartbeat, Limits, Open, ResumePosition
from captured_exchanges.wire import decode_request, encode_request
from captured_exchanges.wire.varint import length_delimited
from support.strategies import names, sequences

uint32 = st.integers(0, 2**32 - 1)
uint64 = st.integers(0, 2**64 - 1)
milliseconds = st.integers(0, 10_000).map(lambda count: count / 1000)
values = st.lists(names, max_size=3).map(tuple)
opens = st.builds(
    Open,
    protocol_version=uint32,
    consumer_id=names,
    sync_id=names,
    resume=st.lists(st.builds(ResumePosition, names, uint64), max_size=3).map(tuple),
    limits=st.builds(Limits, uint32, uint64, uint32, uint64, milliseconds),
    take_over=st.booleans(),
    follow=st.booleans(),
    from_sequence=uint64,
    filter=st.builds(Filter, values, values, values),
)
requests = st.one_of(
    opens, st.builds(Ack, names, sequences), st.builds(Drain, milliseconds), st.just(Heartbeat())
)


@given(requests)
def test_a_request_survives_the_wire(request_):
    """Every variant arrives as it was sent."""
    assert decode_request(encode_request(request_)) == request_


@pytest.mark.parametrize("seconds", [-1.5, -0.25, 0.1])
def test_durations_keep_sign_and_fraction(seconds):
    """A negative duration arrives negative, so that the server can refuse it by name."""
    assert decode_request(encode_request(Drain(seconds))) == Drain(seconds)


def test_nothing_at_all_is_a_safe_look():
    """`grpcurl -d '{}'` sends an empty message: neither a variant nor an error."""
    assert decode_request(b"") is None


def test_an_unknown_variant_is_refused():
    """A message with only fields from the future is not taken for a safe look."""
    with pytest.raises(ProtocolViolation, match="variant that this server does not know") as refused:
        decode_request(length_delimited(99, b"later"))
    assert refused.value.code == 3


def test_unknown_fields_beside_a_known_variant_are_ignored():
    """A newer client may say more than this server understands."""
    assert decode_request(encode_request(Heartbeat()) + length_delimited(99, b"later")) == Heartbeat()


@given(st.binary(max_size=200))
def test_any_bytes_end_in_a_request_or_a_refusal(raw):
    """No message of a peer raises anything but ProtocolViolation."""
    with contextlib.suppress(ProtocolViolation):
        decode_request(raw)
