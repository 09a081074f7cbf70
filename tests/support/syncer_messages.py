"""Messages of a connector, short to write."""

from captured_exchanges.exchange import (
    Batch,
    CapturedExchange,
    ConnectorInfo,
    Drained,
    Gap,
    Limits,
    Opened,
    RedactedExchange,
    SyncCounters,
    Watermark,
)

EPOCH = "epoch-1"
CONNECTOR = "acme"


def captured(sequence, *, epoch=EPOCH, sync_id="", size=10, body=b"{}"):
    """An exchange whose request id tells epoch and sequence."""
    exchange = RedactedExchange(
        request_id=f"{epoch}/{sequence}",
        sync_id=sync_id,
        transport_kind="http",
        request_json=body,
        response_json=None,
        intent_json=None,
        captured_at=1_700_000_000_000_000_000,
    )
    return CapturedExchange(sequence, exchange, size)


def batch(*sequences, epoch=EPOCH, sync_id="", size=10, acked=0):
    """A batch of exchanges with these sequences."""
    return Batch(epoch, tuple(captured(s, epoch=epoch, sync_id=sync_id, size=size) for s in sequences), acked)


def gap(first, last, *, epoch=EPOCH, count=None, size=0, reason="overflow", syncs=()):
    """A gap; it counts every sequence unless told otherwise."""
    return Gap(epoch, first, last, max(0, last - first + 1) if count is None else count, size, reason, syncs)


def opened(
    *, epoch=EPOCH, acked=0, next_sequence=1, interval=5.0, limits=None, role="owner", connector=CONNECTOR
):
    """The first message of a stream."""
    return Opened(
        role=role,
        epoch=epoch,
        oldest_sequence=next_sequence,
        next_sequence=next_sequence,
        acked_through=acked,
        heartbeat_interval=interval,
        limits=limits or Limits(4096, 16 << 20, 256, 512 << 10, 0.05),
        connector=ConnectorInfo(connector, "1"),
    )


def drained(through, *, epoch=EPOCH, acked=None, counters=()):
    """An attestation."""
    return Drained(epoch, through, through if acked is None else acked, counters)


def counters(sync_id="", *, captured=0, acked=0, dropped=(), abandoned=0):
    """The account of a sync."""
    return SyncCounters(sync_id, captured, acked, dropped, abandoned)


def watermark(through, *, epoch=EPOCH, connector=CONNECTOR, drained=False):
    """What a store says of an epoch."""
    return Watermark(epoch, through, connector, drained)
