"""The JSON documents of an exchange: as values to read, inside NDJSON, and as lines for people.

A row may come from any program: a document that is not valid JSON is text here, never an error.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TypeAlias

import orjson

from captured_exchanges.cli.printable import decode
from captured_exchanges.exchange import Json, RedactedExchange, StoredExchange

__all__ = ["AnyExchange", "compact", "embedded", "fields", "lines", "record", "value"]

AnyExchange: TypeAlias = StoredExchange | RedactedExchange
"""An exchange out of a store or off a stream: the same three documents under the same names."""

_LINE_FEEDS = bytes.maketrans(b"\r\n", b"  ")


def value(document: bytes | None) -> Json:
    """What a document says; the text itself where it is not valid JSON; None where absent."""
    if document is None:
        return None
    try:
        parsed: Json = orjson.loads(document)
    except orjson.JSONDecodeError:
        return decode(document)
    return parsed


def fields(document: bytes | None) -> dict[str, Json]:
    """The members of a document that is an object; none of any other."""
    parsed = value(document)
    return parsed if isinstance(parsed, dict) else {}


def embedded(document: bytes | None) -> orjson.Fragment | str | None:
    """A document as a value for `orjson.dumps`, byte for byte: no number loses digits on the way.

    Raw line feeds can only be white space between tokens of valid JSON, so blanks may take their place.
    """
    if document is None:
        return None
    try:
        orjson.loads(document)
    except orjson.JSONDecodeError:
        return decode(document)
    return orjson.Fragment(document.translate(_LINE_FEEDS))


def record(exchange: AnyExchange) -> dict[str, object]:
    """The fields that every NDJSON record of an exchange ends with."""
    return {
        "request_id": exchange.request_id,
        "sync_id": exchange.sync_id,
        "transport_kind": exchange.transport_kind,
        "request": embedded(exchange.request_json),
        "response": embedded(exchange.response_json),
        "intent": embedded(exchange.intent_json),
    }


def lines(parsed: Json) -> Iterator[str]:
    """A value as indented JSON, line by line; text as its own lines. Not yet printable."""
    if isinstance(parsed, str):
        yield from parsed.splitlines()
        return
    yield from _dumped(parsed, orjson.OPT_INDENT_2).splitlines()


def compact(parsed: Json) -> str:
    """A value as JSON on one line; text as it is. Not yet printable."""
    return parsed if isinstance(parsed, str) else _dumped(parsed, 0)


def _dumped(parsed: Json, option: int) -> str:
    try:
        return orjson.dumps(parsed, option=option).decode()
    except orjson.JSONEncodeError:
        return f"({type(parsed).__name__}, nested too deep to show; --json prints it as it is)"
