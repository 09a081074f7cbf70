"""What the shim needs of httpx and httpx2, as Protocols: both libraries have it under the same names."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any, Protocol, TypeAlias

from captured_exchanges.capture.attempt import RawHeaders

__all__ = ["Foreign", "Headers", "Library", "Request", "Response", "Trace"]

Foreign: TypeAlias = Any
"""An object of the library that is handed on as it is, or asked by its name only."""
Trace: TypeAlias = Callable[[str, Mapping[str, Any]], Any]
"""httpcore's `trace` callback: an event's name, and what it says; a coroutine function for async."""


class Library(Protocol):
    """The module."""

    __name__: str

    @property
    def Client(self) -> type: ...  # noqa: N802
    @property
    def AsyncClient(self) -> type: ...  # noqa: N802
    @property
    def BaseTransport(self) -> type: ...  # noqa: N802
    @property
    def AsyncBaseTransport(self) -> type: ...  # noqa: N802
    @property
    def ByteStream(self) -> type[Iterable[bytes]]: ...  # noqa: N802
    @property
    def SyncByteStream(self) -> type: ...  # noqa: N802
    @property
    def AsyncByteStream(self) -> type: ...  # noqa: N802
    @property
    def ResponseNotRead(self) -> type[Exception]: ...  # noqa: N802


class Headers(Protocol):
    """Its `raw` is a new list each time: names and values as they cross the wire."""

    @property
    def raw(self) -> RawHeaders: ...
    def get(self, name: str) -> str | None: ...


class Request(Protocol):
    """A request on its way through a transport."""

    method: str
    url: object
    headers: Headers
    stream: Foreign
    extensions: dict[str, Any]


class Response(Protocol):
    """A response as a transport returns it."""

    status_code: int
    headers: Headers
    stream: Foreign
    extensions: dict[str, Any]
    is_closed: bool

    @property
    def reason_phrase(self) -> str: ...
    @property
    def http_version(self) -> str: ...
    @property
    def content(self) -> bytes: ...
