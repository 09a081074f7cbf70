"""Cells and bind values as JSON: whatever Python type a driver has for a value.

Types of the standard library are told exactly, by methods of theirs and not of a subclass: a stranger's
`__str__` may raise, or say what it should not. Of anything else the type's name is all that is kept.
"""

from __future__ import annotations

import datetime as dt
import decimal
import enum
import ipaddress
import logging
import math
import uuid
from collections.abc import Callable, Mapping
from typing import Any

from captured_exchanges.exchange import Json
from captured_exchanges.redaction.patterns import clean, compiled
from captured_exchanges.redaction.values import rounded

__all__ = ["Cells", "omitted"]

log = logging.getLogger(__name__)

MAX_DEPTH = 16
_MOST_DIGITS = 4_000
_LONG = 1 << 63
_CONTROLS = compiled(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")
_TYPE_NAME = compiled(r"[A-Za-z_][A-Za-z0-9_]{0,63}")
_SHORTEST_WIDE = 4

_WRITTEN: tuple[tuple[type, Callable[[Any], str]], ...] = (
    (decimal.Decimal, decimal.Decimal.__str__),
    (dt.datetime, dt.datetime.isoformat),
    (dt.date, dt.date.isoformat),
    (dt.time, dt.time.isoformat),
    (dt.timedelta, dt.timedelta.__str__),
    (uuid.UUID, uuid.UUID.__str__),
    (ipaddress.IPv4Address, ipaddress.IPv4Address.__str__),
    (ipaddress.IPv6Address, ipaddress.IPv6Address.__str__),
    (ipaddress.IPv4Network, ipaddress.IPv4Network.__str__),
    (ipaddress.IPv6Network, ipaddress.IPv6Network.__str__),
    (ipaddress.IPv4Interface, ipaddress.IPv4Interface.__str__),
    (ipaddress.IPv6Interface, ipaddress.IPv6Interface.__str__),
)
"""More special types first."""


def omitted(reason: str, **more: Json) -> dict[str, Json]:
    """What stands for a value that is not kept."""
    return {"type": "omitted", "reason": reason, **more}


class Cells:
    """Makes JSON of values, at most `left` of them, members of arrays and objects included. One use, one
    thread.
    """

    def __init__(self, left: int, longest: int) -> None:
        self.left = left
        self._longest = longest

    def json(self, value: object, depth: int = 0) -> Any:  # noqa: ANN401 - any JSON
        """A value as JSON that is the caller's to change. Never raises."""
        self.left -= 1
        if self.left < 0:
            return omitted("too many")
        try:
            return self._json(value, depth)
        except Exception as failure:  # noqa: BLE001 - a time zone, an iterator of strangers
            log.warning("a cell of type %s cannot be shown: %s", _type_name(value), type(failure).__name__)
            return omitted(_type_name(value))

    def _json(self, value: object, depth: int) -> Any:  # noqa: ANN401
        if value is None or value is True or value is False:
            return value
        if isinstance(value, enum.Enum):
            return self._json(object.__getattribute__(value, "_value_"), depth)
        if isinstance(value, str):
            return self._text(str.__str__(value))
        if isinstance(value, (int, float)):
            return _integer(int.__int__(value)) if isinstance(value, int) else _float(float.__float__(value))
        if isinstance(value, (bytes, bytearray, memoryview)):
            return self._bytes(memoryview(value).tobytes())
        return self._compound(value, depth)

    def _compound(self, value: object, depth: int) -> Any:  # noqa: ANN401
        for kind, write in _WRITTEN:
            if isinstance(value, kind):
                return write(value)
        if depth >= MAX_DEPTH:
            return omitted("nested too deep")
        if isinstance(value, Mapping):
            return {self._key(key): self.json(item, depth + 1) for key, item in value.items()}
        if isinstance(value, (list, tuple, set, frozenset)):
            return [self.json(item, depth + 1) for item in value]
        return omitted(_type_name(value))

    def _key(self, key: object) -> str:
        shown = self.json(key)
        return shown if isinstance(shown, str) else str(shown) if not isinstance(shown, dict) else "omitted"

    def _text(self, text: str) -> Any:  # noqa: ANN401
        return clean(text) if len(text) <= self._longest else omitted("too large", size=rounded(len(text)))

    def _bytes(self, data: bytes) -> Any:  # noqa: ANN401
        if len(data) > self._longest:
            return omitted("too large", size=rounded(len(data)))
        text = _decoded(data)
        return text if text is not None else omitted("binary", size=rounded(len(data)))


def _decoded(data: bytes) -> str | None:
    """The text that bytes are, in UTF-8 or little-endian UTF-16; None where they are none."""
    wide = len(data) >= _SHORTEST_WIDE and len(data) % 2 == 0 and not any(data[1::2])
    try:
        text = data.decode("utf-16-le" if wide else "utf-8")
    except UnicodeDecodeError:
        return None
    return None if _CONTROLS.search(text) is not None else text


def _integer(value: int) -> Json:
    """Exactly: beyond 64 bits as text."""
    if -_LONG <= value < _LONG:
        return value
    if value.bit_length() > _MOST_DIGITS * 3:
        return omitted("too large", size=rounded(value.bit_length() // 8))
    return str(value)


def _float(value: float) -> Json:
    if math.isfinite(value):
        return value
    return "NaN" if value != value else "Infinity" if value > 0 else "-Infinity"  # noqa: PLR0124 - NaN


def _type_name(value: object) -> str:
    name = type.__getattribute__(type(value), "__name__")
    return name if isinstance(name, str) and _TYPE_NAME.fullmatch(clean(name)) else "object"
