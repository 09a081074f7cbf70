"""Text: the scan that every string passes, in whatever document it stands.

Structure first: JSON and URLs inside the text are taken apart by those who know them; then value families;
then names beside values. What is hidden by escapes or percent-encoding is decoded and looked at again.
A text in which one native pass finds nothing to suspect is returned at once.
"""

from __future__ import annotations

import urllib.parse
from collections.abc import Callable

from captured_exchanges.redaction.adjustments import NO_ADDITIONS, Additions
from captured_exchanges.redaction.encodings import dereferenced, hiding_references, unescaped
from captured_exchanges.redaction.harmless import Harmless
from captured_exchanges.redaction.json import JsonWalk, NotJson, decoded_at, dumps_text, loads
from captured_exchanges.redaction.marker import MARKED, Marker, is_marker
from captured_exchanges.redaction.markup import DEFAULT_MARKUP, Markup, MarkupTable
from captured_exchanges.redaction.names import Names
from captured_exchanges.redaction.patterns import Match, clean, compiled, compiled_gate, holding
from captured_exchanges.redaction.sweep import Path, Sweep
from captured_exchanges.redaction.text.assignments import Assignments
from captured_exchanges.redaction.text.encoded import DEFAULT_ENCODED, Encoded
from captured_exchanges.redaction.text.graphql import GraphQL
from captured_exchanges.redaction.text.urls import DEFAULT_URLS, Urls, UrlTable
from captured_exchanges.redaction.text.yaml import Yaml
from captured_exchanges.redaction.values import Families

__all__ = ["MAX_DEPTH", "Text"]

MAX_DEPTH = 8
"""Encodings inside encodings that are followed; beyond, the text is removed."""
_HIDDEN = (
    r"%(?:25|2[dDeE]|3[0-9dDaA]|4[0-9a-fA-F]|5[0-9aAfF]|6[1-9a-fA-F]|7[0-9aAeE])"  # what nobody need encode
    rf"|&(?:amp;)*#[xX]?[0-9a-fA-F]|{hiding_references()}"  # nor spell by number or name
    r"|\\+u00[2-7]|\\+x[2-7][0-9a-fA-F]"  # nor escape
    r"|[\x{FF01}-\x{FF5E}\x{1D400}-\x{1D7FF}\x{2460}-\x{24FF}\x{200B}-\x{200F}\x{2060}-\x{2064}\x{AD}\x{FEFF}]"
)
_ENCODED_WORD = compiled(r"[^\s\"'<>]*%[0-9a-fA-F]{2}[^\s\"'<>]*")
_URL = compiled(r"(?:[A-Za-z][A-Za-z0-9+.-]{0,30}:)?//[^\s\"'<>\\^`|]+")
_USERINFO = compiled(r"(//)([^\s/?#:@\"']*):([^\s/?#@][^\s/@]*|[^\s/?#@]*)@")
_SHOWN = compiled(MARKED)
_ROUNDS = 4
_MOST_EMBEDDED = 16
_OPENING = compiled(r"\{\s*\"|\[\s*[\[{\"]")
_SHORTEST_VALUE = 20
"""A single word below this length belongs to no family."""


class Text:
    """Redacts text. Thread-safe."""

    def __init__(
        self,
        names: Names,
        families: Families,
        urls: UrlTable = DEFAULT_URLS,
        *,
        markup: MarkupTable = DEFAULT_MARKUP,
        encoded: frozenset[str] = DEFAULT_ENCODED,
        additions: Additions = NO_ADDITIONS,
    ) -> None:
        self.names = names
        self.families = families
        self.additions = additions
        self.urls = Urls(names, self.scan, urls)
        self.is_clean: Harmless[str] = Harmless(self._is_clean)
        """Whether a scan leaves a text as it is, wherever it stands; remembered where it does."""
        self.json = JsonWalk(names, self.scan, self.suspects, self.is_clean, additions)
        self._assignments = Assignments(names)
        self._markup = Markup(
            names,
            markup,
            self.scan,
            url=self._url_in,
            spots=self.spots,
            code_siblings=self.urls.code_siblings,
        )
        self._graphql = GraphQL(names)
        self._yaml = Yaml(self.json)
        self._encoded = Encoded(encoded)
        readers = (families, self.urls, self._assignments, self._markup, self._encoded)
        sources = (*(reader.source() for reader in readers), _HIDDEN)
        self.value_source = "|".join(sources)
        self.gate_source = f"{names.source()}|{self.value_source}"
        self._gate = compiled_gate(rf"{self.gate_source}|//[^/\s?#]*@")  # a password may hold a quote

    def suspicious(self, text: str) -> bool:
        """Whether anything here might have to go: one native pass."""
        return self._gate.search(text.encode()) is not None or self.additions.concern(text)

    def spots(self, text: str) -> list[tuple[int, int]]:
        """Where anything stands that might have to go."""
        return [hit.span() for hit in self._gate.finditer(text)]

    def suspects(self, texts: list[str]) -> frozenset[str]:
        """Those of many texts in which something might have to go, found in one native pass over all."""
        found = holding(self._gate, texts)
        if self.additions:
            found.update(filter(self.additions.concern, texts))
        return frozenset(found)

    def scan(self, text: str, sweep: Sweep, path: Path, depth: int = 0) -> str:
        """The text without its credentials; with lone surrogates replaced."""
        if self.additions:
            text = self.additions.text(text, sweep, path)
        if len(text) < _SHORTEST_VALUE and text.isalnum():
            return text
        text = clean(text)
        if not text or not self.suspicious(text) or is_marker(text):
            return text
        if depth > MAX_DEPTH:
            return sweep.remove(path, "depth", text)
        return _settled(text, lambda text: self._once(text, sweep, path, depth), depth)

    def url(self, url: str, sweep: Sweep, path: Path) -> str:
        """As `scan`, of a text that is a URL as a whole, absolute or relative."""
        url = self.additions.text(url, sweep, path) if self.additions else clean(url)
        if not self.suspicious(url) and "@" not in url:
            return url
        return _settled(url, lambda url: self._url_once(url, sweep, path))

    def markup(self, text: str, sweep: Sweep, path: Path, *, is_cut: bool = False) -> str:
        """As `scan`, of a text that is XML or HTML as a whole; `is_cut`: its end may be missing."""
        text = self.additions.text(text, sweep, path) if self.additions else clean(text)
        if not is_cut and not sweep.oauth and self.is_calm_markup(text):
            return text
        return _settled(text, lambda text: self._marked_up(text, sweep, path, is_cut=is_cut))

    def is_calm_markup(self, text: str) -> bool:
        """Whether nothing in XML or HTML might have to go, found out in two native passes."""
        text = clean(text)
        return not self.suspicious(text) and not self.suspicious(self._markup.bare(text))

    def _url_in(self, url: str, sweep: Sweep, path: Path, _depth: int) -> str:
        return self.url(url, sweep, path)

    def _marked_up(self, text: str, sweep: Sweep, path: Path, *, is_cut: bool) -> str:
        shown = self._markup.redact(text, sweep, path, 0, is_whole=True, is_cut=is_cut)
        return self.scan(text, sweep, path) if shown is None else self._familiar(shown, sweep, path)

    def _familiar(self, text: str, sweep: Sweep, path: Path) -> str:
        """A text without the members of families."""
        return self.families.replace(text, lambda rule, value: sweep.remove(path, rule, value))

    def _once(self, text: str, sweep: Sweep, path: Path, depth: int) -> str:
        if text.lstrip()[:1] in ("{", "[", '"'):
            try:
                return self._nested(loads(text.encode()), text, sweep, path, depth)
            except NotJson:
                pass  # text that begins like JSON
        if self._markup.looks_whole(text):
            shown = self._markup.redact(text, sweep, path, depth, is_whole=True)
            if shown is not None:
                return self._familiar(shown, sweep, path)
        return self._decoded(self._plain(text, sweep, path, depth), sweep, path, depth)

    def _url_once(self, url: str, sweep: Sweep, path: Path) -> str:
        url = self.urls.redact(url, sweep, path)
        return self._decoded(self._familiar(url, sweep, path), sweep, path, 0)

    def _is_clean(self, name: str) -> bool:
        return self.scan(name, Sweep(Marker()), ()) == name

    def _nested(self, document: object, text: str, sweep: Sweep, path: Path, depth: int) -> str:
        before = len(sweep.removals)
        walked = self.json.walk(document, sweep, path, depth=depth + 1)
        return text if len(sweep.removals) == before else dumps_text(walked)

    def _embedded(self, text: str, sweep: Sweep, path: Path, depth: int) -> str:
        """Whole JSON documents in the middle of a text, walked; at most a few, wherever one may begin."""
        pieces, done, begin = [], 0, 0
        for _ in range(_MOST_EMBEDDED):
            opening = _OPENING.search(text[begin:])
            if opening is None:
                break
            begin += opening.start()
            document, end = decoded_at(text, begin)
            if end:
                pieces += [text[done:begin], self._nested(document, text[begin:end], sweep, path, depth)]
                done = end
            begin = end or begin + 1
        return "".join((*pieces, text[done:])) if pieces else text

    def _plain(self, text: str, sweep: Sweep, path: Path, depth: int) -> str:
        if self._markup.looks_marked_up(text):
            shown = self._markup.redact(text, sweep, path, depth, is_whole=False)
            text = text if shown is None else shown
        text = self._graphql.redact(text, sweep, path)
        text = self._yaml.redact(text, sweep, path)
        text = self._embedded(text, sweep, path, depth)
        if "//" in text:
            text = _USERINFO.sub(lambda match: self._userinfo(match, sweep, path), text)
            text = _URL.sub(lambda match: self.urls.redact(match[0], sweep, path, depth), text)
        text = self._assignments.redact(text, sweep, path)
        text = self._encoded.redact(text, sweep, path, lambda plain: self._hidden(plain, sweep, path, depth))
        return self._familiar(text, sweep, path)

    def _hidden(self, plain: str, sweep: Sweep, path: Path, depth: int) -> str:
        """What a scan makes of a text that goes as a whole where that changes anything."""
        before = list(sweep.removals)
        scanned = self.scan(plain, sweep, path, depth + 1)
        sweep.removals = before
        return scanned

    def _userinfo(self, match: Match[str], sweep: Sweep, path: Path) -> str:
        """Of URLs whose password holds what ends a URL in running text: quotes, angle brackets."""
        if not any(char in "\"'<>\\^`|" for char in match[3]):
            return match[0]
        return f"{match[1]}{match[2]}:{sweep.remove(path, 'url.userinfo', match[3])}@"

    def _decoded(self, text: str, sweep: Sweep, path: Path, depth: int) -> str:
        """What escapes and percent-encoding hide; where they hid something, the decoded text remains."""
        if "\\" in text and unescaped(text) != text:
            text = self._where_found(text, unescaped(text), sweep, path, depth)
        if "&" in text and (plain := dereferenced(text)) != text:
            text = self._where_found(text, plain, sweep, path, depth)
        if "%" in text:
            text = _ENCODED_WORD.sub(lambda match: self._unquoted(match[0], sweep, path, depth), text)
        return text

    def _unquoted(self, word: str, sweep: Sweep, path: Path, depth: int) -> str:
        if "%" not in _SHOWN.sub(lambda _: "", word):
            return word  # nothing but markers in a URL is encoded
        return self._where_found(word, urllib.parse.unquote_plus(word), sweep, path, depth)

    def _where_found(self, text: str, plain: str, sweep: Sweep, path: Path, depth: int) -> str:
        scanned = self.scan(plain, sweep, path, depth + 1)
        return text if scanned == clean(plain) else scanned


def _settled(text: str, once: Callable[[str], str], depth: int = 0) -> str:
    """A text redacted until nothing changes any more: what one rule removes may bare what another looks for.
    Within other encodings once is enough, for they are gone through again with what is around them.
    """
    for _ in range(1 if depth else _ROUNDS):
        before, text = text, once(text)
        if text == before:
            break
    return text
