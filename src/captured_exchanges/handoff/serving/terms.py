"""The numbers on which the connector's end serves: intervals, bounds, defaults and maxima.

What a stream asks for is settled by `agree`: zero means the default, more than the maximum means the
maximum (PROTOCOL.md, "Requests").
"""

from __future__ import annotations

from dataclasses import dataclass, field

from captured_exchanges.exchange import Limits

__all__ = ["MAX_BATCH_BYTES", "Terms", "agree"]

MAX_BATCH_BYTES = 1024 * 1024 - 4096
"""A batch within this stays below 1 MiB as a message: the rest is for its epoch and its framing."""


@dataclass(frozen=True, slots=True)
class Terms:
    """All of them, in seconds, bytes and counts.

    An observer does not ack, so its outstanding bounds say how much one write may carry: it never has more
    than one write in the air. `dead_after` is in heartbeat intervals.
    """

    heartbeat_interval: float = 5.0
    dead_after: float = 2.5
    reservation: float = 30.0
    open_timeout: float = 30.0
    closing_wait: float = 2.0
    drain_timeout: float = 5.0
    max_drain_timeout: float = 600.0
    max_streams: int = 64
    max_observers: int = 8
    owner_default: Limits = field(default_factory=lambda: Limits(4096, 16 << 20, 256, 512 << 10, 0.05))
    owner_maximum: Limits = field(default_factory=lambda: Limits(65536, 64 << 20, 1024, MAX_BATCH_BYTES, 5.0))
    observer_default: Limits = field(default_factory=lambda: Limits(64, 256 << 10, 64, 256 << 10, 0.05))
    observer_maximum: Limits = field(default_factory=lambda: Limits(256, 512 << 10, 256, 512 << 10, 5.0))

    def __post_init__(self) -> None:
        if not self.heartbeat_interval > 0:
            raise ValueError(f"heartbeat_interval is {self.heartbeat_interval} s; it must be above zero")

    @property
    def patience(self) -> float:
        """Seconds of silence, or of a write that does not move, after which a peer is dead."""
        return self.dead_after * self.heartbeat_interval


def agree(asked: Limits, default: Limits, maximum: Limits) -> Limits:
    """The bounds in force for what a peer asked."""
    return Limits(
        min(
            asked.max_outstanding_exchanges or default.max_outstanding_exchanges,
            maximum.max_outstanding_exchanges,
        ),
        min(asked.max_outstanding_bytes or default.max_outstanding_bytes, maximum.max_outstanding_bytes),
        min(asked.max_batch_exchanges or default.max_batch_exchanges, maximum.max_batch_exchanges),
        min(asked.max_batch_bytes or default.max_batch_bytes, maximum.max_batch_bytes),
        min(asked.max_batch_delay or default.max_batch_delay, maximum.max_batch_delay),
    )
