"""What an observer makes of its stream: how long to be patient, and what an end means. For both styles."""

from __future__ import annotations

import math

from captured_exchanges.errors import (
    CapturedExchangesError,
    ConnectionRefused,
    ConsumerStopped,
    ProtocolViolation,
)
from captured_exchanges.exchange import PROTOCOL_VERSION, Closing, Filter, Open, Opened, Response
from captured_exchanges.handoff import Status
from captured_exchanges.syncer.handshakes import HANDSHAKE_FAILED
from captured_exchanges.syncer.mailbox import Ended, Garbage, Message

__all__ = ["Watching"]

_OPEN_TIMEOUT = 12.5
_DEAD_AFTER = 2.5
_TRIES = 6
"""A call that the server ends at once, as it does one without its token, may lose its status to our write and
end INTERNAL (seen: 1 in 100 on a quiet machine, 1 in 6 on a busy one).
"""


class Watching:
    """One look at a connector, over one call or, where that lost its status, over a few. Not thread-safe.

    `opening` is to be sent on each call, then the half-close; `patience` is how many seconds the connector
    may be silent.
    """

    def __init__(self, place: str, *, follow: bool, from_sequence: int, wanted: Filter) -> None:
        self._place = place
        self._closing: Closing | None = None
        self._heard = False
        self._calls = 1
        self.patience = _OPEN_TIMEOUT
        self.opening = Open(
            protocol_version=PROTOCOL_VERSION, follow=follow, from_sequence=from_sequence, filter=wanted
        )

    def response_in(self, item: Message | Garbage) -> Response | None:
        """What an item says; None: nothing that this version knows. Raises ProtocolViolation."""
        self._heard = True
        if isinstance(item, Garbage):
            raise ProtocolViolation(f"{self._place}: {item.message}")
        if item.response is not None:
            self._learn(item.response)
        return item.response

    def once_more(self, ended: Ended) -> bool:
        """Whether another call is worth while; an end that says something bad is raised as an error."""
        lost = not self._heard and ended.code == Status.INTERNAL and self._calls < _TRIES
        self._calls += 1
        if not lost:
            self._judge(ended)
        return lost

    def silent(self) -> ConsumerStopped:
        """The error of a connector that said nothing for all of `patience`."""
        return ConsumerStopped(
            f"{self._place}: the connector has been silent for {self.patience:g} s: is it stuck?",
            code=Status.UNAVAILABLE,
        )

    def _learn(self, response: Response) -> None:
        if isinstance(response, Opened):
            interval = response.heartbeat_interval
            usable = math.isfinite(interval) and interval > 0
            self.patience = max(1.0, _DEAD_AFTER * interval) if usable else _OPEN_TIMEOUT
        elif isinstance(response, Closing):
            self._closing = response

    def _judge(self, ended: Ended) -> None:
        code, detail = ended.code, ended.detail
        if self._closing is not None:
            code, detail = self._closing.code, self._closing.reason
        if code != Status.OK:
            raise _error_of(code, detail, self._place)


def _error_of(code: int, detail: str, place: str) -> CapturedExchangesError:
    match code:
        case Status.UNAVAILABLE if detail.startswith(HANDSHAKE_FAILED):
            return ConnectionRefused(f"{place}: {detail}")
        case Status.UNAVAILABLE:
            return ConsumerStopped(
                f"{place}: nothing listens here, or it has just gone ({detail})", code=code
            )
        case Status.UNIMPLEMENTED:
            return ConsumerStopped(f"{place}: this server hands over no captured exchanges", code=code)
        case Status.PERMISSION_DENIED | Status.UNAUTHENTICATED:
            return ConnectionRefused(f"{place}: the connector refused us ({detail})")
        case Status.INVALID_ARGUMENT:
            return ProtocolViolation(f"{place}: the connector refused the request ({detail})", code=code)
        case _:
            name = Status(code).name if code in set(Status) else str(code)
            return ConsumerStopped(f"{place}: the stream ended with {name} ({detail})", code=code)
