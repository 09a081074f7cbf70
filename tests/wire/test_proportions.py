"""What a response may be made of."""

import subprocess
import sys

import pytest

from captured_exchanges.errors import ProtocolViolation
from captured_exchanges.exchange import Batch, Drained, Dropped, SyncCounters
from captured_exchanges.wire import decode_response, encode_response
from captured_exchanges.wire.generated import captured_exchanges_pb2 as pb
from captured_exchanges.wire.proportions import MAX_BESIDE_BATCHES
from captured_exchanges.wire.varint import length_delimited, length_tag

RESPONSE = pb.StreamCapturedExchangesResponse
LARGEST = 4 << 20
PLACES = {
    "exchanges": (RESPONSE.BATCH_FIELD_NUMBER, pb.Batch.EXCHANGES_FIELD_NUMBER),
    "syncs of a gap": (RESPONSE.GAP_FIELD_NUMBER, pb.Gap.SYNCS_FIELD_NUMBER),
    "counters": (RESPONSE.DRAINED_FIELD_NUMBER, pb.Drained.COUNTERS_FIELD_NUMBER),
    "counters of a heartbeat": (RESPONSE.HEARTBEAT_FIELD_NUMBER, pb.ServerHeartbeat.COUNTERS_FIELD_NUMBER),
}
PRELUDES = {"alone": b"", "after an unknown field": b"\x7a\x00", "after a batch": length_delimited(2, b"")}
DECODES = """
import resource, sys
from captured_exchanges.errors import ProtocolViolation
from captured_exchanges.wire import decode_response
raw = sys.stdin.buffer.read()
before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
try:
    decode_response(raw)
except ProtocolViolation:
    pass
print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before)
"""


def crowded(place, size=LARGEST):
    """A message of that size with as many empty elements in one place as it takes."""
    variant, field = PLACES[place]
    return length_delimited(variant, (length_tag(field) + b"\0") * ((size - 16) // 2))


@pytest.mark.parametrize("prelude", PRELUDES.values(), ids=PRELUDES)
@pytest.mark.parametrize("place", PLACES)
def test_a_message_of_many_empty_elements_is_refused_before_it_is_parsed(place, prelude):
    """Wherever they stand, and whatever stands before them."""
    with pytest.raises(ProtocolViolation, match="are taken"):
        decode_response(prelude + crowded(place))


@pytest.mark.parametrize("place", PLACES)
def test_what_is_just_let_in_takes_memory_within_bounds(place):
    """Two million elements took 630 MB; what passes takes a tenth of it."""
    size = LARGEST if place == "exchanges" else MAX_BESIDE_BATCHES
    raw = crowded(place, min(size, 2 * 65_000) if place == "exchanges" else size)
    grown = subprocess.run([sys.executable, "-c", DECODES], input=raw, capture_output=True, check=True)
    assert int(grown.stdout) < 64 * 1024


def test_the_fullest_honest_messages_pass():
    """A batch of 1024 exchanges, counters of 257 syncs with the longest ids, one exchange of nearly 4 MiB."""
    batch = pb.Batch(epoch="e")
    for number in range(1, 1025):
        batch.exchanges.add(sequence=number, request_id="\x12" * 36, sync_id="s", request_json="{}" * 500)
    assert len(decoded(RESPONSE(batch=batch)).exchanges) == 1024
    dropped = tuple(Dropped(reason * 20, 2**62, 2**62) for reason in "abcdefgh")
    counters = tuple(SyncCounters(f"{n:03}" * 85, 2**62, 2**62, dropped, 2**62) for n in range(257))
    drained = Drained("e", 1, 1, counters)
    assert decode_response(encode_response(drained)) == drained
    large = pb.Batch(epoch="e")
    large.exchanges.add(sequence=1, request_id="r", request_json="x" * (LARGEST - 1000))
    assert isinstance(decoded(RESPONSE(batch=large)), Batch)


def decoded(message):
    """What a consumer makes of it."""
    return decode_response(message.SerializeToString())
