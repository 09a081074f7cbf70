"""What a response may be made of, asked before it is parsed: an element of two bytes becomes records of
hundreds, so that a message of 4 MiB would take more than half a gigabyte.

A batch is known by its first byte and may hold nothing much beside itself; how many exchanges are in it is
estimated from above, by the byte that stands before each. Everything else is small.
"""

from __future__ import annotations

from captured_exchanges.errors import ProtocolViolation
from captured_exchanges.wire.generated import captured_exchanges_pb2 as pb
from captured_exchanges.wire.varint import length_tag, read_varint

__all__ = ["MAX_BESIDE_BATCHES", "MAX_EXCHANGES", "check_proportions"]

MAX_EXCHANGES = 64 * 1024
"""Far more than a batch may hold (1024): the byte that is counted stands elsewhere too."""
MAX_BESIDE_BATCHES = 512 * 1024
"""The counters of all syncs that a connector keeps apart are below half of that."""
_BATCH = length_tag(pb.StreamCapturedExchangesResponse.BATCH_FIELD_NUMBER)
_EXCHANGE = length_tag(pb.Batch.EXCHANGES_FIELD_NUMBER)


def check_proportions(raw: bytes) -> None:
    """Raise ProtocolViolation where a response would make too many records. Thread-safe."""
    beside = len(raw) - _length_of_batch(raw)
    if beside > MAX_BESIDE_BATCHES:
        raise ProtocolViolation(
            f"a response has {beside} bytes beside a batch; at most {MAX_BESIDE_BATCHES} are taken"
        )
    if raw.count(_EXCHANGE) > MAX_EXCHANGES and beside < len(raw):
        raise ProtocolViolation(f"a batch has more exchanges than the {MAX_EXCHANGES} that are taken")


def _length_of_batch(raw: bytes) -> int:
    """How much of the message is the batch that it begins with; 0: it begins with none."""
    if not raw.startswith(_BATCH):
        return 0
    length, start = read_varint(raw, len(_BATCH))
    return min(start + length, len(raw))
