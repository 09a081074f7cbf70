"""What the end of a stream means for the consumer (PROTOCOL rules 7 and 14).

Codes are gRPC's status codes as numbers; sentences from the peer are shortened and stripped of control
characters before anybody prints them.
"""

from __future__ import annotations

from typing import Literal, TypeAlias

from captured_exchanges.handoff.consuming.actions import Stopped
from captured_exchanges.handoff.status import Status

__all__ = ["Verdict", "stop_for", "told", "verdict"]

Verdict: TypeAlias = Literal["retry", "wait_for_owner", "stop"]

_MAX_DETAIL = 300
_HOPELESS = frozenset(
    {
        Status.INVALID_ARGUMENT,
        Status.PERMISSION_DENIED,
        Status.UNAUTHENTICATED,
        Status.ABORTED,
        Status.UNIMPLEMENTED,
    }
)


def verdict(code: int) -> Verdict:
    """Whether to try again, to try again until another owner has gone, or to stop."""
    if code in _HOPELESS:
        return "stop"
    return "wait_for_owner" if code == Status.FAILED_PRECONDITION else "retry"


def told(code: int, detail: str) -> str:
    """A status as people read it: its name, and what the peer said."""
    name = Status(code).name if code in set(Status) else f"status {code}"
    said = "".join(letter if letter.isprintable() else " " for letter in detail[:_MAX_DETAIL]).strip()
    return f"{name}: {said}" if said else name


def stop_for(code: int, detail: str) -> Stopped:
    """The end that a status brings which no retry can heal."""
    if code == Status.UNIMPLEMENTED:
        return Stopped("unsupported", "the connector does not hand over exchanges", code)
    if code == Status.ABORTED:
        return Stopped("replaced", f"another consumer took this one's place ({told(code, detail)})", code)
    if code == Status.FAILED_PRECONDITION:
        return Stopped("owned_elsewhere", f"the connector keeps refusing ({told(code, detail)})", code)
    return Stopped("refused", f"the connector refused this consumer ({told(code, detail)})", code)
