"""Reads markup: XML, HTML, and what is neither or cut. Tells where tags, text and the rest begin and end.

No library that we know gives back every byte it was not asked to change, reads what is broken, and takes
linear time for any input: expat stops at the first error, lxml and html5lib make a tree and write another
text, and html.parser is quadratic in what strangers may send. All that is needed here is where things stand.

One pattern, made of alternatives that always match something, goes once over the text; no entity is
expanded, no DTD read, nothing nests. What is read the wrong way is still scanned as text, every byte of it.
"""

from __future__ import annotations

from collections.abc import Iterator
from enum import Enum
from typing import NamedTuple

from captured_exchanges.redaction.patterns import Match, compiled

__all__ = ["Attribute", "Kind", "Token", "attributes", "gaps", "read"]


class Kind(Enum):
    """What a token is."""

    TEXT = 0
    OPEN = 1
    CLOSE = 2
    CDATA = 3
    OTHER = 4
    """A comment, a processing instruction, a script or a style: a text of its own."""
    DECLARATION = 5


class Token(NamedTuple):
    """A piece of markup. `start` and `end` are those of what is in it: the attributes of a tag, the text of
    a comment; `outer` and `after` those of all of it. `name` is that of an element, `tag` the same without
    prefix and in lower case.
    """

    kind: Kind
    outer: int
    after: int
    start: int
    end: int
    name: str = ""
    tag: str = ""
    is_empty: bool = False
    is_cut: bool = False


class Attribute(NamedTuple):
    """An attribute; `start` and `end` are those of its value, without quotes."""

    name: str
    start: int
    end: int


_WORD = r"\w:.-"


def _quoted(quote: str) -> str:
    """A value in quotes. One with a tag in it that ends with a name and `=` was never closed: what looks like
    its second quote is that of an attribute of the tag in it.
    """
    closed = rf"[^{quote}=]|[^{quote}{_WORD}]=|[^{quote}\s{_WORD}][{_WORD}]+="
    return rf"{quote}(?:(?:[^{quote}<]*|[^{quote}]*(?:{closed})){quote}|[^{quote}]*\z|[^{quote}<]*)"


_DOUBLE, _SINGLE = map(_quoted, "\"'")
_VALUE = (
    rf"{_DOUBLE}|{_SINGLE}"
    r"|\\+\"[^\"]*\"?|\\+'[^']*'?"  # inside a string of some language
    r"|[^\s\"'<>][^\s>]*"
)
_PAIR = rf"[^\s<>/][^\s<>/=]*(?:\s*=\s*(?:{_VALUE}))?"
_NAME = r"[A-Za-z_:](?:[^\s<>/]*[^\s<>/:])?"
"""No name ends with a colon: that would be an address, or a line of headers, in angle brackets."""
_TAG = rf"{_NAME}(?:>|\z|[\s/](?:[\s/]|{_PAIR})*>?)"
_RAW_NAMES = ("script", "style")
_RAW = "|".join(
    rf"<(?i:{name})(?:\s+{_PAIR})*\s*>(?s:.*?)(?:</(?i:{name})[^<>]*>?|\z)" for name in _RAW_NAMES
)
_SUBSET = r"\[(?:<!--(?s:.*?)-->|\"[^\"]*\"?|'[^']*'?|[^\]\"'])*(?:\]\s*>)?"
_LEXEME = compiled(
    r"<!--(?s:.*?)(?:--!?>|\z)"
    r"|<!\[CDATA\[(?s:.*?)(?:\]\]>|\z)"
    rf"|<![A-Za-z\[][^<>\[]*(?:{_SUBSET}|>)?"
    r"|<\?(?s:.*?)(?:\?>|\z)"
    r"|</[^<>]*>?"
    rf"|{_RAW}|<{_TAG}"
)
_OPENING = compiled(rf"<{_TAG}")
_ATTRIBUTE = compiled(rf"([^\s<>/][^\s<>/=]*)(?:\s*=\s*({_VALUE}))?")
_ASCII = 128
_LONGEST_NAME = 1_100
"""Beyond what any name is read to."""


def read(text: str) -> Iterator[Token]:
    """The tokens of a text, in order; together they are all of it."""
    done = 0
    for match in _LEXEME.finditer(_one_byte_each(text)):
        start, end = match.span()
        if start > done:
            yield Token(Kind.TEXT, done, start, done, start)
        yield from _tokens(text, start, end)
        done = end
    if done < len(text):
        yield Token(Kind.TEXT, done, len(text), done, len(text))


def attributes(text: str, token: Token) -> Iterator[Attribute]:
    """The attributes of a tag, in order, with names as they are written."""
    for match in _ATTRIBUTE.finditer(text[token.start : token.end]):
        yield _attribute(match, token)


def gaps(text: str, token: Token) -> Iterator[tuple[int, int]]:
    """What in a tag is no value of an attribute: names, and the rest of a sentence in angle brackets. The
    element's name belongs to it where it may be a part of one.
    """
    done = token.start
    for match in _ATTRIBUTE.finditer(text[token.start : token.end]):
        if match.start(2) >= 0:
            yield done, token.start + match.start()
            yield token.start + match.start(), token.start + match.end(1)
            done = token.start + match.end()
    is_sentence = done == token.start and text[done : token.end].strip(" \t\r\n/") != ""
    yield (token.outer + 1 if is_sentence or "=" in token.name else done), token.end


def _attribute(match: Match[str], token: Token) -> Attribute:
    start, end = match.span(2)
    if start < 0:
        return Attribute(match[1], token.start + match.end(), token.start + match.end())
    value = match[2]
    quote = value.lstrip("\\")[:1]
    if quote not in ("'", '"'):
        return Attribute(match[1], token.start + start, token.start + end)
    before = value.index(quote) + 1
    is_closed = value.endswith(quote) and len(value) > before
    inner = value[before : -1 if is_closed else None]
    if value[0] == "\\":
        inner = inner.rstrip("\\")
    start += token.start + before
    return Attribute(match[1], start, start + len(inner))


def _tokens(text: str, start: int, end: int) -> Iterator[Token]:
    mark = text[start + 1]
    if mark == "/":
        inside = _name_end(text, start + 2, end)
        yield Token(Kind.CLOSE, start, end, inside, end, *_named(text[start + 2 : inside]))
    elif mark == "?":
        yield Token(Kind.OTHER, start, end, start + 2, end)
    elif text.startswith("<![CDATA[", start):
        is_whole = text.endswith("]]>", start + 9, end)
        yield Token(Kind.CDATA, start, end, start + 9, end - 3 * is_whole, is_cut=not is_whole)
    elif mark == "!":
        kind = Kind.OTHER if text.startswith("<!--", start) else Kind.DECLARATION
        yield Token(kind, start, end, min(start + 4, end), end)
    else:
        yield from _opened(text, start, end)


def _opened(text: str, start: int, end: int) -> Iterator[Token]:
    inside = _name_end(text, start + 1, end)
    name = text[start + 1 : inside]
    after = close = end
    if name.lower() in _RAW_NAMES and (opening := _OPENING.match(text[start:end])) is not None:
        after = start + opening.end()
        last = text.rfind("</", after, end)
        is_closed = last >= 0 and text[last + 2 : last + 2 + len(name)].lower() == name.lower()
        close = last if is_closed else end
    is_cut = not text.endswith(">", start, after)
    is_empty = text.endswith("/>", start, after)
    yield Token(Kind.OPEN, start, after, inside, after - (not is_cut), *_named(name), is_empty, is_cut)
    if after < close:
        yield Token(Kind.OTHER, after, close, after, close)
    if close < end:
        yield from _tokens(text, close, end)


def _name_end(text: str, start: int, end: int) -> int:
    head = text[start : min(end, start + _LONGEST_NAME)]
    name, *_ = head.partition(">")[0].partition("/")[0].split(None, 1) or ("",)
    return start + len(name) if head.startswith(name) else start


def _named(name: str) -> tuple[str, str]:
    return name, name.rpartition(":")[2].lower()


class _OneByteEach(dict[int, str]):
    """A letter for every character beyond ASCII."""

    def __missing__(self, char: int) -> str:
        self[char] = chr(char) if char < _ASCII else "_"
        return self[char]


def _one_byte_each(text: str) -> bytes:
    """The text with a byte for every character: offsets in it are those of the text, at no cost."""
    return (text if text.isascii() else text.translate(_OneByteEach())).encode()
