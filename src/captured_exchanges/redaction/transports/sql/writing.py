"""Literals written again: what stands where a literal stood is a literal, so that what is kept still reads
as the statement it was.
"""

from __future__ import annotations

from functools import lru_cache

from captured_exchanges.redaction.transports.sql.tokens import Kind, NotRead, Token, tokens

__all__ = ["in_place_of"]

_DIALECTS = 64


def in_place_of(token: Token, text: str, dialect: str) -> str:
    """The literal, quoted as far as may be as the one that it replaces."""
    source = token.source
    if source.startswith('"'):
        return _quoted(text, dialect, '"')
    if source.startswith("$") and token.kind is Kind.TEXT:
        tag = source[: source.index("$", 1) + 1]
        if tag not in text:
            return f"{tag}{text}{tag}"
    prefix = source[0] if source[1:2] == "'" and source[0] in "nNeE" else ""
    if prefix in ("e", "E"):
        return prefix + _quoted(text.replace("\\", "\\\\"), "", "'")
    return prefix + _quoted(text, dialect, "'")


def _quoted(text: str, dialect: str, quote: str) -> str:
    if "\\" in text and _knows_backslashes(dialect):
        text = text.replace("\\", "\\\\")
    return quote + text.replace(quote, quote + quote) + quote


@lru_cache(maxsize=_DIALECTS)
def _knows_backslashes(dialect: str) -> bool:
    try:
        return bool(dialect) and tokens(r"'\\'", dialect)[0].text == "\\"
    except NotRead:
        return False
