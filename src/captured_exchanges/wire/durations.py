"""Seconds as google.protobuf.Duration."""

from __future__ import annotations

from google.protobuf.duration_pb2 import Duration

__all__ = ["from_duration", "to_duration"]

_NANOS = 1_000_000_000


def to_duration(seconds: float) -> Duration:
    """The message for a number of seconds, to the nanosecond."""
    nanos = round(seconds * _NANOS)
    sign = -1 if nanos < 0 else 1
    whole, part = divmod(abs(nanos), _NANOS)
    return Duration(seconds=sign * whole, nanos=sign * part)


def from_duration(message: Duration) -> float:
    """The number of seconds in a message, unset being 0."""
    return (message.seconds * _NANOS + message.nanos) / _NANOS
