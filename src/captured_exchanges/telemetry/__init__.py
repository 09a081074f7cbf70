"""Counters of what went wrong harmlessly."""

from captured_exchanges.telemetry.counters import count, counters

__all__ = ["count", "counters"]
