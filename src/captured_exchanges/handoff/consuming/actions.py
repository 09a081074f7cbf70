"""What the consumer's end asks its shell to do, and the settings it decides by.

Records only. A shell performs actions in the order given: it makes calls, writes requests, hands commits
to the store's thread, and reports each outcome back. See `client` for the decisions.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Literal, TypeAlias

from captured_exchanges.exchange import Ack, CapturedExchange, Drain, Drained, Gap, Heartbeat, Limits, Open

__all__ = [
    "Action",
    "Cancel",
    "ClientSettings",
    "Commit",
    "Dial",
    "HalfClose",
    "ReadWatermarks",
    "Send",
    "Stop",
    "StopKind",
    "Stopped",
]

StopKind: TypeAlias = Literal[
    "finished",  # the host closed the consumer
    "unsupported",  # the connector has no provenance
    "replaced",  # another stream took this consumer's place
    "refused",  # a status that no retry can heal
    "owned_elsewhere",  # another owner stayed for all of `ownership_timeout`
    "gave_up",  # nothing answered for all of `reconnect_timeout`
    "store",  # the store cannot be read or written
    "failed",  # a bug of ours
]


@dataclass(frozen=True, slots=True, kw_only=True)
class ClientSettings:
    """How a consumer behaves. Durations in seconds, sizes in bytes; `consumer_id` may not stay empty.

    `connector_name` is what the store knows the connector by, so that of two with one name neither is taken
    for a later life of the other; empty: the name that it gives itself.
    `limits` are asked for in `open` (none may be zero) and bound what may be unacked on this side;
    `delivery_*` bound one commit: it goes once half the allowance or its own bound is full, or its oldest
    part has waited `delivery_delay`. `reconnect_timeout` None: reconnect without end.
    """

    consumer_id: str = ""
    sync_id: str = ""
    connector_name: str = ""
    take_over: bool = False
    limits: Limits = field(
        default_factory=lambda: Limits(
            max_outstanding_exchanges=4096,
            max_outstanding_bytes=16 * 1024 * 1024,
            max_batch_exchanges=256,
            max_batch_bytes=512 * 1024,
            max_batch_delay=0.05,
        )
    )
    delivery_exchanges: int = 2048
    delivery_bytes: int = 8 * 1024 * 1024
    delivery_delay: float = 0.25
    backoff_initial: float = 0.1
    backoff_max: float = 10.0
    ownership_timeout: float = 60.0
    reconnect_timeout: float | None = None
    heartbeat_interval: float = 5.0
    """Assumed until the server has named its own."""


@dataclass(frozen=True, slots=True)
class ReadWatermarks:
    """Read the store's watermarks and report them with `watermarks_read`. Nothing is in flight."""


@dataclass(frozen=True, slots=True)
class Dial:
    """Make a new call and write this first; report what arrives and how it ends."""

    open: Open


@dataclass(frozen=True, slots=True)
class Send:
    """Write this on the current call."""

    request: Ack | Drain | Heartbeat


@dataclass(frozen=True, slots=True)
class HalfClose:
    """Half-close and go on reading to the end. What is not written yet is written before if `flush`, else
    thrown away: after `closing` a write would cost us messages and status.
    """

    flush: bool


@dataclass(frozen=True, slots=True)
class Cancel:
    """Cancel the current call and forget it: neither its messages nor its end are to be reported.

    `silent`: nothing came any more, so what carried it is not to be trusted with the next call either.
    """

    silent: bool = False


@dataclass(frozen=True, slots=True)
class Commit:
    """Commit this in one transaction, then report `committed`, `watermark_moved` or `store_failed`.

    One at a time: no other commit comes before the outcome of this one.
    """

    connector: str
    epoch: str
    after_sequence: int
    through_sequence: int
    exchanges: Sequence[CapturedExchange] = ()
    gaps: Sequence[Gap] = ()
    drained: Drained | None = None


@dataclass(frozen=True, slots=True)
class Stopped:
    """Why the consumer ended: the gRPC status code behind it (0: none) and a sentence for people."""

    kind: StopKind
    message: str = ""
    code: int = 0

    @property
    def failed(self) -> bool:
        """Whether the host should be told of an error."""
        return self.kind not in ("finished", "unsupported")


@dataclass(frozen=True, slots=True)
class Stop:
    """The end: cancel what is left of the call. No input has an effect any more."""

    stopped: Stopped


Action: TypeAlias = ReadWatermarks | Dial | Send | HalfClose | Cancel | Commit | Stop
"""Anything a shell may be asked to do."""
