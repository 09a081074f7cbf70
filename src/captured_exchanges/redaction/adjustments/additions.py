"""What goes by a policy's own rules: places in JSON bodies, values by pattern, values by function.

They are asked before the tables, of every text and of every string and number in JSON. A policy without any
pays one look at an empty tuple; one with patterns that have gates pays a search for those; any other has
each JSON body walked.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from captured_exchanges.redaction.adjustments.paths import JsonPath, Paths, States, inside_body
from captured_exchanges.redaction.adjustments.table import NO_RULES, Judge, Leaf, Rules, ValueRule
from captured_exchanges.redaction.marker import MARKED, is_marked, is_marker
from captured_exchanges.redaction.patterns import Match, Pattern, clean, compiled
from captured_exchanges.redaction.sweep import Path, Sweep, pointer

__all__ = ["NO_ADDITIONS", "Additions"]

_DEEPEST = 200
"""Levels that are followed: the walk that comes after refuses what is deeper."""
_MARKED_UP = compiled(r">\s*([^<>]*[^<>\s])|=\s*\"([^\"<>]+)\"|=\s*'([^'<>]+)'")
"""Text between tags, and values of attributes."""
_SLUG = compiled(r"[^a-z0-9_.-]+")
_LONGEST_LABEL = 40
_NOWHERE: States = frozenset()


@dataclass(frozen=True, slots=True)
class _Search:
    """A pattern, compiled."""

    rule: ValueRule
    pattern: Pattern

    def concerns(self, lowered: str) -> bool:
        """Whether a text, in lower case, may hold a match."""
        return not self.rule.gates or any(gate in lowered for gate in self.rule.gates)

    def replace(self, text: str, removed: Callable[[str, str], str]) -> str:
        """The text with each match replaced by what `removed(rule, value)` returns."""

        def one(match: Match[str]) -> str:
            group = 1 if self.pattern.groups and match.start(1) >= 0 else 0
            start, end = (at - match.start() for at in match.span(group))
            value = match[0][start:end]
            if not value or is_marked(match[0]) or is_marker(value):
                return match[0]
            return match[0][:start] + removed(f"policy.{self.rule.name}", value) + match[0][end:]

        return self.pattern.sub(one, text)


class Additions:
    """Removes by a policy's own rules. Thread-safe as far as its functions are."""

    def __init__(self, rules: Rules) -> None:
        self._paths = Paths(map(JsonPath.parsed, rules.paths))
        self._searches = [_Search(row, compiled(f"{MARKED}|(?:{row.pattern})")) for row in rules.values]
        self._judges = [(judge, _label(judge)) for judge in rules.judges]
        self._is_gated = not self._judges and all(search.rule.gates for search in self._searches)
        self._any = bool(rules)

    def __bool__(self) -> bool:
        return self._any

    def concern(self, text: str) -> bool:
        """Whether anything in a text may have to go."""
        if not self._any:
            return False
        if not self._is_gated:
            return True
        lowered = text.lower()
        return any(search.concerns(lowered) for search in self._searches)

    def concern_body(self, data: bytes) -> bool:
        """The same of a JSON body as `dumps` writes it, where paths lead too."""
        return bool(self._paths) or (self._any and self.concern(data.decode()))

    def text(self, text: str, sweep: Sweep, path: Path) -> str:
        """A text without what goes; of markup each value by itself, too."""
        text = clean(text)
        if "<" in text and ">" in text:
            text = _MARKED_UP.sub(lambda match: self._marked_up(match, sweep, path), text)
        return self._plain(text, sweep, path)

    def _marked_up(self, match: Match[str], sweep: Sweep, path: Path) -> str:
        group = next(group for group in (1, 2, 3) if match.start(group) >= 0)
        start, end = (at - match.start() for at in match.span(group))
        return match[0][:start] + self._plain(match[group], sweep, path) + match[0][end:]

    def _plain(self, text: str, sweep: Sweep, path: Path) -> str:
        lowered = text.lower()
        for search in self._searches:
            if search.concerns(lowered):
                text = search.replace(text, lambda rule, value: sweep.remove(path, rule, value))
        return self._judged(text, sweep, path) if self._judges and path else text

    def document(self, document: Any, sweep: Sweep, path: Path) -> Any:  # noqa: ANN401 - any JSON
        """Parsed JSON without what goes; what was given is used up."""
        inside = inside_body(path)
        states = _NOWHERE if inside is None else self._paths.after(inside)
        return self._walked(document, sweep, path, states, 0)

    def _walked(self, value: Any, sweep: Sweep, path: Path, states: States, depth: int) -> Any:  # noqa: ANN401
        if value is None or value is True or value is False or depth > _DEEPEST:
            return value
        if states and self._paths.arrived(states):
            return _gone(value, sweep, path)
        if isinstance(value, str) and states and value.lstrip()[:1] in ("{", "["):
            value = self._nested(value, sweep, path, states, depth)
        if not isinstance(value, (dict, list)):
            shown = self.text(str(value), sweep, path)
            return value if shown == str(value) else shown
        for part, item in list(value.items()) if isinstance(value, dict) else list(enumerate(value)):
            below = self._paths.down(states, part) if states else states
            value[part] = self._walked(item, sweep, (*path, part), below, depth + 1)
        return value

    def _nested(self, text: str, sweep: Sweep, path: Path, states: States, depth: int) -> str:
        """JSON inside a string, into which paths lead on; written anew where they found something."""
        try:
            document = json.loads(text)
        except (ValueError, RecursionError):
            return text
        before = sweep.count
        walked = self._walked(document, sweep, path, states, depth + 1)
        return text if sweep.count == before else _dumped(walked)

    def _judged(self, text: str, sweep: Sweep, path: Path) -> str:
        if not text or is_marker(text):
            return text
        leaf = Leaf(pointer(path), text)
        for judge, label in self._judges:
            if judge.function(leaf):
                return sweep.remove(path, f"policy.{label}", text)
        return text


def _gone(value: Any, sweep: Sweep, path: Path) -> Any:  # noqa: ANN401
    """Where a path leads, all goes but null and booleans; an object as one."""
    if isinstance(value, list):
        return [_gone(item, sweep, (*path, at)) for at, item in enumerate(value)]
    is_nothing = value is None or isinstance(value, bool) or value in ("", {})
    if is_nothing or (isinstance(value, str) and is_marker(value)):
        return value
    text = _dumped(value) if isinstance(value, dict) else str(value)
    shown = sweep.remove(path, "policy.path", text)
    return value if shown == text else shown


def _dumped(value: Any) -> str:  # noqa: ANN401
    """JSON, integers beyond 64 bits included."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def _label(judge: Judge) -> str:
    name = getattr(judge.function, "__name__", type(judge.function).__name__).lower()
    return _SLUG.sub(lambda _: "", name).strip("_.-")[:_LONGEST_LABEL] or "function"


NO_ADDITIONS = Additions(NO_RULES)
