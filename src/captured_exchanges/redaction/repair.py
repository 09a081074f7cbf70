"""The second pass over a finished document: known secrets, wherever they stand, in whatever spelling.

It runs only where one was found in the document's bytes, and changes strings and keys alone.
"""

from __future__ import annotations

import urllib.parse
from collections.abc import Iterable
from typing import Any

from captured_exchanges.redaction.json import dumps, loads
from captured_exchanges.redaction.patterns import compiled
from captured_exchanges.redaction.registry import Needles
from captured_exchanges.redaction.sweep import Path, Sweep
from captured_exchanges.redaction.transports import DEFAULT_HEADERS
from captured_exchanges.redaction.values import rounded

__all__ = ["RULE", "repaired", "repaired_text", "round_sizes"]

RULE = "registered"
_ENCODED_WORD = compiled(r"[^\s\"'<>]*%[0-9a-fA-F]{2}[^\s\"'<>]*")
_ROUNDS = 3


def repaired(document: bytes, needles: Iterable[Needles], sweep: Sweep) -> bytes:
    """The document without known secrets; its `redactions`, where it has any, tell them too. Raises
    NotJson where it cannot be read again.
    """
    value = _walked(loads(document), tuple(needles), sweep, ())
    if "redactions" in value:
        value["redactions"] += sweep.redactions()
    if any(path[:1] == ("body",) for path, _ in sweep.removals):
        round_sizes(value)
    return dumps(value)


def repaired_text(text: str, needles: Iterable[Needles], sweep: Sweep, path: Path = ()) -> str:
    """A text without known secrets."""

    def removed(secret: bytes) -> str:
        return sweep.remove(path, RULE, secret.decode("utf-8", "replace"))

    for known in needles:
        text = known.replace(text, removed)
        if "%" in text and known.found(text.encode()):
            text = known.replace(_unquoted(text, known), removed)
    return text


def _unquoted(text: str, known: Needles) -> str:
    return _ENCODED_WORD.sub(lambda match: _decoded(match[0], known), text)


def _decoded(word: str, known: Needles) -> str:
    """A word decoded as far as it takes to see what it hides; as it is where it hides nothing."""
    plain = word
    for _ in range(_ROUNDS):
        spaced, plain = urllib.parse.unquote_plus(plain), urllib.parse.unquote(plain)
        for decoded in (plain, spaced):
            if known.occurs(decoded.encode()):
                return decoded
    return word


def _walked(value: Any, needles: tuple[Needles, ...], sweep: Sweep, path: Path) -> Any:  # noqa: ANN401 - any JSON
    if isinstance(value, str):
        return repaired_text(value, needles, sweep, path)
    if isinstance(value, list):
        return [_walked(item, needles, sweep, (*path, at)) for at, item in enumerate(value)]
    if isinstance(value, dict):
        keys = [repaired_text(key, needles, sweep, path) for key in value]
        items = zip(keys, value.values(), strict=True)
        return {key: _walked(item, needles, sweep, (*path, key)) for key, item in items}
    if value is None or isinstance(value, bool):
        return value
    shown = repaired_text(str(value), needles, sweep, path)
    return value if shown == str(value) else shown


def round_sizes(document: dict[str, Any]) -> None:
    """Rounds what tells the true size of a body, and takes out its digests, in a document."""
    body = document.get("body")
    for name in ("size", "decoded_size"):
        if isinstance(body, dict) and isinstance(body.get(name), int):
            body[name] = rounded(body[name])
    for header in document.get("headers", ()):
        name, value = header[0].lower(), header[1]
        if name == "content-length" and value.isdecimal():
            header[1] = str(rounded(int(value)))
        elif name in DEFAULT_HEADERS.digests:
            header[1] = "[REDACTED:header.digest]"
