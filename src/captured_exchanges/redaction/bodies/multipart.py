"""Multipart bodies (form-data, mixed, related, batches): each part has its headers and is a body of its own,
read by whoever reads bodies. What stands before the first part and after the last is not kept.

The standard library's `email` parser is not used: it follows nesting without a bound (90 KB of multiparts in
multiparts end in a RecursionError), before anybody may say how deep is deep enough.
"""

from __future__ import annotations

import base64
import binascii
import urllib.parse
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

from captured_exchanges.exchange import Body
from captured_exchanges.redaction.bodies.decoding import NotUnderstood, media_type_of
from captured_exchanges.redaction.bodies.messages import HeaderRules, header_pairs
from captured_exchanges.redaction.bodies.piece import Piece
from captured_exchanges.redaction.bodies.shapes import Rendered, shape_of
from captured_exchanges.redaction.bodies.table import BodyTable
from captured_exchanges.redaction.marker import is_marker
from captured_exchanges.redaction.patterns import clean, compiled
from captured_exchanges.redaction.text import Text, decoded_name

__all__ = ["MAX_DEPTH", "MAX_PARTS", "Multipart", "Part", "boundary_of", "split"]

MAX_PARTS = 256
MAX_DEPTH = 4
"""Multiparts in multiparts."""
_LONGEST_HEAD = 16 * 1024
_BOUNDARY = compiled(r"(?i)[;\s]boundary\s*=\s*(?:\"([^\"]{1,200})\"|([^\s;\"]{1,200}))")
_FIRST = compiled(
    r"(?i)(?:^|\n)--([^\s-][^\r\n]{0,200}|-[^\r\n]{1,200}?)[ \t]*\r?\n(?:[a-z][a-z0-9-]{1,60}:|\r?\n)"
)
_PARAMETER = compiled(r"(?i)[;\s](name|filename)(?:\*[0-9]*\*?)?\s*=\s*(\"(?:[^\"\\]|\\.)*\"|[^;\s]*)")
_PREAMBLE = 2_048


@dataclass(frozen=True, slots=True)
class Part:
    """One part, as it stands in a body. `is_cut`: no delimiter follows."""

    headers: tuple[tuple[str, str], ...]
    data: bytes
    is_cut: bool = False

    def header(self, name: str) -> str:
        """The first value of a header; empty where there is none."""
        return next((value for key, value in self.headers if key.lower() == name), "")

    def named(self, parameter: str) -> list[str]:
        """All that its disposition and its type say about its `name` or `filename`."""
        said = f";{self.header('content-disposition')};{self.header('content-type')}"
        return [_unquoted(match[2]) for match in _PARAMETER.finditer(said) if match[1].lower() == parameter]


ReadPart = Callable[[Body, str, str, Piece], Rendered]
"""Makes a part's shape of its body, its type and its encoding; the piece says where it stands."""


class Multipart:
    """Redacts multipart bodies. Thread-safe."""

    def __init__(self, text: Text, headers: HeaderRules, table: BodyTable, read_part: ReadPart) -> None:
        self._text = text
        self._headers = headers
        self._read_part = read_part
        self._key_file = compiled(rf"(?i)(?:{'|'.join(table.key_files)})")

    def read(self, data: bytes, content_type: str, place: Piece) -> tuple[list[dict[str, Any]], bool] | None:
        """The shapes of the parts, and whether anything was redacted; None where there is no boundary.
        Raises NotUnderstood.
        """
        boundary = boundary_of(content_type, data)
        if not boundary:
            return None
        if place.depth >= MAX_DEPTH:
            raise NotUnderstood("nested too deep")
        parts = split(data, boundary)
        coded = self._is_coded(parts)
        at_path = (*place.path, "parts")
        shapes = [
            self._shape(part, replace(place, path=(*at_path, at), depth=place.depth + 1), coded=coded)
            for at, part in enumerate(parts)
        ]
        return [shape for shape, _ in shapes], any(is_redacted for _, is_redacted in shapes)

    def _is_coded(self, parts: list[Part]) -> bool:
        """Whether the fields are those of OAuth, where a `code` is a credential."""
        names = (" ".join(self._text.names.words(name)) for part in parts for name in part.named("name"))
        return not self._text.urls.code_siblings.isdisjoint(names)

    def _shape(self, part: Part, place: Piece, *, coded: bool) -> tuple[dict[str, Any], bool]:
        data, path, sweep = _transferred(part), place.path, place.sweep
        body = Body(data, len(part.data), "truncated" if part.is_cut else "complete")
        rule = self._rule(part, data, coded=coded)
        if rule:
            rendered = _removed(rule, part, body, place)
        else:
            kind, encoding = part.header("content-type"), part.header("content-encoding")
            rendered = self._read_part(body, kind, encoding, replace(place, path=(*path, "body")))
        headers = self._headers.redact(
            part.headers, sweep, body_is_redacted=rendered.is_redacted, path=(*path, "headers")
        )
        named = {
            key: self._text.scan(names[0], sweep, (*path, key))
            for key in ("name", "filename")
            if (names := part.named(key))
        }
        return {**named, "headers": headers, "body": rendered.shape}, rendered.is_redacted

    def _rule(self, part: Part, data: bytes, *, coded: bool) -> str:
        """The rule by which all of a part goes; empty where it is read."""
        if not data.strip() or is_marker(_value(data)):
            return ""
        for name in part.named("name"):
            if rule := self._text.urls.rule(decoded_name(name), _value(data), coded=coded):
                return rule.replace("url.", "name.", 1)
        names = (name.replace("\\", "/").rpartition("/")[2] for name in part.named("filename"))
        return "name.key_file" if any(map(self._key_file.fullmatch, names)) else ""


def boundary_of(content_type: str, data: bytes) -> bytes:
    """The boundary that a Content-Type names, where the body knows it too; else the one that the body begins
    with, after a short preamble, where what follows begins like a part; else empty.
    """
    match = _BOUNDARY.search(f";{clean(content_type)}")
    if match is not None:
        named = (match[1] if match.start(1) >= 0 else match[2]).encode()
        if data.startswith(b"--" + named) or b"\n--" + named in data:
            return named
    first = _FIRST.search(data[:_PREAMBLE].decode("latin-1"))
    return first[1].encode("latin-1") if first is not None else b""


def split(data: bytes, boundary: bytes) -> list[Part]:
    """The parts between the lines that the boundary makes. Raises NotUnderstood."""
    delimiter = b"\n--" + boundary
    if data.count(delimiter) > MAX_PARTS:
        raise NotUnderstood("too many parts")
    contents: list[list[bytes]] = []
    is_closed = False
    for piece in (b"\n" + data).split(delimiter)[1:]:
        rest, newline, content = piece.partition(b"\n")
        line = rest.strip(b" \t\r")
        if line == b"--":
            is_closed = True
            break
        if line or not newline:  # a longer line that begins like one
            if contents:
                contents[-1] += [delimiter, piece]
        else:
            contents.append([content])
    last = len(contents) - 1
    parts = (_part(b"".join(piece), is_cut=at == last and not is_closed) for at, piece in enumerate(contents))
    return [part for part in parts if part is not None]


def _part(content: bytes, *, is_cut: bool) -> Part | None:
    """One part; None where not even its headers are all there. Raises NotUnderstood."""
    if not is_cut:
        content = content.removesuffix(b"\r")  # it ends the last line, with the delimiter's line feed
    for blank in (b"\r\n", b"\n"):
        if content.startswith(blank):
            return Part((), content.removeprefix(blank), is_cut)
    found = [(at, mark) for mark in (b"\r\n\r\n", b"\n\n", b"\n\r\n") if (at := content.find(mark)) >= 0]
    if not found and is_cut:
        return None
    at, mark = min(found) if found else (len(content), b"")
    if at > _LONGEST_HEAD:
        raise NotUnderstood("multipart")
    head = content[:at]
    try:
        headers = header_pairs(head.decode())
    except UnicodeDecodeError:
        headers = header_pairs(head.decode("latin-1"))
    if headers is None:
        raise NotUnderstood("multipart")
    return Part(headers, content[at + len(mark) :], is_cut)


def _transferred(part: Part) -> bytes:
    """The data without its Content-Transfer-Encoding. Raises NotUnderstood."""
    encoding = part.header("content-transfer-encoding").strip().lower()
    if encoding in ("", "7bit", "8bit", "binary"):
        return part.data
    try:
        if encoding == "base64":
            return base64.b64decode(part.data.translate(None, b" \t\r\n"), validate=True)
        if encoding == "quoted-printable":
            return binascii.a2b_qp(part.data)
    except (binascii.Error, ValueError):
        pass
    raise NotUnderstood("unknown content encoding")


def _removed(rule: str, part: Part, body: Body, place: Piece) -> Rendered:
    value = _value(body.data)
    place.sweep.learn(value)
    content = {"type": "text", "value": place.sweep.remove((*place.path, "body", "value"), rule, value)}
    media_type = media_type_of(part.header("content-type"))
    return Rendered(shape_of(content, media_type, body, None, is_redacted=True), is_redacted=True)


def _value(data: bytes) -> str:
    return clean(data.decode("utf-8", "replace").strip())


def _unquoted(value: str) -> str:
    plain = value[1:-1].replace('\\"', '"').replace("\\\\", "\\") if value[:1] == '"' else value
    return urllib.parse.unquote(plain.rpartition("''")[2]) if "''" in plain or "%" in plain else plain
