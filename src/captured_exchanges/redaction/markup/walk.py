"""The walk over the tokens of a markup text: what is open, what it means, and so which pieces go.

Names decide, as in JSON: an element whose name means a secret by itself goes with all it holds; other
secret names take their text, and below them what looks random or is called a value goes. Attributes,
fields of forms, cells of tables and labels name what they stand beside.

A SAML assertion stays readable, NameID, attributes and conditions, for identities are what it is about.
Without its SignatureValue nobody can replay it: the digests that stay prove nothing without the key's
signature over them, and a receiver that takes an assertion without one is open to anybody as it is.
"""

from __future__ import annotations

import bisect
import html
from collections import Counter
from dataclasses import dataclass, replace

from captured_exchanges.redaction.encodings import dereferenced
from captured_exchanges.redaction.json import CALM, Level, mood_below, rule_for
from captured_exchanges.redaction.markup.attributes import Attributes, Tag
from captured_exchanges.redaction.markup.cells import Cells
from captured_exchanges.redaction.markup.entities import declared
from captured_exchanges.redaction.markup.frames import NOTHING, Frame, Span
from captured_exchanges.redaction.markup.meanings import LONGEST_NAME, Meanings
from captured_exchanges.redaction.markup.pieces import How, Piece
from captured_exchanges.redaction.markup.reader import Kind, Token, gaps
from captured_exchanges.redaction.markup.table import MarkupTable
from captured_exchanges.redaction.names import Effect, NameInfo, Names, Pair
from captured_exchanges.redaction.values import looks_like_credential

__all__ = ["Rules", "Walk"]

_NAMING = frozenset({Pair.NAME, Pair.LABEL})
_WIDEST = 256
"""Characters of space around a value that are told from it."""
_LONGEST_VALUE = 8_192
"""Characters of a value that awaits what it is a secret beside; more are an element with others in it."""
_SAID = 80
"""Characters of a line that what follows is judged by."""


@dataclass(frozen=True, slots=True)
class Rules:
    """What every walk goes by. Thread-safe."""

    names: Names
    meanings: Meanings
    table: MarkupTable
    attributes: Attributes
    code_siblings: frozenset[str]


class Walk:
    """One walk over one text, by one thread. `hits` are the spans in which something might have to go."""

    def __init__(
        self, rules: Rules, text: str, hits: list[Span], *, oauth: bool, is_whole: bool, is_cut: bool
    ) -> None:
        self._rules = rules
        self._table = rules.table
        self._text = text
        self._starts, self._ends = [start for start, _ in hits], [end for _, end in hits]
        self._oauth = oauth
        self._is_whole = is_whole
        self._is_cut = is_cut
        self._has_joints = "<![CDATA[" in text or "<!--" in text
        self._pieces: list[Piece] = []
        self._stack = [Frame("", 0)]
        self._open: Counter[str] = Counter()
        self._sealed: Frame | None = None
        self._first_tag = 0
        self._cells = Cells(rules.table, rules.meanings)
        self._before = ""
        self._label = NOTHING
        self._last: Token | None = None
        self._fields: list[tuple[NameInfo, Span]] = []
        self._field_names: set[str] = set()

    def pieces(self, tokens: list[Token]) -> list[Piece]:
        """What is to be removed or scanned."""
        closed = {token.tag for token in tokens if token.kind is Kind.CLOSE}
        self._void = self._table.void - closed
        for token in tokens:
            self._token(token)
            self._last = token
        while len(self._stack) > 1:
            if self._is_cut:
                self._cut(self._stack[-1])
            self._pop(len(self._text), is_closed=False)
        companions = self._rules.code_siblings
        for info, span in self._fields:
            if self._oauth or not self._field_names.isdisjoint(info.companions | companions):
                self._remove(span, info.rule)
        return self._pieces

    def _cut(self, frame: Frame) -> None:
        """An element is open where the text was cut: what its values stand beside may lie behind the cut."""
        for rule, (start, end) in frame.siblings().undecided():
            if end - start <= _LONGEST_VALUE and looks_like_credential(self._text[start:end]):
                self._remove((start, end), rule)
        info = frame.info
        if info.pair in _NAMING and not info.secret and not self._rules.meanings.named(frame.said).secret:
            frame.info = NOTHING  # half a name

    def _token(self, token: Token) -> None:
        if token.kind is Kind.OPEN:
            self._opened(token)
        elif token.kind is Kind.CLOSE:
            self._closed(token)
        elif self._sealed is not None:
            return
        elif token.kind is Kind.TEXT or token.kind is Kind.CDATA:
            self._said((token.start, token.end), How.TEXT if token.kind is Kind.TEXT else How.BARE)
        elif token.kind is Kind.DECLARATION:
            self._pieces += [piece for piece in declared(self._text, token) if piece.start < piece.end]
        else:
            self._other(token)

    # tags

    def _opened(self, token: Token) -> None:
        tag = token.tag
        if self._sealed is not None:
            self._first_tag = self._first_tag or token.outer
            if not token.is_empty and tag not in self._void:
                self._push(Frame(tag, token.after))
            return
        self._imply(tag, token.outer)
        parent = self._stack[-1]
        own = self._rules.meanings.of(token.name)
        given, is_label, is_shy = self._given(tag, own, parent)
        said = self._attributes(token, own, given, parent)
        if tag not in self._table.inline:
            self._before = ""
        self._label = NOTHING if is_label else self._label
        frame = self._frame(token, own, said, parent, (given, is_shy))
        frame.is_labelled = is_label
        if own.effect in (Effect.TRIGGER, Effect.BESIDE) or own.secret:
            self._kid(parent, token.name, own)
        if token.is_empty or tag in self._void:
            self._ended(frame, parent, token.after, token.after)
            return
        self._push(frame)
        if said.kids:
            frame.siblings().kids |= said.kids
            frame.siblings().held += said.held
        if frame.info.effect is Effect.SUBTREE:
            self._sealed, self._first_tag = frame, 0

    def _given(self, tag: str, own: NameInfo, parent: Frame) -> tuple[NameInfo, bool, bool]:
        """What stands outside of an element and says what its value is; whether that is a label, and whether
        the value is one word.
        """
        if tag in self._table.cells and (info := self._cells.meaning(tag, parent)).secret:
            return info, True, False
        if tag in self._table.fields and (label := self._labelled(tag, parent)).secret:
            return label, True, True
        pairs = parent.pairs
        if pairs is not None and pairs.value.effect is not Effect.PLAIN and own.pair is not Pair.NAME:
            holds = own.pair is Pair.VALUE or tag in self._table.holders or parent.tag in self._table.entries
            if holds:
                return pairs.value, False, False
        is_bare = own.effect in (Effect.PLAIN, Effect.KNOWN, Effect.BESIDE) and self._is_transparent(tag)
        if parent.info.secret and is_bare and not (parent.is_shy and tag in self._table.blocks):
            return parent.info, parent.is_labelled, parent.is_shy
        return NOTHING, False, False

    def _labelled(self, tag: str, parent: Frame) -> NameInfo:
        """What a label says, before a field or around it; it says it once."""
        if parent.tag == "label" and tag not in self._table.inline:
            self._label, parent.said = self._label_of(parent), ""
        return self._label

    def _label_of(self, frame: Frame) -> NameInfo:
        named = self._rules.meanings.named(frame.said)
        return NameInfo(Effect.SCALAR, named.rule) if named.secret else NOTHING

    def _is_transparent(self, tag: str) -> bool:
        return tag in self._table.inline or tag in self._table.blocks or tag in self._table.void

    def _attributes(self, token: Token, own: NameInfo, given: NameInfo, parent: Frame) -> Tag:
        if self._is_hit(token.outer, token.start):  # a name that is none
            self._pieces.append(Piece(token.outer + len("<"), token.start, how=How.BARE))
        calm = own.calm and parent.below is CALM and not given.secret
        if (token.end == token.start and "=" not in token.name) or (
            calm and token.tag != "input" and not self._is_hit(token.outer, token.end)
        ):
            return Tag()
        said = self._rules.attributes.judge(self._text, token, own, given, parent.below, oauth=self._oauth)
        self._pieces += [piece for piece in said.pieces if piece.rule or self._is_hit(piece.start, piece.end)]
        for start, end in gaps(self._text, token):
            if self._is_hit(start, end):
                self._pieces.append(Piece(start, end, how=How.BARE))
        if said.beside is not None:
            self._fields.append(said.beside)
        if token.tag == "input":
            self._field_names |= said.fields
        return said

    def _frame(
        self, token: Token, own: NameInfo, said: Tag, parent: Frame, given: tuple[NameInfo, bool]
    ) -> Frame:
        tag = token.tag
        info, is_shy = own, False
        is_prose = tag in self._table.prose or tag in self._table.definitions
        if own.secret and said.is_public:
            info = NameInfo(Effect.KNOWN)
        elif not own.secret and said.named.secret and not (is_prose and said.holds_value):
            info, is_shy = said.named, is_prose
        elif not own.secret and given[0].effect is not Effect.PLAIN:
            info, is_shy = given
        if is_shy and info.effect is Effect.SUBTREE:
            info = replace(info, effect=Effect.SCALAR)
        below = parent.below if is_shy else mood_below(info, parent.below)
        frame = Frame(
            tag, token.after, info, parent.below, CALM if tag in self._table.calm else below, is_shy
        )
        names = info.pair in _NAMING or tag in self._table.cells or parent.tag in self._table.entries
        frame.hears = names or (parent.hears and self._is_transparent(tag))
        self._cells.opened(tag)
        return frame

    def _closed(self, token: Token) -> None:
        tag = token.tag
        if self._sealed is not None:
            self._first_tag = self._first_tag or token.outer
        if tag not in self._table.inline:
            self._before = ""
        if self._open[tag]:
            while self._pop(token.outer).tag != tag:
                pass
        elif self._sealed is None and self._last is not None and self._last.kind in (Kind.TEXT, Kind.CDATA):
            info = self._rules.meanings.of(token.name)
            if info.secret:  # cut at its beginning, or broken
                self._remove(self._trimmed(self._last.start, self._last.end), info.rule)
        if self._sealed is None and self._is_hit(token.outer, token.end):
            self._pieces.append(Piece(token.outer + len("</"), token.end, how=How.BARE))

    def _push(self, frame: Frame) -> None:
        self._stack.append(frame)
        self._open[frame.tag] += 1

    def _pop(self, end: int, *, is_closed: bool = True) -> Frame:
        frame = self._stack.pop()
        self._open[frame.tag] -= 1
        if self._sealed is frame:
            self._unseal(frame, end, is_closed=is_closed)
        if self._sealed is None:
            self._ended(frame, self._stack[-1], frame.start, end)
        return frame

    def _imply(self, tag: str, end: int) -> None:
        ended = self._table.implied.get(tag, ())
        while self._stack[-1].tag in ended:
            self._pop(end)

    def _unseal(self, frame: Frame, end: int, *, is_closed: bool) -> None:
        self._sealed = None
        if not is_closed and not self._is_whole and self._first_tag:
            end = self._first_tag  # a placeholder in prose
        start, end = self._trimmed(frame.start, end)
        value = dereferenced(self._text[start:end])
        is_permission = frame.above.level is Level.PERMISSIONS and self._rules.names.is_harmless(value)
        if not is_permission and value.lower() not in ("true", "false"):
            self._remove((start, end), frame.info.rule)

    # what has ended

    def _ended(self, frame: Frame, parent: Frame, start: int, end: int) -> None:
        own = frame.info
        if own.secret:
            frame.said = ""  # what was a secret itself names nothing
        if own.pair in _NAMING:
            self._names(own.pair, frame, parent)
        elif parent.tag in self._table.entries and not parent.siblings().has_name:
            self._names(Pair.NAME, frame, parent)
        elif own.pair is Pair.VALUE and end > start:
            parent.siblings().hold(self._trimmed(start, end))
        if frame.tag == "label" and frame.said:
            self._label = self._label_of(frame)
        self._cells.ended(frame, parent)
        if own.effect is Effect.BESIDE and end > start:
            parent.siblings().held.append((own, self._trimmed(start, end)))
        if frame.pairs is not None:
            for info, span in frame.pairs.given_away():
                self._remove(span, info.rule)

    def _names(self, pair: Pair, frame: Frame, parent: Frame) -> None:
        named = self._rules.meanings.named(frame.said) if frame.said else NOTHING
        if pair is Pair.LABEL and named.secret:
            is_action = self._rules.names.is_action(frame.said)
            named = NOTHING if is_action else NameInfo(Effect.SCALAR, named.rule)
        if not named.secret and named.effect is not Effect.CONTAINER:
            named = NOTHING
        for span in parent.siblings().name(named, pair):
            self._remove(span, named.rule)

    def _kid(self, parent: Frame, name: str, info: NameInfo) -> None:
        kids = parent.siblings().kids
        kids.add(self._rules.meanings.words(name))
        if info.secret and info.rule.removeprefix("name.") in self._rules.names.table.password_labels:
            kids.add("password")

    # text

    def _said(self, span: Span, how: How) -> None:
        frame, is_hit = self._stack[-1], self._is_hit(*span)
        if frame.is_calm and not (is_hit or frame.hears or self._before or self._has_joints):
            self._label = NOTHING if self._text[span[0] : span[1]].strip() else self._label
            return
        start, end = self._trimmed(*span)
        raw = self._text[start:end]
        plain = raw if how is How.BARE else dereferenced(raw)
        if not raw:
            return
        self._hear(raw, is_bare=how is How.BARE)
        rule = self._rule(plain, frame)
        if rule:
            self._pieces.append(Piece(start, end, rule, how))
        elif is_hit or self._before or self._has_joints:
            self._pieces.append(Piece(start, end, how=how, before=self._before))
        self._label = NOTHING
        if is_hit or self._before or self._has_joints:
            around = self._text[span[0] : start][-_SAID:], self._text[end : span[1]][:_SAID]
            self._before = (self._before + around[0] + plain[-_SAID:] + around[1])[-_SAID:]

    def _hear(self, raw: str, *, is_bare: bool) -> None:
        """A text may be a name: of the elements, up to a few, that it is all of the text of."""
        said = raw.replace("&", "&amp;") if is_bare else raw
        for frame in reversed(self._stack[-4:]):
            if len(frame.said) <= LONGEST_NAME:
                frame.said += said if len(said) <= LONGEST_NAME else " " * (LONGEST_NAME + 1)
            if not self._is_transparent(frame.tag):
                break

    def _rule(self, plain: str, frame: Frame) -> str:
        rule = rule_for(self._rules.names, plain, frame.info, frame.above)
        if not rule or frame.info.effect is not Effect.SCALAR:
            return rule
        if frame.is_shy and (len(plain.split()) != 1 or self._is_far(plain)):
            return ""
        return "" if (frame.is_labelled or frame.is_shy) and self._is_prose(plain) else rule

    def _is_far(self, plain: str) -> bool:
        """Whether a word stands below the element that is named like a secret, and looks like none."""
        above = self._stack[-2] if len(self._stack) > 1 else self._stack[-1]
        return above.is_shy and not looks_like_credential(plain)

    def _is_prose(self, plain: str) -> bool:
        """Whether a text beside the name of a secret is another name, or an offer: `Reset`."""
        words = plain.split()
        if len(words) == 1 and any(map(str.isdigit, plain)):
            return False  # a secret may well end like a name
        is_offer = all(word.isalpha() for word in words) and self._rules.names.is_action(plain)
        return is_offer or self._rules.meanings.named(html.escape(plain)).secret

    def _other(self, token: Token) -> None:
        if self._is_hit(token.start, token.end):
            self._pieces.append(Piece(token.start, token.end, how=How.BARE))

    # helpers

    def _is_hit(self, start: int, end: int) -> bool:
        at = bisect.bisect_right(self._ends, start)
        return (at < len(self._starts) and self._starts[at] < end) or self._text.find("&", start, end) >= 0

    def _trimmed(self, start: int, end: int) -> Span:
        """A span without the space around it, as far as anybody writes any."""
        head = self._text[start : min(end, start + _WIDEST)]
        start += len(head) - len(head.lstrip())
        tail = self._text[max(start, end - _WIDEST) : end]
        return start, end - len(tail) + len(tail.rstrip())

    def _remove(self, span: Span, rule: str) -> None:
        if span[0] < span[1]:
            self._pieces.append(Piece(*span, rule))
