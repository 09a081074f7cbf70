"""What names mean in markup: the names that are secret everywhere, and what markup adds to them.

Namespaces and prefixes say nothing. A name in which a reference stands that only a DTD can resolve is
unreadable, and so what it names goes.
"""

from __future__ import annotations

from html.entities import html5

from captured_exchanges.redaction.encodings import dereferenced
from captured_exchanges.redaction.markup.table import MarkupTable
from captured_exchanges.redaction.names import Effect, NameInfo, Names, Pair, Phrases
from captured_exchanges.redaction.patterns import compiled, quoted

__all__ = ["LONGEST_NAME", "Meanings"]

LONGEST_NAME = 128
"""Characters beyond which a text names nothing."""
_REFERENCE = compiled(r"&[^\s&;#<>\"']{1,64};")
_OPENING = r"(?:<|&lt;|%3[cC])"
_QUOTE = r"(?:\\*[\"']|&quot;|&#x27;)"
_UNREADABLE = NameInfo(Effect.SCALAR, "name.unreadable")
_KNOWN = NameInfo(Effect.KNOWN)
_PLAIN = NameInfo(Effect.PLAIN)
_MOST_KNOWN = 16_384
_LONGEST_READ = 1_024


class Meanings:
    """Decides about names in markup. Thread-safe; decisions are remembered, within bounds."""

    def __init__(self, names: Names, table: MarkupTable) -> None:
        self._names = names
        self._table = table
        self._secret = _index(table.secret)
        self._suspects = _index(table.suspects)
        self._companions = frozenset(name for names in table.beside.values() for name in names)
        self._known: dict[str, tuple[NameInfo, str]] = {}

    def of(self, name: str) -> NameInfo:
        """The decision about the name of an element or an attribute, prefix included."""
        return self._remembered(name)[0]

    def words(self, name: str) -> str:
        """The words of a name without its prefix, as the tables write them."""
        return self._remembered(name)[1]

    def named(self, said: str) -> NameInfo:
        """The decision about what a text, as it is written, names: the value of `name`, a cell."""
        if "&" in said:
            if any(match[0][1:] not in html5 for match in _REFERENCE.finditer(said)):
                return _UNREADABLE
            said = dereferenced(said)
        said = said.strip()
        return self.of(said) if 0 < len(said) <= LONGEST_NAME and "[REDACTED:" not in said else _PLAIN

    def source(self) -> str:
        """A pattern that occurs in every text in which a name means something in markup alone, or may be
        hidden by what markup may put in the middle of one; in markup that is itself escaped, too.
        """
        phrases = sorted({*self._secret, *self._suspects, *self._companions})
        spelled = "|".join(r"[^A-Za-z<>]{0,3}".join(map(quoted, phrase.split())) for phrase in phrases)
        beside = "|".join(sorted(name for name in self._names.table.beside if name.isalpha() and name[1:]))
        element = rf"{_OPENING}(?:[A-Za-z0-9_.-]*:)?(?i:{spelled})"
        attribute = rf"(?i:{spelled})\s*=|\s(?i:{beside})\s*=\s*{_QUOTE}"
        named = rf"\b(?:name|id)\s*=\s*(?:{_QUOTE})?(?:[^\"'\s<>]{{0,64}}(?i:{spelled})|code\b)"
        return rf"{element}|{attribute}|{named}|{_OPENING}(?:!|%21)(?:--|(?:\[|%5[bB])CDATA|[A-Z]+[^<>\[]*\[)"

    def _remembered(self, name: str) -> tuple[NameInfo, str]:
        known = self._known.get(name)
        if known is None:
            known = self._decided(name)
            if len(name) <= LONGEST_NAME:
                if len(self._known) >= _MOST_KNOWN:
                    self._known.clear()
                self._known[name] = known
        return known

    def _decided(self, name: str) -> tuple[NameInfo, str]:
        prefix, _, local = name.rpartition(":")
        local = dereferenced(local or prefix)
        base, words = self._names.of(local), " ".join(self._names.words(local[:_LONGEST_READ]))
        if "xmlns" in (prefix, name):
            return _KNOWN, words
        effect, rule, companions = self._effect(base, words)
        pair = Pair.NAME if words in self._table.names else base.pair
        return NameInfo(effect, rule, pair, companions, base.heads), words

    def _effect(self, base: NameInfo, words: str) -> tuple[Effect, str, frozenset[str]]:
        nobody = frozenset[str]()
        if words in self._companions:
            return Effect.TRIGGER, "", nobody
        if words in self._table.kept:
            return Effect.KNOWN, "", nobody
        if label := _ends_with(words, self._secret):
            return Effect.SCALAR, f"name.{label}", nobody
        if words in self._suspects and not base.secret:
            return Effect.CONTAINER, f"name.{self._suspects[words]}", nobody
        if words in self._table.beside:
            return Effect.BESIDE, "name.private_key", frozenset(self._table.beside[words])
        return base.effect, base.rule, base.companions


def _index(phrases: Phrases) -> dict[str, str]:
    """The label of each phrase, written as words and in one word."""
    spelled = {phrase: label for label, spellings in phrases.items() for phrase in spellings}
    return {**{phrase.replace(" ", ""): label for phrase, label in spelled.items()}, **spelled}


def _ends_with(words: str, phrases: dict[str, str]) -> str:
    while words:
        if label := phrases.get(words):
            return label
        _, _, words = words.partition(" ")
    return ""
