"""Reading a policy file's document key by key: what is of the wrong kind becomes a Problem, never an error
halfway, so that all of a file's problems are told at once. No message quotes a value but short words.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import cached_property
from typing import Any, TypeVar

from captured_exchanges.redaction.policy.checks import Unusable
from captured_exchanges.redaction.policy.lines import KeyPath, Lines
from captured_exchanges.redaction.policy.problems import Problem, did_you_mean

__all__ = ["Reading"]

T = TypeVar("T")
_KINDS: Mapping[type, str] = {
    str: "text",
    int: "a whole number",
    float: "a number",
    bool: "true or false",
    list: "a list",
    dict: "a table",
}
_LONGEST_WORD = 24


class Reading:
    """One reading of one file."""

    def __init__(self, text: str) -> None:
        self._text = text
        self.problems: list[Problem] = []

    @cached_property
    def _lines(self) -> Lines:
        """Looked for where something is wrong."""
        return Lines(self._text)

    def problem(self, path: KeyPath, what: str) -> None:
        """Something is wrong there."""
        self.problems.append(Problem(self._lines.of(path), _key(path), what))

    def kind(self, path: KeyPath, value: object, kind: type[T]) -> T | None:
        """A value that must be of a kind; None where it is not."""
        if isinstance(value, kind) and (kind is bool or not isinstance(value, bool)):
            return value
        found = _KINDS.get(type(value), "something else")
        self.problem(path, f"{_KINDS[kind]} is wanted, and this is {found}")
        return None

    def table(self, path: KeyPath, value: object, known: Iterable[str]) -> dict[str, Any]:
        """A table that has no other keys than these; empty where it is none."""
        table = self.kind(path, value, dict) or {}
        known = tuple(known)
        for key in table:
            if key not in known:
                self.problem((*path, key), f"no such key; {did_you_mean(key, known)}")
        return table

    def tables(
        self, path: KeyPath, value: object, known: Iterable[str]
    ) -> Iterator[tuple[KeyPath, dict[str, Any]]]:
        """Each of a list of tables, with its place."""
        for at, item in enumerate(self.kind(path, value, list) or ()):
            table = self.table((*path, at), item, known)
            if table or item == {}:
                yield (*path, at), table

    def word(self, path: KeyPath, value: object, words: Iterable[str]) -> str | None:
        """One of these words."""
        word = self.kind(path, value, str)
        words = tuple(words)
        if word is None or word in words:
            return word
        told = f"{word!r} is none of them; " if len(word) <= _LONGEST_WORD and word.isprintable() else ""
        self.problem(path, f"{' or '.join(map(repr, words))} is wanted; {told}{did_you_mean(word, words)}")
        return None

    def texts(self, path: KeyPath, value: object, check: Callable[[str], T]) -> tuple[T, ...]:
        """A list of texts, each made ready by `check`."""
        items = self.kind(path, value, list) or ()
        ready = (self.checked((*path, at), item, check) for at, item in enumerate(items))
        return tuple(item for item in ready if item is not None)

    def checked(self, path: KeyPath, value: object, check: Callable[[str], T]) -> T | None:
        """A text made ready."""
        text = self.kind(path, value, str)
        return None if text is None else self.usable(path, lambda: check(text))

    def usable(self, path: KeyPath, make: Callable[[], T]) -> T | None:
        """What `make` returns; where it raises Unusable, its reason is the problem."""
        try:
            return make()
        except Unusable as reason:
            self.problem(path, str(reason))
            return None


def _key(path: KeyPath) -> str:
    """`remove.names[2]`."""
    return "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in path).removeprefix(".")
