"""One stream as the consumer sees it, from `open` to its end: who it is with, when it spoke last.

The clocks measure the peer's silence alone: where our own loop stood still, or we chose not to read, the
count begins anew.
"""

from __future__ import annotations

import math
from dataclasses import replace

from captured_exchanges.errors import ProtocolViolation
from captured_exchanges.exchange import (
    MAX_SEQUENCE,
    PROTOCOL_VERSION,
    Closing,
    Limits,
    Opened,
    ResumePosition,
    Watermark,
)
from captured_exchanges.handoff.consuming.actions import ClientSettings
from captured_exchanges.handoff.consuming.intake import Intake

__all__ = ["MAX_RESUME", "ClientStream", "resume_positions"]

MAX_RESUME = 64
_DEAD_AFTER = 2.5
_MAX_ENDING = 5.0
_MIN_INTERVAL = 0.01
_MAX_INTERVAL = 600.0


class ClientStream:
    """The state of one stream. `watermarks` are the store's at its open. Not thread-safe."""

    def __init__(self, settings: ClientSettings, watermarks: tuple[Watermark, ...], now: float) -> None:
        self._settings = settings
        self.watermarks = watermarks
        self.opened: Opened | None = None
        self.opened_at = now
        self.intake: Intake | None = None
        self.interval = settings.heartbeat_interval
        self.closing: Closing | None = None
        self.half_closed = False
        self.progressed = False
        self.attested = False
        self._heard_at = now
        self._sent_at = now

    def open(self, opened: Opened, now: float) -> Watermark | None:
        """The connector has answered. Returns the stored watermark that the stream goes on from, if any."""
        self._check(opened)
        matched = next((mark for mark in self.watermarks if mark.epoch == opened.epoch), None)
        position = matched.through_sequence if matched else opened.acked_through
        self.opened, self.opened_at = opened, now
        self.intake = Intake(opened.epoch, position, opened.acked_through, self._settings.limits)
        self.interval = _sane_interval(opened.heartbeat_interval, self._settings.heartbeat_interval)
        return matched

    @property
    def limits(self) -> Limits:
        """The bounds in force: never above what was asked for, whatever the server says."""
        asked = self._settings.limits
        told = self.opened.limits if self.opened else asked
        return replace(
            asked,
            max_outstanding_exchanges=_lower(told.max_outstanding_exchanges, asked.max_outstanding_exchanges),
            max_outstanding_bytes=_lower(told.max_outstanding_bytes, asked.max_outstanding_bytes),
        )

    @property
    def writable(self) -> bool:
        """Whether anything may be written now."""
        return self.opened is not None and not self.half_closed

    def require_intake(self) -> Intake:
        """What checks messages; raises ProtocolViolation before `opened`."""
        if self.intake is None:
            raise ProtocolViolation("a message arrived before `opened`")
        return self.intake

    def heard(self, now: float) -> None:
        """The peer said something, or the silence up to now was ours."""
        self._heard_at = now

    def sent(self, now: float) -> None:
        """We said something."""
        self._sent_at = now

    @property
    def heartbeat_at(self) -> float:
        """When we owe a heartbeat, nothing else being sent before."""
        return self._sent_at + self.interval

    @property
    def dead_at(self) -> float:
        """When the peer is dead, nothing being heard before. Half-closed, it has but to end the stream."""
        patience = _DEAD_AFTER * self.interval
        return self._heard_at + (min(patience, _MAX_ENDING) if self.half_closed else patience)

    def fruitful(self, now: float) -> bool:
        """Whether the stream brought something to the store, or at least lived for a while."""
        return self.progressed or (
            self.opened is not None and now >= self.opened_at + self._settings.backoff_max
        )

    def _check(self, opened: Opened) -> None:
        if self.opened is not None:
            raise ProtocolViolation("`opened` arrived twice")
        if opened.role != "owner":
            raise ProtocolViolation("the server opened an observer's stream; an owner's was asked for")
        if opened.protocol_version != PROTOCOL_VERSION:
            raise ProtocolViolation(f"the server speaks protocol version {opened.protocol_version}")
        if not opened.epoch or opened.acked_through > MAX_SEQUENCE:
            raise ProtocolViolation("`opened` names no epoch, or an acked_through above the highest sequence")


def resume_positions(watermarks: tuple[Watermark, ...]) -> tuple[ResumePosition, ...]:
    """What `open` tells of a store: each epoch once, newest first, at most 64."""
    newest: dict[str, int] = {}
    for mark in watermarks:
        newest.setdefault(mark.epoch, mark.through_sequence)
    return tuple(ResumePosition(*position) for position in list(newest.items())[:MAX_RESUME])


def _lower(told: int, asked: int) -> int:
    return min(told, asked) if told > 0 else asked


def _sane_interval(told: float, default: float) -> float:
    usable = math.isfinite(told) and told > 0
    return min(max(told, _MIN_INTERVAL), _MAX_INTERVAL) if usable else default
