"""What the names in a statement mean, and which literals and placeholders an expression is made of.

A name is that of a column, of a variable, of an option, of a member of JSON: what it is called decides. What
a query in the statement gives another name, `SELECT password AS p`, means under it what it meant before.
"""

from __future__ import annotations

from collections.abc import Iterator

from captured_exchanges.redaction.json import Siblings
from captured_exchanges.redaction.marker import is_marker
from captured_exchanges.redaction.names import Effect, NameInfo, Names
from captured_exchanges.redaction.patterns import clean, compiled
from captured_exchanges.redaction.transports.sql.operands import NO_CALL, comparison
from captured_exchanges.redaction.transports.sql.selecting import (
    aliased,
    columns_of,
    is_query,
    is_star,
    lists,
)
from captured_exchanges.redaction.transports.sql.table import SqlTable
from captured_exchanges.redaction.transports.sql.tokens import Kind, Token
from captured_exchanges.redaction.transports.sql.tree import Group, Item, groups, is_mark, is_word, leaves

__all__ = ["Sense"]

_LONGEST_NAME = 128
_MOST_NAMES = 1_000
_MEMBER = compiled(r"[\pL\pN_@-]+")
_PATH = compiled(r"[$/{\pL_@][\pL\pN_.,:{}\[\]\"$@/*-]*")
_SUSPECT = frozenset({Effect.CONTAINER})


class Sense:
    """Reads one text of SQL; belongs to one thread."""

    def __init__(self, names: Names, table: SqlTable, dialect: str, root: Group) -> None:
        self.names = names
        self.table = table
        self.dialect = dialect
        self.first = {item.text for item in root.items[:2] if isinstance(item, Token)}
        self._extra = {name.replace(" ", "") for word in self.first for name in table.names.get(word, ())}
        self._siblings = Siblings(names)
        present = {token.text for token in leaves(root.items) if token.kind is Kind.WORD}
        spelled = ((rule, phrase.split()) for rule, phrases in table.phrases.items() for phrase in phrases)
        self.phrases = [(rule, words) for rule, words in spelled if words[0] in present]
        """The phrases of the table that may stand in this text, with their rules."""
        words = (token for token in leaves(root.items) if token.kind in (Kind.WORD, Kind.QUOTED))
        self._beside = {token.source: None for token, _ in zip(words, range(_MOST_NAMES), strict=False)}
        self._renamed: dict[str, NameInfo] = {}
        self._known: dict[str, NameInfo | None] = {}
        self._mentions: dict[int, NameInfo | None] = {}
        self._declared: set[str] = set()
        self._rename(root)

    def of(self, name: str) -> NameInfo | None:
        """What a name means, where it means a secret or raises a suspicion."""
        if (renamed := self._renamed.get(clean(name).casefold())) is not None:
            return renamed
        if name not in self._known:
            self._known[name] = self._decided(clean(name))
        return self._known[name]

    def _decided(self, name: str) -> NameInfo | None:
        info = self._siblings.meaning(self.names.of(name), None, self._beside, oauth=False)
        if info.secret or info.effect in _SUSPECT:
            return info
        if self._extra and "".join(words := self.names.words(name)) in self._extra:
            return NameInfo(Effect.SCALAR, f"sql.{'_'.join(words)}")
        return None

    def of_token(self, token: Token) -> NameInfo | None:
        """The same, of a token that stands for a name."""
        return self.of(token.name)

    def of_member(self, text: str) -> NameInfo | None:
        """The same, of a literal that names a member of JSON: `password`, `$.a.password`, `{a,password}`."""
        if len(text) > _LONGEST_NAME or _PATH.fullmatch(clean(text)) is None or is_marker(text):
            return None
        members = [member for member in _MEMBER.findall(clean(text)) if not member.isdigit()]
        info = self.names.of(members[-1]) if members else None
        return info if info is not None and info.secret else None

    def mention(self, items: list[Item], *, inside: bool = False) -> NameInfo | None:
        """What an expression says of a secret; None where it says nothing that tells it."""
        for at, item in enumerate(items):
            if isinstance(item, Group):
                called = _is_called(items, at)
                info = None if self._is_blind(items, at) else self._mention_in(item, called=called)
            else:
                info = self._mention_at(items, at, item, inside=inside)
            if info is not None:
                return info
        return None

    def values(self, items: list[Item], sign: str = "", *, told: bool = False) -> Iterator[Token]:
        """The literals and placeholders that an expression gets its value from. `told`: something else names
        it, so that a text in double quotes is one although it reads like a name: `password = "myPassword"`.
        """
        for at, item in enumerate(items):
            if isinstance(item, Group):
                if not (at and is_word(items[at - 1], *self.table.types)):
                    yield from self._values_in(item, told=told)
            elif self._is_value(items, at, item, sign, told=told):
                yield item

    def _mention_at(self, items: list[Item], at: int, item: Token, *, inside: bool) -> NameInfo | None:
        if item.kind is Kind.TEXT:
            is_member = inside or (at > 0 and is_mark(items[at - 1], *self.table.arrows))
            return self.of_member(item.text) if is_member else None
        if item.kind in (Kind.MARK, Kind.NUMBER) or (at + 1 < len(items) and is_mark(items[at + 1], ".")):
            return None
        return self.of_token(item) if item.text else None

    def _mention_in(self, group: Group, *, called: bool) -> NameInfo | None:
        if id(group) not in self._mentions:
            found = (self.mention(part, inside=called) for part in self._parts(group))
            self._mentions[id(group)] = next((info for info in found if info is not None), None)
        return self._mentions[id(group)]

    def _values_in(self, group: Group, *, told: bool) -> Iterator[Token]:
        for part in self._parts(group):
            yield from self.values(part, group.sign, told=told)

    def _parts(self, group: Group) -> list[list[Item]]:
        """What a group's value is made of: of a query its select lists, of a CASE its results; of what is a
        condition itself nothing.
        """
        if is_query(group):
            return [expression for found in lists(group.items) for expression in found]
        if group.sign == "case":
            return list(_results(group.items))
        conditional = any(
            is_word(item, "and", "or") or comparison(group.items, at) for at, item in enumerate(group.items)
        )
        return [] if conditional else [group.items]

    def _is_value(self, items: list[Item], at: int, item: Token, sign: str, *, told: bool) -> bool:
        if item.kind is Kind.TEXT:
            if at and is_mark(items[at - 1], *self.table.arrows):
                return False
            return not (sign and item.text.lower() in self.table.modes) and not (
                sign == "[" and len(items) == 1 and self.of_member(item.text)
            )
        if item.kind is Kind.NUMBER:
            return sign != "[" or len(items) > 1
        return item.kind is Kind.BIND or self._is_string(items, at, item, told=told)

    def _is_string(self, items: list[Item], at: int, item: Token, *, told: bool) -> bool:
        """Whether a name in double quotes may be a string."""
        if item.kind is not Kind.QUOTED or not item.source.startswith('"'):
            return False
        qualified = any(is_mark(near, ".") for near in items[max(0, at - 1) : at + 2])
        called = at + 1 < len(items) and isinstance(items[at + 1], Group)
        doubtful = item.is_text or self.dialect in self.table.string_quotes
        return doubtful and not qualified and not called and (told or self.of_token(item) is None)

    def _is_blind(self, items: list[Item], at: int) -> bool:
        return bool(at) and is_word(items[at - 1], *self.table.blind)

    def _rename(self, root: Group) -> None:
        """Learn the names that queries give to what means a secret, the inner queries first."""
        for group in groups(root):
            for found in lists(group.items):
                for expression in found:
                    core, name = aliased(expression, self.dialect)
                    self._declared.add(name.casefold())
                    if name and not self.is_telling_nothing(core):
                        self._call(name, self.mention(core))
            for at, item in enumerate(group.items):
                if isinstance(item, Group) and is_query(item):
                    self._rename_columns(group.items, at, item)

    def _rename_columns(self, items: list[Item], at: int, query: Group) -> None:
        named = columns_of(items, at) or []
        self._declared.update(token.name.casefold() for token in named)
        for found in lists(query.items):
            if not any(map(is_star, found)):
                for token, expression in zip(named, found, strict=False):
                    self._call(token.name, self.mention(expression))

    def _call(self, name: str, info: NameInfo | None) -> None:
        if info is not None and self.of(name) is None:
            self._renamed[clean(name).casefold()] = info
            self._mentions.clear()

    def adopt(self, expression: list[Item], info: NameInfo) -> None:
        """A name that a query in the text gives to something, and that a secret is set to, means one: in
        `UPDATE u SET password = v.p FROM (VALUES ('x')) AS v (p)` it is `p`.
        """
        for token in expression[-1:]:
            if not isinstance(token, Group) and token.name.casefold() in self._declared:
                self._call(token.name, info)

    def is_telling_nothing(self, expression: list[Item]) -> bool:
        """Whether an expression says of a secret no more than whether it is there, or how long it is."""
        compares = any(
            comparison(expression, at) and not is_mark(item, ":=", "=>") for at, item in enumerate(expression)
        )
        is_call = len(expression) == 2 and isinstance(expression[1], Group)  # noqa: PLR2004 - a name and brackets
        return compares or (is_call and is_word(expression[0], *self.table.blind))


def _is_called(items: list[Item], at: int) -> bool:
    """Whether brackets hold arguments, of a function or of an index: `json_value(a, '$.password')`."""
    if not at or not isinstance(group := items[at], Group):
        return False
    many = group.sign == "[" or any(is_mark(item, ",") for item in group.items)
    before = items[at - 1]
    named = isinstance(before, Token) and before.kind in (Kind.WORD, Kind.QUOTED)
    return many and named and not is_word(before, *NO_CALL)


def _results(items: list[Item]) -> Iterator[list[Item]]:
    """What follows THEN and ELSE."""
    taken: list[Item] | None = None
    for item in items:
        if is_word(item, "then", "else", "when"):
            if taken:
                yield taken
            taken = None if is_word(item, "when") else []
        elif taken is not None:
            taken.append(item)
    if taken:
        yield taken
