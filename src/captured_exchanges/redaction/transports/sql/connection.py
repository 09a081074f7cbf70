"""The credentials in what a driver was told to connect with: URLs, `key=value` in every common dialect,
`user/password@host`. Nothing of it is kept; what is found here is removed wherever else it turns up.
"""

from __future__ import annotations

import urllib.parse
from collections.abc import Iterator

from captured_exchanges.redaction.names import Names
from captured_exchanges.redaction.patterns import clean, compiled

__all__ = ["connection_secrets"]

_LONGEST = 8_192
_PAIR = compiled(
    r"(?s)([\pL_][\pL\pN_ .-]{0,63}?)\s*=\s*"
    r"(?:\{((?:[^}]|\}\})*)\}|'((?:[^'\\]|''|\\.)*)'|\"((?:[^\"]|\"\")*)\"|([^;&\s\"']*[^;&\s]*))"
)
_UP_TO_SEMICOLON = compiled(r"(?s)([\pL_][\pL\pN_ .-]{0,63}?)\s*=\s*([^;{'\"][^;]*)")
_AUTHORITIES = (compiled(r"//([^/?#]*)@"), compiled(r"(?s)//(.*)@"))
"""As URLs are written, and as people write passwords into them."""
_SLASHED = compiled(r"(?s)(?:^|:)([^\s/:@]+)/(\"[^\"]*\"|.+)@")
_COLONED = compiled(r"(?s)^([^\s/:@]+):(.+)@(?:tcp|unix|\()")
_ESCAPE = compiled(r"(?s)\\(.)")


def connection_secrets(connection: str, names: Names) -> Iterator[str]:
    """The secrets in it, as written and as meant, repeats included."""
    text = clean(connection[:_LONGEST])
    for found in (*_userinfo(text), *_slashed(text), *_named(text, names)):
        yield from (
            form for form in (found, urllib.parse.unquote(found), urllib.parse.unquote_plus(found)) if form
        )


def _userinfo(text: str) -> Iterator[str]:
    for pattern in _AUTHORITIES:
        for match in pattern.finditer(text):
            _, colon, password = match[1].partition(":")
            if colon:
                yield password


def _slashed(text: str) -> Iterator[str]:
    """Oracle's `scott/tiger@host`, Go's `root:secret@tcp(host)`."""
    if (match := _COLONED.match(text)) is not None:
        yield match[2]
    if "//" not in text.partition("@")[0] and (match := _SLASHED.search(text)) is not None:
        yield match[2].strip('"')


def _named(text: str, names: Names) -> Iterator[str]:
    for match in _PAIR.finditer(text):
        if names.of(match[1].strip()).secret:
            yield _meant(match[2], match[3], match[4], match[5])
    if ";" in text:
        for match in _UP_TO_SEMICOLON.finditer(text):
            if names.of(match[1].strip()).secret:
                yield match[2].strip()


def _meant(braced: str | None, single: str | None, double: str | None, bare: str | None) -> str:
    """A value without its quotes and escapes."""
    if braced:
        return braced.replace("}}", "}")
    if single:
        return _ESCAPE.sub(lambda match: match[1], single.replace("''", "'"))
    if double:
        return double.replace('""', '"')
    return _ESCAPE.sub(lambda match: match[1], bare or "")
