"""Raw HTTP messages as text, whole ones and those inside `application/http` parts of a batch: the target is a
URL, headers go by the rules of headers, and what follows is a body of its own.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

from captured_exchanges.redaction.bodies.decoding import NotUnderstood
from captured_exchanges.redaction.bodies.piece import Content, Piece
from captured_exchanges.redaction.json import dumps_text
from captured_exchanges.redaction.patterns import compiled
from captured_exchanges.redaction.sweep import Path, Sweep
from captured_exchanges.redaction.text import Text

__all__ = ["HeaderRules", "Messages", "header_pairs"]

_REQUEST = compiled(r"([A-Z]{3,16})( +)(\S+)( +HTTP/[0-9.]+[ \t]*)?")
_STATUS = compiled(r"HTTP/[0-9.]+ +[1-5][0-9][0-9](?: .*)?")
_METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})
_MOST_HEADERS = 200


class HeaderRules(Protocol):
    """The rules of headers, which live above."""

    def redact(
        self,
        headers: tuple[tuple[str, str], ...],
        sweep: Sweep,
        *,
        body_is_redacted: bool = False,
        path: Path = ("headers",),
    ) -> list[list[str]]:
        """The headers `[name, value]`, in order, without credentials."""
        ...


class Messages:
    """Redacts HTTP messages. Thread-safe. `read_body` reads what follows the headers."""

    def __init__(self, text: Text, headers: HeaderRules, read_body: Callable[[Piece], Content]) -> None:
        self._text = text
        self._headers = headers
        self._read_body = read_body

    def read(self, piece: Piece) -> Content | None:
        """The message as text; None where it is none. Raises NotUnderstood where its body is not."""
        text = piece.text.lstrip("\r\n")
        head, blank, body = _parted(text)
        first, newline, rest = head.partition("\n")
        start = self._start(first.rstrip("\r"), piece)
        headers = header_pairs(rest)
        if (
            start is None
            or headers is None
            or not (headers or " HTTP/" in first or first.startswith("HTTP/"))
        ):
            return None
        shown = self._body(body, headers, piece) if body.strip() else body
        redacted = self._headers.redact(headers, piece.sweep, body_is_redacted=shown != body, path=piece.path)
        end = "\r\n" if first.endswith("\r") else "\n"
        lines = (f"{name}: {value}" for name, value in redacted)
        return {"type": "text", "value": end.join((start, *lines)) + (blank or newline) + shown}

    def _start(self, line: str, piece: Piece) -> str | None:
        """The first line; None where it is neither a request's nor a response's."""
        if _STATUS.fullmatch(line):
            return self._text.scan(line, piece.sweep, piece.path)
        match = _REQUEST.fullmatch(line)
        if match is None or match[1] not in _METHODS:
            return None
        version = match[4] if match.start(4) >= 0 else ""
        return match[1] + match[2] + self._text.url(match[3], piece.sweep, piece.path) + version

    def _body(self, body: str, headers: tuple[tuple[str, str], ...], piece: Piece) -> str:
        media_type = next((value for name, value in headers if name.lower() == "content-type"), "")
        inner = piece.part(body, media_type=media_type.partition(";")[0].strip().lower(), is_cut=piece.is_cut)
        before = piece.sweep.count
        content = self._read_body(inner)
        if piece.sweep.count == before and not inner.is_cut:
            return body
        if content["type"] == "form":
            form = self._text.urls.params(body.strip(), piece.sweep, piece.path)
            return self._text.scan(form, piece.sweep, piece.path)  # names too
        if content["type"] == "json":
            return dumps_text(content["value"])
        if content["type"] != "text":
            raise NotUnderstood("a body in a body")
        return str(content["value"])


def header_pairs(head: str) -> tuple[tuple[str, str], ...] | None:
    """The headers of a head, continued lines joined; None where a line is none, or there are too many."""
    pairs: list[tuple[str, str]] = []
    for line in head.splitlines():
        name, colon, value = line.partition(":")
        if line[:1] in (" ", "\t") and pairs:
            pairs[-1] = (pairs[-1][0], f"{pairs[-1][1]} {line.strip()}")
        elif not colon or not name.strip() or " " in name.strip() or len(pairs) >= _MOST_HEADERS:
            return None
        else:
            pairs.append((name.strip(), value.strip()))
    return tuple(pairs)


def _parted(text: str) -> tuple[str, str, str]:
    """Head, the blank line, and what follows."""
    found = [(at, mark) for mark in ("\r\n\r\n", "\n\n") if (at := text.find(mark)) >= 0]
    if not found:
        return text, "", ""
    at, mark = min(found)
    return text[:at], mark, text[at + len(mark) :]
