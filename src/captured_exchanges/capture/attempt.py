"""One attempt at one HTTP request: what is known of it at any moment, and that it is finished once.

Adapters fill it in as their library tells; a sink asks for the snapshot. No client library here.
"""

from __future__ import annotations

import itertools
import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TypeAlias

from captured_exchanges.capture.body import BodyCopy
from captured_exchanges.capture.guard import harmless
from captured_exchanges.exchange import (
    ExchangeSink,
    Failure,
    HttpRequest,
    HttpResponse,
    PendingExchange,
    new_request_id,
)

__all__ = ["MAX_MESSAGE", "Answer", "Attempt", "LogicalCall", "RawHeaders"]

RawHeaders: TypeAlias = Sequence[tuple[bytes, bytes]]
MAX_MESSAGE = 64 * 1024
"""Characters of an error's message that are kept. Far above what redaction keeps: a token that is cut in
two here could escape the rule that knows it.
"""


class LogicalCall:
    """What attempts and hops of one logical call share: its id, and the count of attempts. Thread-safe."""

    __slots__ = ("_numbers", "call_id")

    def __init__(self) -> None:
        self.call_id = new_request_id()
        self._numbers = itertools.count(1)

    def next_attempt(self) -> int:
        """1 for the first attempt, and so on."""
        return next(self._numbers)


@dataclass(frozen=True, slots=True)
class Answer:
    """The head of a response, and the copy of its body that is being made."""

    status: int
    body: BodyCopy
    reason: str = field(default="", repr=False)
    headers: RawHeaders = field(default=(), repr=False)
    http_version: str = ""
    remote_address: str = ""


class Attempt:
    """An attempt in flight. Nothing here raises an Exception; `snapshot` may be called from any thread.

    `url` is anything whose `str` is the URL and that does not change. `headers` may be set again until the
    attempt is answered: a transport may sign a request on its way out.
    """

    __slots__ = (
        "_answer", "_ended_at", "_failure", "_lock", "_pending", "_started", "_started_at",
        "body", "call", "headers", "method", "number", "url",
    )  # fmt: skip

    def __init__(
        self, call: LogicalCall, method: str, url: object, headers: RawHeaders, body: BodyCopy
    ) -> None:
        self.call = call
        self.number = call.next_attempt()
        self.method = method
        self.url = url
        self.headers = headers
        self.body = body
        self._started_at = time.time_ns()
        self._started = time.perf_counter()
        self._ended_at: float | None = None
        self._answer: Answer | None = None
        self._failure: Failure | None = None
        self._lock = threading.Lock()
        self._pending: PendingExchange | None = None

    def begin(self, sink: ExchangeSink) -> None:
        """Tell the sink, in the caller's context."""
        with harmless:
            self._pending = sink.begin("http", self.snapshot)

    def answer(self, answer: Answer) -> None:
        """The head of the response is here."""
        self._answer = answer

    def fail(self, error: BaseException) -> None:
        """No response, or none to its end: the client library raised this."""
        kind = type(error).__name__
        self._failure = Failure(kind, "")
        with harmless:
            self._failure = Failure(kind, str(error)[:MAX_MESSAGE])
        self.finish()

    def finish(self) -> None:
        """The attempt is over, whatever is known of it. Only the first call counts."""
        with self._lock:
            # Let go of it: it holds `snapshot`, and a cycle would keep both bodies until a collection.
            pending, self._pending = self._pending, None
        if pending is not None:
            self._ended_at = time.perf_counter()
            with harmless:
                pending.finish()

    def snapshot(self) -> tuple[HttpRequest, HttpResponse | None]:
        """What is known at this moment."""
        answer, failure = self._answer, self._failure
        return self._request(answer), self._response(answer, failure)

    def _request(self, answer: Answer | None) -> HttpRequest:
        return HttpRequest(
            method=self.method,
            url=str(self.url),
            headers=_decoded(self.headers),
            body=self.body.body(),
            started_at=self._started_at,
            http_version=answer.http_version if answer else "",
            attempt=self.number,
            call_id=self.call.call_id,
        )

    def _response(self, answer: Answer | None, failure: Failure | None) -> HttpResponse | None:
        if answer is None and failure is None:
            return None
        duration_ms = ((self._ended_at or time.perf_counter()) - self._started) * 1000
        if answer is None:
            return HttpResponse(status=None, duration_ms=duration_ms, error=failure)
        return HttpResponse(
            status=answer.status,
            duration_ms=duration_ms,
            reason=answer.reason,
            headers=_decoded(answer.headers),
            body=answer.body.body(),
            http_version=answer.http_version,
            error=failure,
            remote_address=answer.remote_address,
        )


def _decoded(headers: RawHeaders) -> tuple[tuple[str, str], ...]:
    return tuple((name.decode("latin-1"), value.decode("latin-1")) for name, value in headers)
