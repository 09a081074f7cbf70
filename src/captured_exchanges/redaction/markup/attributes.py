"""The attributes of one tag: which go, and what they say about what the element holds."""

from __future__ import annotations

from dataclasses import dataclass, field

from captured_exchanges.redaction.encodings import dereferenced
from captured_exchanges.redaction.json import Level, Mood, Siblings, rule_for
from captured_exchanges.redaction.markup.frames import NOTHING, Span
from captured_exchanges.redaction.markup.meanings import LONGEST_NAME, Meanings
from captured_exchanges.redaction.markup.pieces import How, Piece
from captured_exchanges.redaction.markup.reader import Attribute, Token, attributes
from captured_exchanges.redaction.markup.table import MarkupTable
from captured_exchanges.redaction.names import Effect, NameInfo, Names, Pair

__all__ = ["Attributes", "Tag"]

_SHORTEST_CODE = 6
_XSI = ("xsi", "xml")
_NO_URLS = ("javascript:", "data:")


@dataclass(frozen=True, slots=True)
class _Found:
    """An attribute, what its name means, and its value as it is written."""

    attribute: Attribute
    info: NameInfo
    raw: str


@dataclass(slots=True)
class Tag:
    """What the attributes of a tag say."""

    is_cut: bool = False
    """Whether the text ends within it."""

    named: NameInfo = NOTHING
    """What they name."""
    is_named: bool = False
    holds_value: bool = False
    is_public: bool = False
    kids: set[str] = field(default_factory=set)
    """The names of all, as words."""
    fields: set[str] = field(default_factory=set)
    """The names that they give, as words."""
    beside: tuple[NameInfo, Span] | None = None
    """A value that is secret only beside another field."""
    held: list[tuple[NameInfo, Span]] = field(default_factory=list)
    """Attributes that are secret only beside others, of which none is here."""
    pieces: list[Piece] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Attributes:
    """Judges attributes. Thread-safe."""

    names: Names
    meanings: Meanings
    table: MarkupTable

    def judge(
        self, text: str, token: Token, own: NameInfo, given: NameInfo, mood: Mood, *, oauth: bool
    ) -> Tag:
        """What the attributes say of an element whose name means `own`, in a mood. `given` is what something
        outside says about its value.
        """
        found = [
            _Found(attribute, self.meanings.of(attribute.name), text[attribute.start : attribute.end])
            for attribute in attributes(text, token)
        ]
        tag = Tag(is_cut=token.is_cut and token.after == len(text))
        for one in found:
            self._hear(tag, one)
        if tag.is_cut and not tag.is_named and not tag.named.secret:
            tag.named = NameInfo(Effect.SCALAR, "name.unreadable")  # the name may stand behind the cut
        value = given if given.secret and not tag.named.secret else tag.named
        if tag.is_named and not value.secret and mood.level is Level.ALARM:
            mood = Mood(Level.SUSPICION, mood.rule)
        for one in found:
            if one.raw.strip():
                is_value = value.secret and one.info.pair is Pair.VALUE
                meant = value if is_value else _beside(one, tag, oauth=oauth)
                self._judged(tag, one, self._rule(one, meant, own, mood))
        return tag

    def _hear(self, tag: Tag, one: _Found) -> None:
        """What an attribute says about the others."""
        words = self.meanings.words(one.attribute.name)
        tag.kids.add(words)
        if one.info.secret and one.info.rule.removeprefix("name.") in self.names.table.password_labels:
            tag.kids.add("password")
        if words == "value type":
            tag.is_public = one.raw.lower().rpartition("#")[2].rpartition(":")[2] in self.table.public
        if one.info.pair in (Pair.NAME, Pair.LABEL) and "[REDACTED:" not in one.raw:
            self._name(tag, one)

    def _name(self, tag: Tag, one: _Found) -> None:
        named = self.meanings.named(one.raw)
        if one.info.pair is Pair.NAME:
            tag.is_named = tag.is_named or bool(one.raw.strip())
            tag.fields.add(self.meanings.words(one.raw[:LONGEST_NAME]))
        elif named.secret:
            named = Siblings(self.names).held(dereferenced(one.raw), one.info)
        is_stronger = named.secret and tag.named.effect is not Effect.SUBTREE
        if is_stronger or (named.effect is Effect.BESIDE and not tag.named.secret):
            tag.named = named

    def _judged(self, tag: Tag, one: _Found, rule: str) -> None:
        attribute = one.attribute
        if one.info.effect is Effect.BESIDE and not rule:
            tag.held.append((one.info, (attribute.start, attribute.end)))
        last = self.meanings.words(attribute.name).rpartition(" ")[2]
        is_url = last in self.table.urls and not one.raw.lstrip()[:11].lower().startswith(_NO_URLS)
        how = How.URL if is_url else How.ATTRIBUTE
        tag.pieces.append(Piece(attribute.start, attribute.end, rule, how))
        if one.info.pair is Pair.VALUE:
            tag.holds_value = True
            if tag.named.effect is Effect.BESIDE:
                tag.beside = (tag.named, (attribute.start, attribute.end))

    def _rule(self, one: _Found, info: NameInfo, own: NameInfo, mood: Mood) -> str:
        """The rule by which an attribute goes, or empty."""
        value = dereferenced(one.raw).strip()
        if own.effect is Effect.SUBTREE and info.effect not in (Effect.KNOWN, Effect.ABOUT):
            is_about = one.attribute.name.partition(":")[0] in _XSI or self.names.is_harmless(value)
            return "" if is_about else own.rule
        if info.effect is Effect.SUBTREE:
            is_permission = mood.level is Level.PERMISSIONS and self.names.is_harmless(value)
            return "" if is_permission or value.lower() in ("true", "false") else info.rule
        if own.effect is Effect.SCALAR:
            mood = Mood(Level.ALARM, own.rule)
        return rule_for(self.names, value, info, mood)


def _beside(one: _Found, tag: Tag, *, oauth: bool) -> NameInfo:
    """What a name means that is secret only beside another one."""
    if one.info.effect is not Effect.BESIDE:
        return one.info
    is_code = oauth and one.info.rule == "name.code" and len(one.raw) >= _SHORTEST_CODE
    found = tag.is_cut or is_code or not tag.kids.isdisjoint(one.info.companions)
    return NameInfo(Effect.SCALAR if found else Effect.PLAIN, one.info.rule, one.info.pair)
