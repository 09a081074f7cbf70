"""A pairing: servers of one style, clients of one style, and the way between them.

A test asks it for what it needs and says what happens; it blocks, and cannot tell which style an end is of.

    with pairing.connector(filled(3)) as connector:     a servicer of ours over a real buffer, and
        owner, opened = connector.opened(OWNER)         a caller that speaks by hand
    with pairing.scripted(script) as connector, pairing.consumer(connector, store) as consumer:
        report = consumer.drain()                       a connector that follows a script, and a consumer
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import replace
from typing import Any

from captured_exchanges.buffer import CaptureBuffer
from captured_exchanges.exchange import Response
from captured_exchanges.handoff.serving import Terms
from captured_exchanges.syncer import ClientSettings
from support.conformance_connector import Clock, Connector
from support.conformance_script import Peer, ScriptedConnector
from support.handoff_connector import CONNECTOR, POLICY

__all__ = ["QUICK", "Pairing"]

_NO_WAIT = 0.002
"""Seconds that a batch waits for company."""
_LIMITS = replace(ClientSettings().limits, max_batch_delay=_NO_WAIT)
QUICK = ClientSettings(limits=_LIMITS, delivery_delay=0.02, backoff_initial=0.01, backoff_max=0.05)
"""A consumer that makes no test wait."""
_PROMPT = {
    role: replace(getattr(Terms(), role), max_batch_delay=_NO_WAIT)
    for role in ("owner_default", "observer_default")
}
"""A connector that makes none wait either."""


class Pairing:
    """See the module. `servers` and `clients` are of the modules named so, on the same transport."""

    def __init__(self, servers: Any, clients: Any) -> None:
        self._servers = servers
        self._clients = clients

    @contextmanager
    def connector(
        self,
        buffer: CaptureBuffer | None = None,
        *,
        clock: Clock | None = None,
        host: tuple[Any, ...] = (),
        **terms: Any,
    ) -> Iterator[Connector]:
        """A connector of ours, prompt unless told otherwise; `host`: handlers of its other services."""
        buffer, clock = buffer or CaptureBuffer(), clock or Clock()
        servicer = self._servers.servicer(
            buffer, connector=CONNECTOR, policy=POLICY, terms=Terms(**{**_PROMPT, **terms}), clock=clock
        )
        target, end = self._servers.start((servicer.handler(), *host))
        connector = Connector(
            target, buffer, servicer, clock=clock, servers=self._servers, clients=self._clients
        )
        try:
            yield connector
        finally:
            connector.hang_up()
            end()

    @contextmanager
    def scripted(self, *scripts: Callable[[Peer], None]) -> Iterator[ScriptedConnector]:
        """A connector that follows scripts; what fails in one of them fails the test."""
        connector = ScriptedConnector(self._servers, scripts)
        connector.start()
        try:
            yield connector
        finally:
            connector.stop()
        connector.finished(connector.streams)

    def consumer(
        self, connector: Connector | ScriptedConnector, store: object, **named: Any
    ) -> AbstractContextManager[Any]:
        """A consumer of ours, quick and of sync `ours` unless told otherwise."""
        return self._clients.consumer(
            connector.target, store, **{"sync_id": "ours", "settings": QUICK, **named}
        )

    def look(
        self,
        connector: Connector | ScriptedConnector,
        *,
        leave_after: Callable[[Response], bool] = lambda _response: False,
        **named: Any,
    ) -> list[Response]:
        """All that an observer of ours hears, up to the end or to what it leaves after."""
        return self._clients.look(connector.target, leave_after, **named)
