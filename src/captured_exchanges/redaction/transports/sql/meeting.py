"""Which literals and placeholders of a statement meet a secret: by comparison or assignment, by their place
under a column, as a function's argument, or because a keyword says so.

The verdict is about tokens, not values: the same statement is judged alike for whatever it is bound to. The
one exception are pairs, `WHERE name = ? AND value = ?`, where a value names what another one is.
"""

from __future__ import annotations

import itertools

from captured_exchanges.redaction.names import Effect, NameInfo
from captured_exchanges.redaction.transports.sql.inserting import Insertion, insertions
from captured_exchanges.redaction.transports.sql.operands import comparison, left_of, right_of
from captured_exchanges.redaction.transports.sql.phrases import after_phrases
from captured_exchanges.redaction.transports.sql.records import Records
from captured_exchanges.redaction.transports.sql.selecting import aliased, is_query, lists
from captured_exchanges.redaction.transports.sql.sense import Sense
from captured_exchanges.redaction.transports.sql.tokens import Kind, Token
from captured_exchanges.redaction.transports.sql.tree import (
    Group,
    Item,
    groups,
    is_mark,
    is_word,
    leaves,
    split,
)

__all__ = ["UNNAMED", "Meeting"]

UNNAMED = NameInfo(Effect.SCALAR, "sql.unnamed")
"""A value inserted into a column that nobody names: a string goes, a number stays."""
_FUNCTION = NameInfo(Effect.SUBTREE, "sql.function")
_NO_CALL = ("into", "table", "references", "exists", "index", "on", "key", "in", "as", "constraint")
_CALLING = ("exec", "execute", "call")
_NOT_PREPARED = ("immediate", "on")
_NOT_ADJACENT = ("authorization",)
_MOST_ARGUMENTS = 256
_REACH = 24
"""Items between a column's name and its DEFAULT."""


class Meeting:
    """Judges one text of SQL; belongs to one thread."""

    def __init__(self, sense: Sense, root: Group) -> None:
        self._sense = sense
        self._rows: set[int] = set()
        self.marks: dict[int, NameInfo] = {}
        """What goes, by where a token starts, and what it met."""
        self.records = Records(sense.names)
        found = [insertion for group in groups(root) for insertion in insertions(group)]
        for insertion in found:
            self._adopt(insertion)
        for group in groups(root):
            self._adopt_assigned(group.items)
        for insertion in found:
            self._inserted(insertion)
        for group in groups(root):
            self._judge(group)
            self._selected(group)
        if root.items and is_word(root.items[0], *sense.table.functions):
            self._executed(root.items, 0)  # of a batch the first call may lack its EXEC

    def _mark(self, items: list[Item], info: NameInfo, *, told: bool = True) -> None:
        for token in self._sense.values(items, told=told):
            self.marks.setdefault(token.start, info)

    def _adopt(self, insertion: Insertion) -> None:
        for row in insertion.rows:
            for token, expression in zip(insertion.columns, row, strict=False):
                if (info := self._sense.of_token(token)) is not None:
                    self._sense.adopt(expression, info)

    def _adopt_assigned(self, items: list[Item]) -> None:
        for at, item in enumerate(items):
            if (
                is_mark(item, "=")
                and (info := self._sense.mention(items[left_of(items, at) : at])) is not None
            ):
                self._sense.adopt(items[at + 1 : right_of(items, at + 1)], info)

    def _selected(self, group: Group) -> None:
        """`SELECT 'x' AS password`."""
        for expression in (expression for found in lists(group.items) for expression in found):
            core, name = aliased(expression, self._sense.dialect)
            if (
                name
                and (info := self._sense.of(name)) is not None
                and not self._sense.is_telling_nothing(core)
            ):
                for token in self._sense.values(core):
                    if token.kind is not Kind.NUMBER:
                        self.marks.setdefault(token.start, info)

    def _inserted(self, insertion: Insertion) -> None:
        self._rows.update(id(group) for group in insertion.groups)
        infos = [self._sense.of_token(token) for token in insertion.columns]
        for row in insertion.rows:
            if not insertion.columns:
                if len(row) > 1:
                    self._unnamed(row)
                continue
            in_one = len(row) == 1 and _is_bind(row[0])
            first = [info for info in infos if info is not None][:1]
            for items, info in zip(row, first if in_one else infos, strict=False):
                if info is not None:
                    self._mark(items, info)
            cells = zip(insertion.columns, row, strict=False)
            self.records.add_row([(token.name, list(self._sense.values(items))) for token, items in cells])

    def _unnamed(self, row: list[list[Item]]) -> None:
        for items in row:
            for token in self._sense.values(items):
                if token.kind is not Kind.NUMBER and not _is_named(token):
                    self.marks.setdefault(token.start, UNNAMED)

    def _judge(self, group: Group) -> None:
        items = group.items
        for at, item in enumerate(items):
            if size := comparison(items, at):
                self._compared(items, at, at + size)
            elif isinstance(item, Group):
                self._called(items, at, item)
            elif item.kind in (Kind.WORD, Kind.QUOTED, Kind.BIND):
                self._named_here(items, at, item)
        for tokens, info in after_phrases(items, self._sense):
            for token in tokens:
                self.marks.setdefault(token.start, info)

    def _named_here(self, items: list[Item], at: int, item: Token) -> None:
        if is_word(item, *_CALLING) and at + 1 < len(items):
            self._executed(items, at + 1)
            if is_word(item, "execute") and at + 2 < len(items):
                self._prepared(items[at + 1], items[at + 2])
        elif is_word(item, "default"):
            self._defaulted(items, at)
        elif is_word(item, "to") and self._is_setting(items, at):
            self._compared(items, at, at + 1)
        else:
            self._adjacent(items, at, item)

    def _is_setting(self, items: list[Item], at: int) -> bool:
        """`SET app.token TO 'x'`, but not `GRANT … TO 'bob'`."""
        sets = not self._sense.first.isdisjoint({"set", "alter"})
        return sets and any(is_word(before, "set") for before in items[max(0, at - _REACH) : at])

    def _compared(self, items: list[Item], at: int, behind: int) -> None:
        left = items[self._declared(items, left_of(items, at)) : at]
        end = right_of(items, behind)
        right = items[behind:end]
        if is_word(items[at], "between") and end < len(items) and is_word(items[end], "and"):
            right += items[end + 1 : right_of(items, end + 1)]
        if left and is_word(left[-1], "not"):
            left = left[:-1]
        if not self._compared_by_place(left, right):
            self._met(left, right)
        if left and isinstance(name := left[-1], Token) and name.kind in (Kind.WORD, Kind.QUOTED):
            self.records.add_condition(name.name, list(self._sense.values(right)))

    def _declared(self, items: list[Item], start: int) -> int:
        """`@password nvarchar(50) = 'x'`: what is compared with a type is the variable before it."""
        typed = start < len(items) and is_word(items[start], *self._sense.table.types)
        declared = start > 0 and isinstance(before := items[start - 1], Token) and before.kind is Kind.BIND
        named = typed and start > 0 and isinstance(items[start - 1], Token)
        return start - 1 if declared or named else start

    def _compared_by_place(self, left: list[Item], right: list[Item]) -> bool:
        """`(name, password) = ('bob', 'x')`, also of a list of such rows; whether it was one."""
        one, other = _members(left), _members(right)
        rows = [_members(member) for member in other]
        if any(len(row) != len(one) for row in rows):
            rows = [other]
        if len(one) < 2 or not rows or any(len(row) != len(one) for row in rows):  # noqa: PLR2004 - a tuple
            return False
        for row in rows:
            for a, b in zip(one, row, strict=True):
                self._met(a, b)
        return True

    def _met(self, left: list[Item], right: list[Item]) -> None:
        """Two sides of a comparison: where one means a secret, the values of both go."""
        one, other = self._sense.mention(left), self._sense.mention(right)
        if (info := one or other) is not None:
            self._mark(left, info, told=other is not None)
            self._mark(right, info, told=one is not None)

    def _called(self, items: list[Item], at: int, group: Group) -> None:
        arguments = split(group.items, ",")
        name = items[at - 1] if at else None
        if isinstance(name, Token) and name.kind in (Kind.WORD, Kind.QUOTED):
            no_call = at > 1 and is_word(items[at - 2], *_NO_CALL)
            if not no_call and not is_word(name, *self._sense.table.types):
                self._arguments(name, arguments)
        if not (at and is_word(items[at - 1], "in")) and id(group) not in self._rows:
            self._pairs(arguments)

    def _executed(self, items: list[Item], at: int) -> None:
        """`EXEC owner.procedure 'a', 'b'`."""
        while at + 2 < len(items) and is_mark(items[at + 1], "."):
            at += 2
        name = items[at]
        if isinstance(name, Token) and name.kind in (Kind.WORD, Kind.QUOTED):
            rest = items[at + 1 : at + _MOST_ARGUMENTS]
            end = next((i for i, item in enumerate(rest) if is_mark(item, ";")), len(rest))
            self._arguments(name, split(rest[:end], ","))

    def _prepared(self, name: Item, group: Item) -> None:
        """`EXECUTE name ('a', 'b')`: what is prepared under that name is not known."""
        if isinstance(group, Group) and group.sign == "(" and not is_word(name, *_NOT_PREPARED):
            self._unnamed(split(group.items, ",")[is_word(name, "format") :])

    def _arguments(self, name: Token, arguments: list[list[Item]]) -> None:
        called = name.text.lower()
        places = self._sense.table.functions.get(called)
        if places is not None:
            chosen = [arguments[at] for at in places or range(len(arguments)) if at < len(arguments)]
            for argument in chosen:
                self._mark([Group("(", argument)], _FUNCTION)
            return
        info = None if called in self._sense.table.blind else self._sense.of_token(name)
        if info is not None and not any(map(_is_definition, arguments)):
            self._mark([Group("(", argument) for argument in arguments], info)

    def _pairs(self, arguments: list[list[Item]]) -> None:
        """`json_object('password', 'x')`: a name, and what it is given."""
        for name, value in itertools.pairwise(arguments):
            if len(name) == 1 and isinstance(token := name[0], Token) and token.kind is Kind.TEXT:
                info = self._sense.of_member(token.text)
                if info is not None and not self._is_vocabulary(value):
                    self._mark(value, info)

    def _is_vocabulary(self, items: list[Item]) -> bool:
        texts = [token.text for token in leaves(items) if token.kind is Kind.TEXT]
        return bool(texts) and all(map(self._sense.names.is_vocabulary, texts))

    def _adjacent(self, items: list[Item], at: int, item: Token) -> None:
        """`PASSWORD 'x'`."""
        if at + 1 >= len(items) or (at and is_mark(items[at - 1], ".")) or is_word(item, *_NOT_ADJACENT):
            return
        value = items[at + 1]
        if isinstance(value, Group) or not self._is_said(item, value):
            return
        if (info := self._sense.of_token(item)) is not None and item.text:
            end = right_of(items, at + 1)
            for token in self._sense.values(items[at + 1 : end]):
                self.marks.setdefault(token.start, info)
            if value.kind in (Kind.QUOTED, Kind.WORD):
                self.marks.setdefault(value.start, info)

    def _is_said(self, item: Token, value: Token) -> bool:
        """Whether a token is a value. Where accounts are made a password may stand without quotes."""
        defines = not self._sense.first.isdisjoint({"create", "alter"})
        quoted = value.kind is Kind.QUOTED and value.source.startswith('"') and defines
        is_word = value.kind is Kind.WORD and any(map(str.isdigit, value.text))
        if is_word and defines and item.text == "password":
            return True
        return quoted or value.kind in (Kind.TEXT, Kind.BIND, Kind.NUMBER)

    def _defaulted(self, items: list[Item], at: int) -> None:
        """`password varchar(20) DEFAULT 'x'`."""
        start = max(
            (i for i in range(max(0, at - _REACH), at) if is_mark(items[i], ",")), default=at - _REACH
        )
        column = [item for item in items[max(0, start) : at] if isinstance(item, Token)]
        infos = [self._sense.of_token(token) for token in column if token.kind in (Kind.WORD, Kind.QUOTED)]
        if (info := next((info for info in infos if info is not None), None)) is not None:
            self._mark(items[at + 1 : right_of(items, at + 1)], info)


def _members(operand: list[Item]) -> list[list[Item]]:
    """What a row is made of."""
    if len(operand) > 1 and is_word(operand[0], "row", "any", "some", "all"):
        operand = operand[1:]
    if len(operand) != 1 or not isinstance(group := operand[0], Group) or group.sign == "case":
        return []
    if is_query(group):
        return next(lists(group.items), [])
    return split(group.items, ",")


def _is_bind(items: list[Item]) -> bool:
    return len(items) == 1 and isinstance(items[0], Token) and items[0].kind is Kind.BIND


def _is_named(token: Token) -> bool:
    """Whether a placeholder has a name to be judged by."""
    return token.kind is Kind.BIND and len(token.text) > 1 and not token.text[0].isdigit()


def _is_definition(argument: list[Item]) -> bool:
    """`token (id int, name text)`: columns of a table that is made, not arguments."""
    return len(argument) > 1 and all(
        isinstance(item, Token) and item.kind is Kind.WORD for item in argument[:2]
    )
