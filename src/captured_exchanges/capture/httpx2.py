"""Capture for httpx2: every attempt of its clients, synchronous and asynchronous, becomes an exchange.

Importing this module is the opt-in. An exchange is one attempt: each redirect hop, each round trip of an
authentication flow, each connect that failed; hops and repeats of one logical call share its `call_id`.
Bodies are copied as the caller reads them, still content-encoded, the first MAX_BODY_BYTES bytes of each.
The caller notices nothing: same bytes in the same pieces, same exceptions, same cancellation.

    instrument_client(client, producer.recorder)

Of a response that the caller reads only in part, or drops, what was read is recorded as `abandoned`.
"""

from __future__ import annotations

from captured_exchanges.capture._httpx import shim_of
from captured_exchanges.errors import MissingExtra
from captured_exchanges.exchange import ExchangeSink

try:
    import httpx2
except ModuleNotFoundError as error:
    raise MissingExtra(
        "capturing httpx2 needs httpx2, which is not installed: pip install 'captured-exchanges[httpx2]'"
    ) from error

__all__ = ["instrument", "instrument_client", "uninstrument", "uninstrument_client"]

_shim = shim_of(httpx2)


def instrument_client(client: httpx2.Client | httpx2.AsyncClient, sink: ExchangeSink) -> None:
    """Send the exchanges of this client to `sink`, with whatever transports and mounts it has or gets.

    Called again, the new sink replaces the old one; for this client it also takes precedence over
    `instrument`, and no exchange is captured twice. Thread-safe. Raises TypeError where `client` is no
    client of httpx2.
    """
    _shim.instrument_client(client, sink)


def uninstrument_client(client: httpx2.Client | httpx2.AsyncClient) -> None:
    """The client is again as it was before `instrument_client`. Harmless where it never was instrumented.
    Responses in flight are still captured to their end.
    """
    _shim.uninstrument_client(client)


def instrument(sink: ExchangeSink) -> None:
    """Send the exchanges of every client of this process to `sink`, made before or after. Called again,
    the new sink replaces the old one. Thread-safe.
    """
    _shim.instrument(sink)


def uninstrument() -> None:
    """The library is again as it was before `instrument`; clients that were instrumented on their own stay
    so. Harmless where nothing was instrumented.
    """
    _shim.uninstrument()
