"""A statement as tokens, each with its place in the text. sqlglot's scanner reads them: character by
character, without a backtracking pattern, and it knows how every dialect quotes.

It is made for a parser, and this is no parser: what it folds into one (a command and its tail, a keyword of
two words) is told here as what stands in the text. What lies between two
tokens must be space or a comment: else the text was read wrongly, and NotRead says so.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from enum import IntEnum
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from captured_exchanges.redaction.patterns import compiled

if TYPE_CHECKING:
    from sqlglot.tokenizer_core import Token as Foreign

__all__ = ["Kind", "NotRead", "Token", "tokens"]


class NotRead(Exception):
    """A statement that cannot be read for certain."""


class Kind(IntEnum):
    """What a token is."""

    WORD = 0
    """A keyword, or a name without quotes."""
    QUOTED = 1
    """A name in quotes."""
    TEXT = 2
    """A literal of characters or bytes, however it is quoted."""
    NUMBER = 3
    BIND = 4
    """A placeholder or a variable."""
    MARK = 5
    """Everything else."""


@dataclass(frozen=True, slots=True)
class Token:
    """A token; `text` is what it stands for: of words in lower case, of quoted ones without quotes and
    escapes, of placeholders their name, empty where they have none. `source` is how it is written.
    """

    kind: Kind
    text: str
    source: str
    start: int
    end: int
    is_text: bool = False
    """Of a name in double quotes: the grammar takes it for a literal; a mode of the server may not."""

    @property
    def name(self) -> str:
        """The name that it is, as written, without quotes."""
        return self.source if self.kind is Kind.WORD else self.text


_TEXTS = frozenset(
    {"STRING", "BYTE_STRING", "UNICODE_STRING", "HEX_STRING", "BIT_STRING", "NATIONAL_STRING", "RAW_STRING",
     "HEREDOC_STRING", "NATIONAL_RAW_STRING", "ESCAPE_STRING"}
)  # fmt: skip
_WORD = compiled(r"\S+")
_QUOTES = frozenset("'\"`")
_DIALECTS = 32


def tokens(statement: str, dialect: str) -> list[Token]:
    """The tokens of a statement, comments left out. `dialect` is one of sqlglot's. Raises NotRead."""
    from sqlglot.errors import SqlglotError  # noqa: PLC0415 - a quarter of a second, for who has SQL alone

    try:
        foreign = _scanner(dialect)(statement)
    except (SqlglotError, ValueError) as error:
        raise NotRead from error
    read = list(_plain(statement, foreign))
    _check(statement, read)
    return read


@lru_cache(maxsize=_DIALECTS)
def _scanner(dialect: str) -> Any:  # noqa: ANN401 - a function of a library that is imported late
    """A function that scans a statement: the dialect's own scanner, but for commands, whose tails it would
    not take apart.
    """
    from sqlglot.dialects.dialect import Dialect  # noqa: PLC0415 - as above

    own = Dialect.get_or_raise(dialect)
    scanner = type("Scanner", (own.tokenizer_class,), {"COMMANDS": set()})
    return lambda statement: scanner(dialect=own).tokenize(statement)


def _plain(statement: str, foreign: list[Foreign]) -> Iterator[Token]:
    done = 0
    for token in foreign:
        start, end = token.start, token.end + 1
        if start < done:
            continue  # what the scanner says twice: `123L` is a number and a type
        done = end
        source, kind = statement[start:end], token.token_type.name
        if kind in _TEXTS and source.startswith('"'):
            yield Token(Kind.QUOTED, token.text, source, start, end, is_text=True)
        elif kind in _TEXTS:
            yield Token(Kind.TEXT, token.text, source, start, end)
        elif kind == "IDENTIFIER":
            yield Token(Kind.QUOTED, token.text, source, start, end)
        elif kind == "NUMBER":
            yield Token(Kind.NUMBER, source, source, start, end)
        elif source.startswith("$") and len(source) > 1:
            yield Token(Kind.BIND, source[1:], source, start, end)
        elif kind == "VAR" or source[0].isalpha() or source[0] == "_":
            yield from _words(source, start)
        elif kind != "JOIN_MARKER":
            yield Token(Kind.MARK, source, source, start, end)


def _words(source: str, start: int) -> Iterator[Token]:
    """A word; the words of a keyword that is written as several."""
    if source.isalnum():
        yield Token(Kind.WORD, source.lower(), source, start, start + len(source))
        return
    for match in _WORD.finditer(source):
        yield Token(Kind.WORD, match[0].lower(), match[0], start + match.start(), start + match.end())


def _check(statement: str, read: list[Token]) -> None:
    done = 0
    for token in read:
        _check_gap(statement[done : token.start])
        if token.kind is Kind.MARK and not _QUOTES.isdisjoint(token.source):
            raise NotRead
        done = token.end
    _check_gap(statement[done:])


def _check_gap(gap: str) -> None:
    if gap.strip() and not gap.strip().startswith(("--", "#", "//", "/*")) and gap.strip() != "(+)":
        raise NotRead
