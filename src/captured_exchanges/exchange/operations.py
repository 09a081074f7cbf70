"""What was asked of an upstream and what came back, as it really was: one pair of records a transport.

They live in the connector's memory only, between a capture adapter and `redaction`; no repr shows what
they hold. Times are nanoseconds since 1970-01-01 UTC. What is kept of them: docs/formats.md.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal, TypeAlias

__all__ = [
    "MAX_BODY_BYTES",
    "Body",
    "BodyState",
    "Failure",
    "HttpRequest",
    "HttpResponse",
    "LdapChange",
    "LdapEntry",
    "LdapRequest",
    "LdapResponse",
    "LdapValue",
    "SqlRequest",
    "SqlResponse",
    "UpstreamRequest",
    "UpstreamResponse",
]

MAX_BODY_BYTES = 512 * 1024
"""Bytes of a body that capture keeps; the rest is counted, not held."""

BodyState: TypeAlias = Literal["complete", "truncated", "abandoned"]
LdapValue: TypeAlias = bytes | str
"""An attribute's value, as the client library has it."""


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
class SqlRequest:
    """One execution of a statement.

    `parameters` are the bind values as the driver got them, of whatever Python types: positional, by name,
    or (of an `executemany`) a sequence of either. `dialect` names the SQL (`postgres`, `mysql`, `sqlite`,
    `tsql`, `oracle`, …), empty where unknown. `connection` is what the driver was told to connect with,
    a URL or a DSN, where the adapter knows it: never kept, its password is removed wherever it shows.
    """

    statement: str = field(repr=False)
    started_at: int
    parameters: Sequence[object] | Mapping[str, object] | None = field(default=None, repr=False)
    database: str = ""
    dialect: str = ""
    connection: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True)
class SqlResponse:
    """What came back: the first rows, with cells of whatever Python types, or an `error`.

    `row_count` is the driver's (None: it does not know); `truncated` says that there were more rows than
    are here.
    """

    duration_ms: float
    columns: tuple[str, ...] = field(default=(), repr=False)
    rows: tuple[Sequence[object], ...] = field(default=(), repr=False)
    row_count: int | None = None
    truncated: bool = False
    error: Failure | None = None


@dataclass(frozen=True, slots=True)
class LdapChange:
    """One change of a modify: `add`, `delete` or `replace` of an attribute's values."""

    operation: str
    attribute: str
    values: tuple[LdapValue, ...] = field(default=(), repr=False)


@dataclass(frozen=True, slots=True)
class LdapRequest:
    """One operation: `search`, `bind`, `add`, `modify`, `modify_dn`, `compare`, `delete`, `extended`, ….

    Of a search `base`, `scope`, `filter`, `attributes`; of the others the `dn` they are about. `changes` are
    a modify's, and an add's or a compare's values as changes `add` and `compare`. `page` says where a paged
    search stands, without its cookie. `credentials` (a bind's password, SASL's tokens, the old and new
    password of a password modify) are never kept, and removed wherever else they show.
    """

    operation: str
    started_at: int
    base: str = field(default="", repr=False)
    scope: str = ""
    filter: str = field(default="", repr=False)
    attributes: tuple[str, ...] = ()
    dn: str = field(default="", repr=False)
    changes: tuple[LdapChange, ...] = field(default=(), repr=False)
    page: int | None = None
    credentials: tuple[LdapValue, ...] = field(default=(), repr=False)


@dataclass(frozen=True, slots=True)
class LdapEntry:
    """An entry: its name, and the values of its attributes."""

    dn: str = field(repr=False)
    attributes: Mapping[str, Sequence[LdapValue]] = field(default_factory=dict, repr=False)


@dataclass(frozen=True, slots=True)
class LdapResponse:
    """The result, and a search's first entries; `truncated` says that there were more."""

    duration_ms: float
    result_code: int | None = None
    description: str = field(default="", repr=False)
    entries: tuple[LdapEntry, ...] = field(default=(), repr=False)
    truncated: bool = False
    error: Failure | None = None


UpstreamRequest: TypeAlias = HttpRequest | SqlRequest | LdapRequest
UpstreamResponse: TypeAlias = HttpResponse | SqlResponse | LdapResponse
