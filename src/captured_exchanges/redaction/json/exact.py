"""JSON in and out without surprises: no exception for any bytes, no number bent, no key kept twice.

orjson is fast and strict. What it refuses or would change goes through the standard library: integers
beyond 64 bits, NaN and infinities (which become null), lone surrogates (which become `?`). Of duplicate
keys the last remains.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import msgspec
import orjson

from captured_exchanges.redaction.patterns import clean, compiled_gate

__all__ = [
    "MAX_NESTING",
    "UNTIDY",
    "NotJson",
    "TooDeep",
    "decoded_at",
    "dumps",
    "dumps_text",
    "ends_long_number",
    "has_doubles",
    "is_json",
    "loads",
    "loads_and_tidies",
    "loads_of_doubles",
    "sanitised",
]

MAX_NESTING = 200
"""Levels of objects and arrays that are followed; a deeper document is not JSON to us."""
_LONG = r"(?:^|[\[:,\s])-?(?:[0-9.eE+-]{19}|[0-9.]{1,16}[eE]\+?[0-9]{3})"
"""A number that may not fit; in a string a false alarm, which costs the slower parser."""
_LONG_NUMBER = compiled_gate(_LONG)
_ENDS_LONG = compiled_gate(rf"(?:{_LONG})$")
_LONGEST_LONG = 32
_DEEP = r"[\]}]{64}"
UNTIDY = rf"\"[ \t\r]|\":[ \t\r]|\n|\\u|\\/|{_LONG}|{_DEEP}"
"""What stands in JSON that is spelled otherwise than ours, or may be too deep; a false alarm costs one
serialisation.
"""
_UNTIDY = compiled_gate(UNTIDY)


_VALIDATOR = msgspec.json.Decoder(msgspec.Raw)
_DECODER = json.JSONDecoder(parse_constant=lambda _: None)


class NotJson(ValueError):
    """These bytes are no JSON text, or one beyond our bounds."""


class TooDeep(Exception):
    """The document is nested beyond what is followed; nothing of it may be kept."""


def loads(data: bytes) -> Any:  # noqa: ANN401 - any JSON
    """The value of a JSON text (UTF-8). Raises NotJson."""
    if _LONG_NUMBER.search(data) is None:
        try:
            return orjson.loads(data)
        except orjson.JSONDecodeError:
            pass
    try:
        return sanitised(json.loads(data.decode(), parse_constant=lambda _: None))
    except (ValueError, RecursionError):
        raise NotJson("no JSON text, or one beyond our bounds") from None


def is_json(data: bytes) -> bool:
    """Whether bytes that are tidy (`UNTIDY` does not occur in them) are JSON: found out without making a
    value of it, which would cost five times as much. Nesting is bounded by the interpreter's stack.
    """
    try:
        _VALIDATOR.decode(data)
        data.decode()
    except (msgspec.DecodeError, RecursionError, UnicodeDecodeError):
        return False
    return True


def ends_long_number(data: bytes, end: int) -> bool:
    """Whether that of UNTIDY which ends here may be a number that does not fit."""
    return _ENDS_LONG.search(data[max(0, end - _LONGEST_LONG) : end]) is not None


def decoded_at(text: str, start: int) -> tuple[Any, int]:
    """The JSON value that begins in the middle of a text, and where it ends; the end is 0 where none does."""
    try:
        value, end = _DECODER.raw_decode(text, start)
        return sanitised(value), end
    except (ValueError, RecursionError):
        return None, 0


def loads_and_tidies(data: bytes) -> tuple[Any, bytes]:
    """As `loads`, and the same JSON as `dumps` would spell it, as far as that matters to a reader of bytes:
    no space beside a colon that follows a name, and nothing escaped that need not be.
    """
    if _UNTIDY.search(data) is None:
        try:
            return orjson.loads(data), data
        except orjson.JSONDecodeError:
            pass  # perhaps what the standard library takes
    value = loads(data)
    return value, dumps(value)


def has_doubles(data: bytes, tidied: bytes) -> bool:
    """Whether a JSON text has more names than its value, spelled by `dumps`: of duplicate keys one remains.
    A false alarm, where a string holds what stands behind a name, costs one slower parse.
    """
    return data != tidied and sum(map(data.count, (b'":', b'" :'))) != sum(map(tidied.count, (b'":', b'" :')))


def loads_of_doubles(data: bytes, is_telling: Callable[[str], bool]) -> Any:  # noqa: ANN401 - any JSON
    """As `loads`; of duplicate keys the last remains, but where an earlier value `is_telling`: a parser that
    takes the first would find a secret named by it. Raises NotJson.
    """

    def kept(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        obj: dict[str, Any] = {}
        for key, value in pairs:
            before = obj.get(key)
            if not (isinstance(before, str) and is_telling(before)):
                obj[key] = value
        return obj

    try:
        text = data.decode()
        return sanitised(json.loads(text, object_pairs_hook=kept, parse_constant=lambda _: None))
    except (ValueError, RecursionError):
        raise NotJson("no JSON text, or one beyond our bounds") from None


def dumps(value: object) -> bytes:
    """Compact UTF-8. Raises what cannot be JSON: TypeError, ValueError, RecursionError."""
    try:
        return orjson.dumps(value)
    except TypeError:
        return json.dumps(
            sanitised(value), ensure_ascii=False, separators=(",", ":"), allow_nan=False
        ).encode()


def dumps_text(value: object) -> str:
    """As `dumps`, as text."""
    return dumps(value).decode()


def sanitised(value: Any) -> Any:  # noqa: ANN401 - any JSON
    """The value with every string such that UTF-8 can hold it, and without NaN and infinities."""
    if isinstance(value, str):
        return clean(value)
    if isinstance(value, float):
        return value if value - value == 0 else None
    if isinstance(value, dict):
        return {clean(str(key)): sanitised(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [sanitised(item) for item in value]
    return value
