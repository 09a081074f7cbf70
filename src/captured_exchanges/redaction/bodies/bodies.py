"""Bodies: what a body is, told by looking at it, and its JSON shape without credentials.

Readers are asked in turn, JSON first; what none of them knows is plain text, searched as a whole, or
`omitted` with the reason: what cannot be understood is told as what it was, not as what it said.
"""

from __future__ import annotations

from dataclasses import replace

import orjson

from captured_exchanges.exchange import Body
from captured_exchanges.redaction.bodies.charsets import charset_of, is_utf8_where_it_can_be, text_of
from captured_exchanges.redaction.bodies.decoding import NotUnderstood, decoded, media_type_of
from captured_exchanges.redaction.bodies.documents import JsonBodies
from captured_exchanges.redaction.bodies.events import Events
from captured_exchanges.redaction.bodies.forms import Forms
from captured_exchanges.redaction.bodies.ldif import Ldif
from captured_exchanges.redaction.bodies.lone import lone
from captured_exchanges.redaction.bodies.marked_up import MarkedUp
from captured_exchanges.redaction.bodies.messages import HeaderRules, Messages
from captured_exchanges.redaction.bodies.multipart import Multipart
from captured_exchanges.redaction.bodies.piece import Content, Piece, Reader
from captured_exchanges.redaction.bodies.plain import DescriptiveHeaders, Plain
from captured_exchanges.redaction.bodies.prescan import Prescan
from captured_exchanges.redaction.bodies.sequences import Sequences
from captured_exchanges.redaction.bodies.shapes import Rendered, omitted, shape_of
from captured_exchanges.redaction.bodies.table import DEFAULT_BODIES, BodyTable
from captured_exchanges.redaction.bodies.tables import Tables
from captured_exchanges.redaction.json import NotJson, TooDeep
from captured_exchanges.redaction.names import DEFAULT_LDAP, Attributes, LdapTable
from captured_exchanges.redaction.patterns import compiled
from captured_exchanges.redaction.sweep import Path, Sweep
from captured_exchanges.redaction.text import Text

__all__ = ["Bodies"]

_CONTROLS = compiled(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")
_LONGEST_TYPE = 512


class Bodies:
    """Redacts bodies. Thread-safe.

    `headers` are the rules for the headers of parts; without them those alone are kept that describe a part.
    """

    def __init__(
        self,
        text: Text,
        *,
        max_decoded_bytes: int,
        max_text_bytes: int,
        headers: HeaderRules | None = None,
        table: BodyTable = DEFAULT_BODIES,
        ldap: LdapTable = DEFAULT_LDAP,
    ) -> None:
        headers = DescriptiveHeaders() if headers is None else headers
        self._prescan = Prescan(text.names, text)
        self._json = JsonBodies(text, self._prescan)
        self._multipart = Multipart(text, headers, table, self._part)
        self._sequences = Sequences(self._json)
        self._markup = MarkedUp(text, max_text_bytes)
        self._plain = Plain(text)
        self._readers: tuple[Reader, ...] = (
            self._json,
            self._markup,
            Events(text, self._json),
            Messages(text, headers, self._text),
            Ldif(text, Attributes(text.names, ldap)),
            Forms(text),
            Tables(text),
            self._plain,
        )
        self._limit = max_decoded_bytes
        self._text_limit = max_text_bytes

    def render(
        self,
        body: Body | None,
        content_type: str,
        content_encoding: str,
        sweep: Sweep,
        path: Path = ("body",),
        *,
        depth: int = 0,
    ) -> Rendered:
        """The JSON shape of a body, sizes rounded where something was removed or left out. `depth` counts
        the bodies it is part of.
        """
        if body is None:
            return Rendered(None)
        before = sweep.count
        if len(content_type) > _LONGEST_TYPE:
            content_type = "application/octet-stream; charset=unknown"
        media_type = media_type_of(content_type)
        try:
            plain = decoded(body.data, content_encoding, self._limit)
            is_whole = plain.is_whole and body.state == "complete"
            place = Piece("", media_type, sweep, path, not is_whole, depth)
            content, is_redacted = self._content(plain.data, content_type, place)
        except (NotUnderstood, TooDeep) as refusal:
            sweep.forget(path)
            reason = refusal.reason if isinstance(refusal, NotUnderstood) else "nested too deep"
            return Rendered(omitted(reason, media_type, body), is_redacted=True)
        is_redacted = is_redacted or sweep.count > before
        shape = shape_of(content, media_type, body, len(plain.data), is_redacted=is_redacted)
        return Rendered(shape, is_redacted)

    def _content(self, data: bytes, content_type: str, place: Piece) -> tuple[Content, bool]:
        """The content of a shape, and whether anything was redacted that the sweep was not told of."""
        labelled = place.media_type.startswith("multipart/")
        if labelled or data[:2].lstrip() in (b"--", b"-"):
            parts = self._multipart.read(data, content_type, place)
            if parts is not None:
                return {"type": "multipart", "parts": parts[0]}, parts[1]
            if labelled:
                raise NotUnderstood("multipart")
        if (whole := self._whole_json(data, content_type, place)) is not None:
            return whole, False
        text, is_whole = text_of(data, charset_of(content_type))
        path, is_cut = (*place.path, "value"), place.is_cut or not is_whole
        return self._text(replace(place, text=text, path=path, is_cut=is_cut)), False

    def _whole_json(self, data: bytes, content_type: str, place: Piece) -> Content | None:
        """An object or array as nearly all are sent, read from its bytes: UTF-8, and nothing around it."""
        if data[:1] not in (b"{", b"[") or not is_utf8_where_it_can_be(charset_of(content_type)):
            return None
        piece = replace(place, path=(*place.path, "value"))
        try:
            return {"type": "json", "value": orjson.Fragment(self._json.redacted(data.rstrip(), piece))}
        except NotJson:
            return None

    def _text(self, piece: Piece) -> Content:
        """The content of a body that is text."""
        if not piece.text.strip():
            return {"type": "text", "value": ""}
        if (bare := lone(piece)) is not None:
            return bare
        try:
            return {"type": "json", "value": orjson.Fragment(self._json.whole(piece))}
        except NotJson:
            pass  # something else, then
        content = self._sequences.read(piece)
        return content if content is not None else self._other(piece)

    def _other(self, piece: Piece) -> Content:
        if _CONTROLS.search(piece.text):
            raise NotUnderstood("binary")
        for reader in self._readers:
            if len(piece.text) > self._text_limit and reader not in (self._json, self._markup):
                raise NotUnderstood("too large")
            if (content := reader.read(piece)) is not None:
                return content
        raise NotUnderstood("unknown")

    def _part(self, body: Body, content_type: str, encoding: str, place: Piece) -> Rendered:
        return self.render(body, content_type, encoding, place.sweep, place.path, depth=place.depth)
