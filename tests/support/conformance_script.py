"""A connector's end that follows a script: the call as the script sees it, and the server of such calls.

A script is a function of a Peer, written as one talks: it blocks, in a thread of its own. It may also
misbehave. What it expects and does not get is an AssertionError, which the ScriptedConnector keeps.
"""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import grpc

from captured_exchanges.exchange import Ack, Drain, Open, Opened, Request, ServerMessage
from captured_exchanges.wire import METHOD_NAME, SERVICE, decode_request, encode_response
from support.syncer_messages import drained
from support.threaded_calls import PATIENCE, until

__all__ = ["HALF_CLOSE", "End", "Peer", "ScriptedConnector", "answer_drain"]

HALF_CLOSE = "half-close"
"""Stands among the requests where the client wrote no more."""


@dataclass(frozen=True, slots=True)
class End:
    """How the call ends."""

    code: grpc.StatusCode
    detail: str


class Peer:
    """One call. `said` is all that the client said, in order; `over` whether the call is."""

    def __init__(self, put: Callable[[bytes | End | None], None]) -> None:
        self.said: list[Request | str | None] = []
        self.over = False
        self._put = put
        self._ended = False
        self._taken: Counter[Any] = Counter()
        self._changed = threading.Condition()

    def expect(self, kind: Any) -> Any:
        """The next request of this kind, whatever comes between, or the HALF_CLOSE."""
        number = self._taken[kind]
        self._taken[kind] += 1
        self._until(lambda: len(self.all_of(kind)) > number, f"{kind} number {number + 1}")
        return self.all_of(kind)[number]

    def open_with(self, opened: Opened) -> Open:
        """Take the client's open, and answer it."""
        asked = self.expect(Open)
        self.send(opened)
        return asked

    def acked(self, through: int) -> None:
        """Wait for an ack of this sequence or a later one."""
        self._until(
            lambda: any(ack.through_sequence >= through for ack in self.all_of(Ack)), f"an ack of {through}"
        )

    def rest(self) -> list[Request | str | None]:
        """Wait for the half-close; all that was said before it."""
        self._until(lambda: HALF_CLOSE in self.said, HALF_CLOSE)
        return self.said[: self.said.index(HALF_CLOSE)]

    def all_of(self, kind: Any) -> list[Any]:
        """What was said of this kind."""
        return [
            said for said in self.said if (said == kind if kind == HALF_CLOSE else isinstance(said, kind))
        ]

    def send(self, *messages: ServerMessage) -> None:
        """Say these, one after another."""
        for message in messages:
            self.send_raw(encode_response(message))

    def send_raw(self, raw: bytes) -> None:
        """Say bytes that may be anything."""
        self._put(raw)

    def end(self, code: grpc.StatusCode, detail: str = "") -> None:
        """End with a status, once all that was said is written. Repeats are harmless."""
        if not self._ended:
            self._ended = True
            self._put(End(code, detail))

    def hang(self) -> None:
        """Say nothing more until the client goes."""
        with self._changed:
            assert self._changed.wait_for(lambda: self.over, PATIENCE), "the client stays"

    def hear(self, raw: bytes | None) -> None:
        """The client said something, or (None) wrote its last."""
        with self._changed:
            self.said.append(HALF_CLOSE if raw is None else decode_request(raw))
            self._changed.notify_all()

    def lost(self) -> None:
        """The call is over."""
        with self._changed:
            self.over = True
            self._changed.notify_all()
        self._put(None)

    def _until(self, condition: Callable[[], bool], what: str) -> None:
        with self._changed:
            self._changed.wait_for(lambda: condition() or self.over, PATIENCE)
            assert condition(), f"no {what} came; heard were {self.said}"


def answer_drain(peer: Peer, through: int, **named: Any) -> None:
    """The end of a script in which all goes well: attest, and be half-closed."""
    peer.expect(Drain)
    peer.send(drained(through, **named))
    peer.rest()


class ScriptedConnector:
    """A connector whose streams run the scripts given, one each, the last one for all further streams.

    Without scripts it is a server that has no such method.
    """

    def __init__(self, servers: Any, scripts: tuple[Callable[[Peer], None], ...]) -> None:
        self._servers = servers
        self._scripts = scripts
        self._turns = threading.Condition()
        self._finished = 0
        self._end: Callable[[], None] = lambda: None
        self.streams = 0
        self.target = ""
        self.failures: list[BaseException] = []

    def start(self) -> None:
        """Listen; after `stop` again, at the same target."""
        handler = grpc.stream_stream_rpc_method_handler(self._servers.script(self._play))
        name = METHOD_NAME if self._scripts else "AnotherMethod"
        handlers = (grpc.method_handlers_generic_handler(SERVICE, {name: handler}),)
        self.target, self._end = self._servers.start(handlers, self.target)

    def stop(self) -> None:
        """Die at once, as a killed process does."""
        end, self._end = self._end, lambda: None
        end()

    def finished(self, number: int) -> None:
        """Wait until so many scripts have run to their end, and raise what failed in them."""
        until(lambda: self._finished >= number or self.failures)
        assert not self.failures, self.failures

    def _play(self, peer: Peer) -> None:
        with self._turns:
            script = self._scripts[min(self.streams, len(self._scripts) - 1)]
            self.streams += 1
        try:
            script(peer)
        except Exception as failure:  # noqa: BLE001 - kept, and raised in the test
            self.failures.append(failure)
        finally:
            peer.end(grpc.StatusCode.OK)
            with self._turns:
                self._finished += 1
