"""The messages of the handoff as records: what `handoff` decides on and `wire` encodes.

Field by field they are the messages of proto/captured_exchanges/v1, with seconds (float) for durations
and plain ints and strings for the rest; zero and empty mean "unset", as on the wire.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Literal, TypeAlias

from captured_exchanges.exchange.records import CapturedExchange, Entry

__all__ = [
    "PROTOCOL_VERSION",
    "Ack",
    "Batch",
    "Closing",
    "ConnectorInfo",
    "Drain",
    "Drained",
    "Dropped",
    "Filter",
    "Gap",
    "GapReason",
    "Heartbeat",
    "Limits",
    "Open",
    "Opened",
    "OutgoingBatch",
    "PolicyInfo",
    "Request",
    "Response",
    "ResumePosition",
    "Role",
    "ServerHeartbeat",
    "ServerMessage",
    "SyncCount",
    "SyncCounters",
]

PROTOCOL_VERSION = 1

Role: TypeAlias = Literal["owner", "observer"]
GapReason: TypeAlias = Literal[
    "overflow",
    "oversize",
    "spool_failure",
    "retention",
    "observer_lag",
    "unclean_restart",
    "unknown_loss",
    "released_elsewhere",
]


@dataclass(frozen=True, slots=True)
class Limits:
    """Bounds of a stream. In `Open` zero means "the server's default"; in `Opened` they are in force."""

    max_outstanding_exchanges: int = 0
    max_outstanding_bytes: int = 0
    max_batch_exchanges: int = 0
    max_batch_bytes: int = 0
    max_batch_delay: float = 0.0


@dataclass(frozen=True, slots=True)
class ResumePosition:
    """Up to where a store holds an epoch."""

    epoch: str
    after_sequence: int


@dataclass(frozen=True, slots=True)
class Filter:
    """What an observer wants; an empty tuple allows all."""

    transport_kinds: tuple[str, ...] = ()
    surfaces: tuple[str, ...] = ()
    sync_ids: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Open:
    """Opens a stream; without a `consumer_id` as an observer."""

    protocol_version: int = 0
    consumer_id: str = ""
    sync_id: str = ""
    resume: tuple[ResumePosition, ...] = ()
    limits: Limits = field(default_factory=Limits)
    take_over: bool = False
    follow: bool = False
    from_sequence: int = 0
    filter: Filter = field(default_factory=Filter)


@dataclass(frozen=True, slots=True)
class Ack:
    """All through this sequence is committed."""

    epoch: str
    through_sequence: int


@dataclass(frozen=True, slots=True)
class Drain:
    """Deliver what was started before now; `timeout` in seconds, 0: the default."""

    timeout: float = 0.0


@dataclass(frozen=True, slots=True)
class Heartbeat:
    """The consumer lives."""


@dataclass(frozen=True, slots=True)
class ConnectorInfo:
    """Who serves."""

    name: str = ""
    version: str = ""


@dataclass(frozen=True, slots=True)
class PolicyInfo:
    """What exchanges were redacted by; `hash` is SHA-256 over the effective rules, hex."""

    name: str = ""
    version: str = ""
    hash: str = ""


@dataclass(frozen=True, slots=True)
class SyncCount:
    """How many exchanges of a sync."""

    sync_id: str
    count: int


@dataclass(frozen=True, slots=True)
class Dropped:
    """Exchanges lost for one reason."""

    reason: str
    count: int
    bytes: int


@dataclass(frozen=True, slots=True)
class SyncCounters:
    """The account of one sync: captured = acked + retained + Σ dropped; abandoned is part of captured."""

    sync_id: str
    captured: int = 0
    acked: int = 0
    dropped: tuple[Dropped, ...] = ()
    abandoned: int = 0


@dataclass(frozen=True, slots=True)
class Opened:
    """The stream is open."""

    role: Role
    epoch: str
    oldest_sequence: int
    next_sequence: int
    acked_through: int
    heartbeat_interval: float
    limits: Limits
    connector: ConnectorInfo = field(default_factory=ConnectorInfo)
    redaction_policy: PolicyInfo = field(default_factory=PolicyInfo)
    protocol_version: int = PROTOCOL_VERSION


@dataclass(frozen=True, slots=True)
class OutgoingBatch:
    """A batch as the connector sends it: encoded once, only concatenated."""

    epoch: str
    entries: Sequence[Entry]
    acked_through: int


@dataclass(frozen=True, slots=True)
class Batch:
    """A batch as the syncer receives it."""

    epoch: str
    exchanges: Sequence[CapturedExchange]
    acked_through: int


@dataclass(frozen=True, slots=True)
class Gap:
    """A run of sequences that will not arrive; `count` exchanges of `bytes` bytes."""

    epoch: str
    first_sequence: int
    last_sequence: int
    count: int
    bytes: int
    reason: str
    syncs: tuple[SyncCount, ...] = ()


@dataclass(frozen=True, slots=True)
class Drained:
    """The attestation."""

    epoch: str
    through_sequence: int
    acked_through: int
    counters: tuple[SyncCounters, ...] = ()


@dataclass(frozen=True, slots=True)
class ServerHeartbeat:
    """The connector lives, and this is how full it is."""

    epoch: str
    acked_through: int
    retained_exchanges: int = 0
    retained_bytes: int = 0
    pending: int = 0
    counters: tuple[SyncCounters, ...] = ()


@dataclass(frozen=True, slots=True)
class Closing:
    """The server ends the stream with gRPC status `code`, and says why."""

    epoch: str
    code: int
    reason: str


Request: TypeAlias = Open | Ack | Drain | Heartbeat
"""What a consumer may say."""
ServerMessage: TypeAlias = Opened | OutgoingBatch | Gap | Drained | ServerHeartbeat | Closing
"""What a connector may say, as it leaves."""
Response: TypeAlias = Opened | Batch | Gap | Drained | ServerHeartbeat | Closing
"""What a connector may say, as it arrives."""
