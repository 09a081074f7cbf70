"""One pass of a request through a transport of httpx or httpx2, watched.

Lives here: what is read off the library's request and response, and what is put in their place for a
while (the body streams, the `trace` extension). Not here: how calls get to a transport (`_httpx`).

Usually a flight is one attempt. Where a transport itself retries connecting (`HTTPTransport(retries=…)`),
each refused connect is an attempt too, and only httpcore's `trace` extension tells of it: it is set for
such transports alone, because each trace event costs every request a call.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from captured_exchanges.capture._httpx_like import Foreign, Library, Request, Response, Trace
from captured_exchanges.capture.attempt import Answer, Attempt, LogicalCall
from captured_exchanges.capture.body import BodyCopy
from captured_exchanges.capture.guard import harmless
from captured_exchanges.capture.tee import Tees
from captured_exchanges.exchange import ExchangeSink

__all__ = ["CALL", "Flight"]

CALL = "captured_exchanges.call"
"""Key in a request's extensions, which httpx hands on from hop to hop: the LogicalCall."""
_BODILESS = frozenset({204, 304})


class Flight:
    """A request on its way. Every method is harmless: whatever goes wrong in it, the call goes on."""

    def __init__(self, library: Library, tees: Tees, sink: ExchangeSink) -> None:
        self._library = library
        self._tees = tees
        self._sink = sink
        self._attempt: Attempt | None = None
        self._refused: BaseException | None = None
        self._stream: Foreign = None
        self._tee: Foreign = None
        self._extensions: dict[str, Any] = {}
        self._listening: dict[str, Any] | None = None

    def depart(self, request: Request) -> None:
        """Before the transport: the attempt begins, and the request's body is copied as it is read."""
        with harmless:
            # A dictionary of our own: the caller's may serve several requests.
            self._extensions = {**request.extensions, CALL: _call_of(request)}
            body = BodyCopy()
            self._attempt = self._begin(request, body)
            request.extensions = self._extensions
            self._watch_request_body(request, body)

    def listen(self, request: Request, trace: Trace) -> None:
        """Have httpcore's events told to `trace`, which tells them to `listener` in its turn."""
        with harmless:
            self._listening = request.extensions = {**self._extensions, "trace": trace}

    @property
    def listener(self) -> Trace | None:
        """The `trace` callback that the caller has set, or None."""
        return self._extensions.get("trace")

    def heard(self, request: Request, event: str, info: Mapping[str, Any]) -> None:
        """An event of httpcore: a connect that is tried again was an attempt."""
        with harmless:
            if event.startswith("connection.") and event.endswith(".failed"):
                self._refused = info["exception"]
            elif event == "connection.retry.started" and self._attempt and self._refused:
                self._attempt.fail(self._refused)
                self._attempt = self._begin(request, self._attempt.body)

    def crash(self, request: Request, error: BaseException) -> None:
        """The transport raised, or was cancelled."""
        self._give_back(request)
        if self._attempt:
            self._attempt.fail(error)

    def land(self, request: Request, response: Response) -> None:
        """The transport answered: from here on the response's stream ends the attempt."""
        self._give_back(request)
        if self._attempt:
            with harmless:
                self._watch_response(self._attempt, request.method, response)
                return
            self._attempt.finish()

    def _give_back(self, request: Request) -> None:
        """The request is again as the caller knew it; its headers are what the transport made of them."""
        with harmless:
            if self._attempt:
                self._attempt.headers = request.headers.raw
            if self._listening is not None and request.extensions is self._listening:
                request.extensions = self._extensions
            if self._tee is not None and request.stream is self._tee:
                request.stream = self._stream

    def _begin(self, request: Request, body: BodyCopy) -> Attempt:
        call = self._extensions[CALL]
        attempt = Attempt(call, request.method, request.url, request.headers.raw, body)
        attempt.begin(self._sink)
        return attempt

    def _watch_request_body(self, request: Request, body: BodyCopy) -> None:
        if type(request.stream) is self._library.ByteStream:
            body.add(b"".join(request.stream))
            body.end()
            return
        self._stream, self._tee = request.stream, self._tees.over(request.stream, body)
        if self._tee is not None:
            request.stream = self._tee

    def _watch_response(self, attempt: Attempt, method: str, response: Response) -> None:
        if response.is_closed:
            attempt.answer(_answer(response, self._loaded(response)))
            attempt.finish()
            return
        body = BodyCopy(expected=_has_body(method, response))
        attempt.answer(_answer(response, body))
        tee = self._tees.over(response.stream, body, attempt)
        if tee is None:  # no stream of this library: its client will refuse it unread
            attempt.finish()
        else:
            response.stream = tee

    def _loaded(self, response: Response) -> BodyCopy:
        """The body of a response that some transport made or read on its own."""
        if type(response.stream) is self._library.ByteStream:
            return BodyCopy.of(b"".join(response.stream))
        try:
            return BodyCopy.of(response.content)
        except self._library.ResponseNotRead:
            return BodyCopy()


def _call_of(request: Request) -> LogicalCall:
    call = request.extensions.get(CALL)
    return call if isinstance(call, LogicalCall) else LogicalCall()


def _has_body(method: str, response: Response) -> bool:
    status = response.status_code
    bodiless = method == "HEAD" or status < 200 or status in _BODILESS  # noqa: PLR2004 - RFC 9110, 6.4.1
    return not bodiless and response.headers.get("content-length") != "0"


def _answer(response: Response, body: BodyCopy) -> Answer:
    extensions = response.extensions
    return Answer(
        status=response.status_code,
        body=body,
        reason=response.reason_phrase,
        headers=response.headers.raw,
        http_version=response.http_version if "http_version" in extensions else "",
        remote_address=_address(extensions.get("network_stream")),
    )


def _address(network_stream: Foreign) -> str:
    try:
        address = network_stream and network_stream.get_extra_info("server_addr")
    except OSError:  # the peer has gone, and the socket no longer knows who it was
        return ""
    if isinstance(address, tuple):
        host, port = address[:2]
        return f"[{host}]:{port}" if ":" in host else f"{host}:{port}"
    return f"unix:{address}" if address else ""
