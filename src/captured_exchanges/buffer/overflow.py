"""What becomes of a newcomer where the buffer is full, by the operator's choice.

    drop_newest   the newcomer is lost (the default): what an owner has begun to take stays whole
    drop_oldest   the oldest that is not in flight is lost; where all is in flight, or too little is not, the
                  newcomer is
    Block(5.0)    the connector's call waits for room, so many seconds at most; then the newcomer is lost

Whatever is lost keeps its sequence and is told as a gap.
"""

from __future__ import annotations

import asyncio
import math
import threading
from dataclasses import dataclass
from typing import Literal, TypeAlias

__all__ = ["Block", "Overflow", "Room", "in_event_loop"]


@dataclass(frozen=True, slots=True)
class Block:
    """Wait for room for so many seconds at most. Raises ValueError unless they are above zero and finite.

    In a thread that runs an event loop nothing waits, for it would stop every other call: the newcomer is
    lost there at once, and counted (`buffer.block_refused`).
    """

    seconds: float

    def __post_init__(self) -> None:
        if not 0 < self.seconds < math.inf:
            raise ValueError(f"Block({self.seconds}): a deadline is above zero seconds, and finite")


Overflow: TypeAlias = Literal["drop_newest", "drop_oldest"] | Block


class Room:
    """Where those wait for whom there was no room. Thread-safe."""

    def __init__(self) -> None:
        self._condition = threading.Condition()
        self._moment = 0
        self._waiting = 0

    @property
    def moment(self) -> int:
        """Ask for it before looking for room, and hand it to `wait`: nothing is missed in between."""
        return self._moment

    def made(self) -> None:
        """There is more room than before."""
        self._moment += 1
        if self._waiting:
            with self._condition:
                self._condition.notify_all()

    def wait(self, moment: int, seconds: float) -> None:
        """Until more room was made than at that moment, or so many seconds are over."""
        with self._condition:
            self._waiting += 1
            try:
                self._condition.wait_for(lambda: self._moment != moment, max(0.0, seconds))
            finally:
                self._waiting -= 1


def in_event_loop() -> bool:
    """Whether this thread runs an event loop of asyncio at this moment."""
    try:
        asyncio.get_running_loop()
    except RuntimeError:
        return False
    return True
