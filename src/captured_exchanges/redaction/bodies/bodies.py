"""Bodies: what a body is, told by looking at it, and its JSON shape without credentials.

JSON, forms and plain text are read. Everything else, and whatever is not whole, is `omitted` with the
reason: what cannot be understood is told as what it was, not as what it said.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import orjson

from captured_exchanges.exchange import Body, BodyState, Json
from captured_exchanges.redaction.bodies.decoding import (
    NotUnderstood,
    charset_of,
    decoded,
    media_type_of,
    text_of,
)
from captured_exchanges.redaction.bodies.forms import Forms, looks_like_form
from captured_exchanges.redaction.bodies.prescan import Need, Prescan
from captured_exchanges.redaction.json import NotJson, TooDeep, dumps, loads_and_tidies
from captured_exchanges.redaction.patterns import clean, compiled
from captured_exchanges.redaction.sweep import Path, Sweep
from captured_exchanges.redaction.text import Text
from captured_exchanges.redaction.values import looks_random, rounded

__all__ = ["Bodies", "Rendered", "omitted"]

_CONTROLS = compiled(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")
_GUARDS = compiled(
    r"(?s)^(?:\)\]\}',?|for\s*\(;;\);|while\s*\((?:1|true)\);|/\*.*?\*/|&&&START&&&|\{\}&&)\s*"
)
_LONGEST_TYPE = 512
_DELIMITERS = (",", ";", "\t", "|")


@dataclass(frozen=True, slots=True)
class Rendered:
    """A body's JSON shape, and whether its true sizes would say something about what was removed."""

    shape: dict[str, Any] | None
    is_redacted: bool = False


class Bodies:
    """Redacts bodies. Thread-safe."""

    def __init__(self, text: Text, *, max_decoded_bytes: int, max_text_bytes: int) -> None:
        self._text = text
        self._prescan = Prescan(text.names, text)
        self._forms = Forms(text)
        self._limit = max_decoded_bytes
        self._text_limit = max_text_bytes

    def render(
        self,
        body: Body | None,
        content_type: str,
        content_encoding: str,
        sweep: Sweep,
        path: Path = ("body",),
    ) -> Rendered:
        """The JSON shape of a body, sizes rounded where something was removed or left out."""
        if body is None:
            return Rendered(None)
        before = sweep.count
        if len(content_type) > _LONGEST_TYPE:
            content_type = "application/octet-stream; charset=unknown"
        media_type = media_type_of(content_type)
        try:
            data = decoded(body.data, content_encoding, self._limit)
            text = text_of(data, charset_of(content_type)).strip("\ufeff")
            content, size = self._content(text, body.state, media_type, sweep, path), len(data)
        except (NotUnderstood, TooDeep) as refusal:
            sweep.forget(path)
            reason = refusal.reason if isinstance(refusal, NotUnderstood) else "nested too deep"
            return Rendered(omitted(reason, media_type, body), is_redacted=True)
        is_redacted = sweep.count > before
        return Rendered(_shape(content, media_type, body, size, is_redacted=is_redacted), is_redacted)

    def _content(
        self, text: str, state: BodyState, media_type: str, sweep: Sweep, path: Path
    ) -> dict[str, Any]:
        where = (*path, "value")
        if media_type.startswith("multipart/"):
            raise NotUnderstood("multipart")
        if not text.strip():
            return {"type": "text", "value": ""}
        try:
            return {"type": "json", "value": self._json(text, media_type, sweep, where)}
        except NotJson:
            pass  # something else, then
        if state != "complete":
            raise NotUnderstood(state)
        if _CONTROLS.search(text):
            raise NotUnderstood("binary")
        if len(text) > self._text_limit:
            raise NotUnderstood("too large")
        if _is_form(text, media_type):
            return {"type": "form", "value": self._forms.redact(text, sweep, where)}
        return {"type": "text", "value": self._plain(text, media_type, sweep, where)}

    def _json(self, text: str, media_type: str, sweep: Sweep, path: Path) -> orjson.Fragment:
        """The body as JSON text. Raises NotJson where it is none."""
        stripped = _GUARDS.sub(lambda _: "", text.strip()) if text[:1] not in ("{", "[") else text
        if stripped.lstrip()[:1] not in ("{", "[") and "json" not in media_type:
            raise NotJson
        data = clean(stripped).strip().encode()
        value, data = loads_and_tidies(data)
        watched = sweep.oauth or self._text.additions.concern_body(data)
        need = Need.ALL if watched else self._prescan.need(data)
        if need is not Need.NOTHING:
            data = dumps(self._text.json.walk(value, sweep, path, scan=need is Need.ALL))
        return orjson.Fragment(data)

    def _plain(self, text: str, media_type: str, sweep: Sweep, path: Path) -> str:
        if refusal := _structure(text, media_type):
            raise NotUnderstood(refusal)
        if self._names_a_column(text):
            raise NotUnderstood("table with a secret column")
        if sweep.oauth and looks_random(text.strip()):
            return sweep.remove(path, "text.token", text.strip())
        return self._text.scan(text, sweep, path)

    def _names_a_column(self, text: str) -> bool:
        """Whether the first line of several reads as the header of a table in which a column is secret."""
        first, newline, rest = text.lstrip().partition("\n")
        if not newline or not rest.strip():
            return False
        cells = [cell for mark in _DELIMITERS if mark in first for cell in first.split(mark)]
        return any(self._text.names.of(cell.strip().strip("\"'")).secret for cell in cells)


def omitted(reason: str, media_type: str, body: Body) -> dict[str, Json]:
    """The shape of a body that is left out."""
    return _shape({"type": "omitted", "reason": reason}, media_type, body, None, is_redacted=True)


def _shape(
    content: dict[str, Any], media_type: str, body: Body, decoded_size: int | None, *, is_redacted: bool
) -> dict[str, Any]:
    size, plain_size = body.size, len(body.data) if decoded_size is None else decoded_size
    if is_redacted:
        size, plain_size = rounded(size), rounded(plain_size)
    shape = {
        **content,
        "media_type": media_type,
        "size": size,
        "decoded_size": plain_size,
        "state": body.state,
    }
    return {**shape, "truncated": True} if body.state == "truncated" else shape


def _is_form(text: str, media_type: str) -> bool:
    labelled = media_type == "application/x-www-form-urlencoded" and text.lstrip()[:1] not in ("{", "[", "<")
    return labelled or looks_like_form(text)


def _structure(text: str, media_type: str) -> str:
    """Why a text is more than plain text, or empty."""
    stripped = text.lstrip()
    if stripped[:1] in ("{", "[") or ("json" in media_type and '"' in text):
        return "broken JSON"
    if stripped[:1] == "<" or "xml" in media_type or "html" in media_type:
        return "markup"
    if stripped.startswith("--") and "content-disposition:" in stripped[:4096].lower():
        return "multipart"
    if media_type.startswith(("image/", "audio/", "video/", "font/")):
        return "binary"
    return "structured text" if media_type.endswith(("csv", "yaml", "toml", "tab-separated-values")) else ""
