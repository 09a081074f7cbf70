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
from typing import TypeAlias

from captured_exchanges.exchange.operations import UpstreamRequest, UpstreamResponse

__all__ = [
    "ENTRY_OVERHEAD",
    "MAX_EXCHANGE_BYTES",
    "MAX_SEQUENCE",
    "CapturedExchange",
    "EncodedExchange",
    "Entry",
    "Exchange",
    "Intent",
    "Json",
    "RedactedExchange",
    "StoredExchange",
    "Watermark",
]

Json: TypeAlias = "bool | int | float | str | list[Json] | dict[str, Json] | None"

MAX_SEQUENCE = 2**63 - 1
MAX_EXCHANGE_BYTES = 3 * 1024 * 1024
"""An encoded exchange is always below this, so that every message fits gRPC's default of 4 MiB."""
ENTRY_OVERHEAD = 24
"""Bytes that a batch adds to an encoded exchange at most: tags, length, sequence."""


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
    request: UpstreamRequest
    response: UpstreamResponse | None
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
        return len(self.exchange.data) + ENTRY_OVERHEAD


@dataclass(frozen=True, slots=True)
class CapturedExchange:
    """An exchange as it arrives at the syncer, at its place in the connector's epoch.

    `poison` says why no table may hold it as one of its rows; empty: nothing is wrong with it.
    """

    sequence: int
    exchange: RedactedExchange
    size: int = 0
    poison: str = ""


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
