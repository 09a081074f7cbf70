"""Exchanges, deliveries and files for tests of the store and of whoever uses it."""

from collections.abc import Iterable, Sequence
from pathlib import Path

from captured_exchanges.exchange import CapturedExchange, Drained, Gap, RedactedExchange
from captured_exchanges.store import Delivery
from captured_exchanges.store.c1z import HEADER

FIXTURES = Path(__file__).parent.parent / "fixtures"
CONNECTOR = "acme"
EPOCH = "epoch-1"
SYNC = "sync-1"


def redacted(request_id: str = "r1", sync_id: str = "", **changed) -> RedactedExchange:
    """A small exchange."""
    fields = {
        "transport_kind": "http",
        "request_json": b'{"kind":"http","method":"GET"}',
        "response_json": b'{"status":200}',
        "intent_json": b'{"surface":"sync"}',
        "captured_at": 1,
    } | changed
    return RedactedExchange(request_id=request_id, sync_id=sync_id, **fields)


def captured(sequence: int, sync_id: str = "", **changed) -> CapturedExchange:
    """The exchange at this place of an epoch; its request id tells the place."""
    return CapturedExchange(sequence, redacted(f"r{sequence}", sync_id, **changed))


def delivery(
    exchanges: Sequence[CapturedExchange] = (),
    *,
    after: int = 0,
    through: int | None = None,
    gaps: Sequence[Gap] = (),
    epoch: str = EPOCH,
    connector: str = CONNECTOR,
    sync_id: str = SYNC,
    drained: Drained | None = None,
) -> Delivery:
    """A delivery through its last exchange."""
    last = exchanges[-1].sequence if exchanges else after
    return Delivery(
        connector, epoch, after, last if through is None else through, exchanges, gaps, sync_id, drained
    )


def run(first: int, last: int) -> list[CapturedExchange]:
    """Exchanges of consecutive places, both included."""
    return [captured(sequence) for sequence in range(first, last + 1)]


def c1z(path: Path, frames: Iterable[bytes]) -> Path:
    """A `.c1z` of ready-made frames."""
    path.write_bytes(HEADER + b"".join(frames))
    return path
