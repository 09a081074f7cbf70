"""What an exchange is, in each state of its way through the package.

    Exchange          raw, in the connector's memory only; holds credentials; its repr shows none of it
    RedactedExchange  redacted JSON; made by `redaction`, and by whoever reads back what was redacted
    EncodedExchange   the protobuf bytes of a RedactedExchange; made by `wire` alone
    Entry             an EncodedExchange with its place in the buffer
    CapturedExchange  what arrives at the syncer: a RedactedExchange with its place in the epoch
    StoredExchange    a row of the store, whoever wrote it

Encoder and buffer accept nothing but a RedactedExchange or its bytes, so the type checker proves that
nothing unredacted crosses. All records are immutable and safe to share between threads. Times are
integers: nanoseconds since 1970-01-01 UTC.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal, TypeAlias

__all__ = [
    "ENTRY_OVERHEAD",
    "MAX_BODY_BYTES",
    "MAX_EXCHANGE_BYTES",
    "MAX_SEQUENCE",
    "Body",
    "BodyState",
    "CapturedExchange",
    "EncodedExchange",
    "Entry",
    "Exchange",
    "Failure",
    "HttpRequest",
    "HttpResponse",
    "Intent",
    "Json",
    "RedactedExchange",
    "StoredExchange",
    "Watermark",
]

Json: TypeAlias = "bool | int | float | str | list[Json] | dict[str, Json] | None"
BodyState: TypeAlias = Literal["complete", "truncated", "abandoned"]

MAX_SEQUENCE = 2**63 - 1
MAX_BODY_BYTES = 512 * 1024
"""Bytes of a body that capture keeps; the rest is counted, not held."""
MAX_EXCHANGE_BYTES = 3 * 1024 * 1024
"""An encoded exchange is always below this, so that every message fits gRPC's default of 4 MiB."""
ENTRY_OVERHEAD = 24
"""Bytes that a batch adds to an encoded exchange at most: tags, length, sequence."""


@dataclass(frozen=True, slots=True)
class Body:
    """A body as it crossed the wire, before redaction.

    `data` holds at most MAX_BODY_BYTES of the bytes on the wire (still content-encoded); `size` counts
    all of them. `state` says whether the caller read it to the end, we kept only its beginning, or the
    caller gave up early.
    """

    data: bytes = field(repr=False)
    size: int
    state: BodyState = "complete"


@dataclass(frozen=True, slots=True)
class Failure:
    """Why there is no response: the client library's exception, by type name and message."""

    type: str
    message: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class HttpRequest:
    """One HTTP request attempt. Header names and values are as sent, order and repeats kept."""

    method: str
    url: str = field(repr=False)
    headers: tuple[tuple[str, str], ...] = field(repr=False)
    body: Body | None
    started_at: int
    http_version: str = ""
    attempt: int = 1
    call_id: str = ""


@dataclass(frozen=True, slots=True)
class HttpResponse:
    """What came back: a status, or (with `status` None) an `error`. `duration_ms` runs from the start
    of the request to the end of the body, or to where the caller stopped reading.
    """

    status: int | None
    duration_ms: float
    reason: str = field(default="", repr=False)
    headers: tuple[tuple[str, str], ...] = field(default=(), repr=False)
    body: Body | None = None
    http_version: str = ""
    error: Failure | None = None
    remote_address: str = ""


@dataclass(frozen=True, slots=True)
class Intent:
    """Why an upstream call is made: what baton was asked (`surface`), by which method (`entrypoint`),
    for which resource type; `extra` is whatever else the connector wants to say. Empty means unknown.
    """

    surface: str = ""
    entrypoint: str = ""
    resource_type: str = ""
    extra: Mapping[str, Json] = field(default_factory=dict, repr=False)

    def as_json(self) -> dict[str, Json]:
        """The JSON shape of the store: `surface`, `entrypoint`, `resourceType`, then the extras."""
        named = {"surface": self.surface, "entrypoint": self.entrypoint, "resourceType": self.resource_type}
        return {**{name: value for name, value in named.items() if value}, **self.extra}


@dataclass(frozen=True, slots=True)
class Exchange:
    """One attempt at one upstream operation, as it really was. Never leaves the connector's memory."""

    request_id: str
    transport_kind: str
    request: HttpRequest
    response: HttpResponse | None
    intent: Intent
    captured_at: int
    sync_id: str = ""


@dataclass(frozen=True, slots=True)
class RedactedExchange:
    """An exchange without its credentials: three compact UTF-8 JSON documents and their address.

    Only `redaction` turns an Exchange into one; `wire` and `store` rebuild one from what was redacted
    before.
    """

    request_id: str
    sync_id: str
    transport_kind: str
    request_json: bytes = field(repr=False)
    response_json: bytes | None = field(repr=False)
    intent_json: bytes | None = field(repr=False)
    captured_at: int


@dataclass(frozen=True, slots=True)
class EncodedExchange:
    """A RedactedExchange as protobuf bytes, all fields but the sequence. Made by `wire.encode_exchange`."""

    request_id: str
    sync_id: str
    transport_kind: str
    surface: str
    data: bytes = field(repr=False)

    @property
    def size(self) -> int:
        """Bytes this exchange may take in a batch: the unit of every bound on buffer and stream."""
        return len(self.data) + ENTRY_OVERHEAD


@dataclass(frozen=True, slots=True)
class Entry:
    """An encoded exchange at its place in the buffer's epoch."""

    sequence: int
    exchange: EncodedExchange

    @property
    def size(self) -> int:
        """As `EncodedExchange.size`."""
        return self.exchange.size


@dataclass(frozen=True, slots=True)
class CapturedExchange:
    """An exchange as it arrives at the syncer, at its place in the connector's epoch."""

    sequence: int
    exchange: RedactedExchange
    size: int = 0


@dataclass(frozen=True, slots=True)
class StoredExchange:
    """A row of `v1_exchanges`, as far as it can be understood: another program may have written it.

    The three documents are UTF-8 JSON as stored (not checked here), or None where absent.
    `discovered_at` is the text as stored.
    """

    id: int
    request_id: str
    sync_id: str
    transport_kind: str
    request_json: bytes | None = field(repr=False)
    response_json: bytes | None = field(repr=False)
    intent_json: bytes | None = field(repr=False)
    discovered_at: str


@dataclass(frozen=True, slots=True)
class Watermark:
    """Up to where a store has committed an epoch of a connector, and whether it was drained to there."""

    epoch: str
    through_sequence: int
    connector: str = ""
    drained: bool = False
