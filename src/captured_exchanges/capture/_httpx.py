"""The shim for httpx and httpx2: how calls of their clients get to be watched. Parameterised by the module.

Both libraries ask `client._transport_for_url` for the transport of each single request: each redirect hop
and each round trip of an authentication flow, through proxies and mounts. That is the one place this hooks
into, on one client or on the client classes: the transport it answers with is wrapped for that request
alone. So transports and mounts stay the very objects that the caller gave, may be exchanged later, and are
opened and closed by the client as ever; and there is nothing to restore but the hook itself.

A transport that retries by itself is one exchange a call, but for retried connects (`_httpx_flight`). A
token request inside an authentication flow is a logical call of its own.
"""

from __future__ import annotations

import functools
import threading
import weakref
from collections.abc import Callable, Mapping
from typing import Any

from captured_exchanges.capture._httpx_flight import Flight
from captured_exchanges.capture._httpx_like import Foreign, Library, Request, Response
from captured_exchanges.capture.tee import Tees
from captured_exchanges.exchange import ExchangeSink

__all__ = ["Shim", "shim_of"]

_HOOK = "_transport_for_url"


@functools.cache
def shim_of(library: Library) -> Shim:
    """The one shim of this module: `httpx2.alias_httpx` makes both names mean the same library."""
    return Shim(library)


class Shim:
    """Instruments clients of one library. Thread-safe."""

    def __init__(self, library: Library) -> None:
        self.library = library
        self.tees = Tees(library.SyncByteStream, library.AsyncByteStream)
        self._wrappers: Mapping[type, Callable[..., _Transport]] = {
            library.Client: type("CapturingTransport", (_SyncTransport, library.BaseTransport), {}),
            library.AsyncClient: type(
                "AsyncCapturingTransport", (_AsyncTransport, library.AsyncBaseTransport), {}
            ),
        }
        self._lock = threading.Lock()
        self._sink: ExchangeSink | None = None
        self._patched: list[tuple[type, Any, Any]] = []

    def instrument_client(self, client: Foreign, sink: ExchangeSink) -> None:
        """As the adapters' `instrument_client`."""
        kind = self._kind(client)
        with self._lock:
            hook = client.__dict__.get(_HOOK)
            if isinstance(hook, _ClientHook):
                hook.sink = sink
            else:
                setattr(client, _HOOK, _ClientHook(self, kind, client, hook, sink))

    def uninstrument_client(self, client: Foreign) -> None:
        """As the adapters' `uninstrument_client`."""
        with self._lock:
            hook = client.__dict__.get(_HOOK)
            if not isinstance(hook, _ClientHook):
                return
            if hook.previous is None:
                delattr(client, _HOOK)
            else:
                setattr(client, _HOOK, hook.previous)

    def instrument(self, sink: ExchangeSink) -> None:
        """As the adapters' `instrument`."""
        with self._lock:
            if not self._patched:
                self._patched = [self._patch(kind) for kind in self._wrappers]
            self._sink = sink

    def uninstrument(self) -> None:
        """As the adapters' `uninstrument`."""
        with self._lock:
            self._sink = None
            for kind, original, hook in self._patched:
                # Where somebody has patched over it since, it stays underneath and does nothing.
                if kind.__dict__.get(_HOOK) is hook:
                    setattr(kind, _HOOK, original)
            self._patched = []

    def wrap(self, kind: type, transport: Foreign, sink: ExchangeSink | None) -> Foreign:
        """The transport, watched for this sink alone, whoever watched it before."""
        if sink is None:
            return transport
        inner = transport.inner if isinstance(transport, _Transport) else transport
        return self._wrappers[kind](self, inner, sink)

    def _patch(self, kind: type) -> tuple[type, Any, Any]:
        original = kind.__dict__[_HOOK]

        @functools.wraps(original)
        def hook(client: Foreign, url: Foreign) -> Foreign:
            return self.wrap(kind, original(client, url), self._sink)

        setattr(kind, _HOOK, hook)
        return kind, original, hook

    def _kind(self, client: Foreign) -> type:
        for kind in self._wrappers:
            if isinstance(client, kind):
                return kind
        name = self.library.__name__
        raise TypeError(
            f"a {type(client).__module__}.{type(client).__qualname__} is no client of {name}: "
            f"give a {name}.Client or {name}.AsyncClient, or use the adapter of its own library"
        )


class _ClientHook:
    """Stands before one client's own choice of transport. Knows the client weakly: a cycle would keep the
    sockets of a client that nobody closed open until a collection.
    """

    def __init__(
        self,
        shim: Shim,
        kind: type,
        client: Foreign,
        previous: Callable[[Any], Any] | None,
        sink: ExchangeSink,
    ) -> None:
        self.previous = previous
        self.sink = sink
        self._shim = shim
        self._kind = kind
        self._client = weakref.ref(client)

    def __call__(self, url: Foreign) -> Foreign:
        client = self._client()
        choose = self.previous or getattr(type(client), _HOOK).__get__(client)
        return self._shim.wrap(self._kind, choose(url), self.sink)


class _Transport:
    """Watches requests on their way to the transport inside; all else is that transport's."""

    def __init__(self, shim: Shim, inner: Foreign, sink: ExchangeSink) -> None:
        self.inner = inner
        self._shim = shim
        self._sink = sink

    def __getattr__(self, name: str) -> Foreign:
        return getattr(self.inner, name)

    def _depart(self, request: Request, told: Callable[..., Foreign]) -> Flight:
        flight = Flight(self._shim.library, self._shim.tees, self._sink)
        flight.depart(request)
        if getattr(getattr(self.inner, "_pool", None), "_retries", 0):
            flight.listen(request, functools.partial(told, flight, request))
        return flight


class _SyncTransport(_Transport):
    def handle_request(self, request: Request) -> Response:
        flight = self._depart(request, _told)
        try:
            response: Response = self.inner.handle_request(request)
        except BaseException as error:
            flight.crash(request, error)
            raise
        flight.land(request, response)
        return response

    def close(self) -> None:
        self.inner.close()


class _AsyncTransport(_Transport):
    async def handle_async_request(self, request: Request) -> Response:
        flight = self._depart(request, _told_async)
        try:
            response: Response = await self.inner.handle_async_request(request)
        except BaseException as error:
            flight.crash(request, error)
            raise
        flight.land(request, response)
        return response

    async def aclose(self) -> None:
        await self.inner.aclose()


def _told(flight: Flight, request: Request, event: str, info: Mapping[str, Any]) -> Foreign:
    flight.heard(request, event, info)
    return flight.listener(event, info) if flight.listener else None


async def _told_async(flight: Flight, request: Request, event: str, info: Mapping[str, Any]) -> None:
    flight.heard(request, event, info)
    if flight.listener:
        await flight.listener(event, info)
