"""What the connector's end decides and its shell performs.

A shell asks `ServerStream.next_action` until it answers None, performs each action before it asks again,
and tells the stream what came of it: `items` after a Read, `written` after a Send.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias

from captured_exchanges.exchange import ServerMessage

__all__ = ["Abandon", "Action", "End", "Keep", "Nudge", "Read", "Release", "Send"]


@dataclass(frozen=True, slots=True)
class Send:
    """Write this message; `with_counters`: put the buffer's counters of this moment into it first."""

    message: ServerMessage
    with_counters: bool = False


@dataclass(frozen=True, slots=True)
class Read:
    """Read from the buffer, with these arguments, and hand the result to `items`."""

    after_sequence: int
    max_exchanges: int
    max_bytes: int
    hold: bool = False


@dataclass(frozen=True, slots=True)
class Keep:
    """There is an owner (None), or there is none but for so many seconds: `buffer.keep`."""

    seconds: float | None


@dataclass(frozen=True, slots=True)
class Release:
    """An owner has committed everything through this sequence: `buffer.release`."""

    through_sequence: int


@dataclass(frozen=True, slots=True)
class Abandon:
    """A drain waits no longer: `buffer.abandon`. May take a while; need not be waited for."""

    before_ticket: int


@dataclass(frozen=True, slots=True)
class Nudge:
    """Another stream's turn has come: ask every stream of this connector again."""


@dataclass(frozen=True, slots=True)
class End:
    """End the call with this gRPC status; a write still pending will never be completed: give it up."""

    code: int
    details: str


Action: TypeAlias = Send | Read | Keep | Release | Abandon | Nudge | End
"""What a shell may be asked to do."""
