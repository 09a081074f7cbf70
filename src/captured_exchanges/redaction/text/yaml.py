"""YAML, told by its lines: read by a parser, judged by the walk of JSON, and spliced where something goes, so
that comments, anchors, order and layout stay. What the parser refuses is left to those who read by lines.

Only the events of the parser are used: nothing is constructed, aliases are not expanded, and what it reads it
reads in time that is linear.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, TypeAlias

import yaml

from captured_exchanges.redaction.json import JsonWalk, TooDeep
from captured_exchanges.redaction.patterns import clean, compiled
from captured_exchanges.redaction.sweep import Path, Sweep

__all__ = ["Yaml"]

_LOADER: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_LINE = compiled(
    r"(?m)^[ \t]*(?:- +)*(?:[\"'][^\"'\n]{1,128}[\"']|[^\s#:\"'{}\[\],&*!|>%@`-][^#:\n{}]{0,128})"
    r":(?:[ \t\r]|$)|^[ \t]*- [^-]"
)
_LONGEST = 256 * 1024
_DEEPEST = 100
_FEWEST = 2
_CONSTANTS = {
    "": None,
    "~": None,
    "null": None,
    "Null": None,
    "NULL": None,
    "true": True,
    "True": True,
    "false": False,
    "False": False,
}


@dataclass(slots=True)
class _Scalar:
    start: int
    end: int
    value: Any
    anchored: _Scalar | None = None
    """Of an alias: what it stands for."""


@dataclass(slots=True)
class _Mapping:
    start: int
    end: int = 0
    nodes: list[_Node] = field(default_factory=list)
    """Keys and values by turns."""


@dataclass(slots=True)
class _Sequence:
    start: int
    end: int = 0
    nodes: list[_Node] = field(default_factory=list)


_Node: TypeAlias = "_Scalar | _Mapping | _Sequence"
_Change: TypeAlias = tuple[int, int, str]


class Yaml:
    """Redacts YAML. Thread-safe."""

    def __init__(self, walk: JsonWalk) -> None:
        self._walk = walk

    def redact(self, text: str, sweep: Sweep, path: Path) -> str:
        """The text without the values that go by their names; as it is where it is no YAML of names and
        values. Raises TooDeep.
        """
        if len(text) > _LONGEST or len(_LINE.findall(text)) < _FEWEST:
            return text
        try:
            roots = list(_documents(text))
        except (yaml.YAMLError, ValueError):
            return text
        changes = [change for root in roots for change in self._changes(root, text, sweep, path)]
        return _spliced(text, changes)

    def _changes(self, root: _Node, text: str, sweep: Sweep, path: Path) -> Iterator[_Change]:
        if isinstance(root, _Scalar):
            return
        # By names alone: what single values look like is for the scan of the whole text to say.
        walked = self._walk.walk(_plain(root, 0), sweep, path, scan=False)
        for node, value in _changed(root, walked):
            yield node.start, node.end, _spelled(value, text[node.start : node.end])


def _documents(text: str) -> Iterator[_Node]:
    """The documents, as nodes that know where they stand. Raises YAMLError."""
    stack: list[_Mapping | _Sequence] = []
    anchors: dict[str | None, _Node] = {}
    events: Iterator[Any] = yaml.parse(text, Loader=_LOADER)
    for event in events:
        if isinstance(event, yaml.CollectionEndEvent):
            node: _Node | None = stack.pop()
            _end(node, event)
        else:
            node = _node(event, anchors)
            if node is not None and stack:
                stack[-1].nodes.append(node)
            if isinstance(node, (_Mapping, _Sequence)):
                stack.append(node)
        if node is not None and not stack:
            yield node


def _end(node: _Node | None, event: Any) -> None:  # noqa: ANN401 - events have no common type
    """Where a collection ends: at its bracket, or with the last thing in it."""
    if isinstance(node, (_Mapping, _Sequence)):
        is_block = event.start_mark.index == event.end_mark.index and node.nodes
        node.end = node.nodes[-1].end if is_block else event.end_mark.index


def _node(event: Any, anchors: dict[str | None, _Node]) -> _Node | None:  # noqa: ANN401
    start, end = event.start_mark.index, event.end_mark.index
    node: _Node | None = None
    if isinstance(event, yaml.ScalarEvent):
        is_plain = not event.style and event.value in _CONSTANTS
        node = _Scalar(start, end, _CONSTANTS[event.value] if is_plain else clean(event.value))
    elif isinstance(event, yaml.AliasEvent):
        target = anchors.get(event.anchor)
        known = target if isinstance(target, _Scalar) else None
        return _Scalar(start, end, known.value if known else None, known)
    elif isinstance(event, yaml.MappingStartEvent):
        node = _Mapping(start)
    elif isinstance(event, yaml.SequenceStartEvent):
        node = _Sequence(start)
    if node is not None and event.anchor:
        anchors[event.anchor] = node
    return node


def _plain(node: _Node, depth: int) -> Any:  # noqa: ANN401 - any JSON
    """What a node says, as JSON. Raises TooDeep."""
    if isinstance(node, _Scalar):
        return node.value
    if depth > _DEEPEST:
        raise TooDeep
    if isinstance(node, _Sequence):
        return [_plain(below, depth + 1) for below in node.nodes]
    keys, obj = node.nodes[::2], {}
    for at, (key, below) in enumerate(zip(keys, node.nodes[1::2], strict=False)):
        name = str(key.value) if isinstance(key, _Scalar) else ""
        obj[name if name not in obj else f"{name}#{at}"] = _plain(below, depth + 1)
    return obj


def _changed(node: _Node, walked: Any) -> Iterator[tuple[_Node, Any]]:  # noqa: ANN401
    """The nodes that the walk changed, with what they became."""
    if isinstance(node, _Scalar):
        if walked != node.value:
            yield node, walked
            if node.anchored is not None:
                yield node.anchored, walked
    elif isinstance(node, _Sequence) and isinstance(walked, list):
        for below, value in zip(node.nodes, walked, strict=True):
            yield from _changed(below, value)
    elif isinstance(node, _Mapping) and isinstance(walked, dict):
        for key, below, (name, value) in zip(node.nodes[::2], node.nodes[1::2], walked.items(), strict=True):
            if isinstance(key, _Scalar) and "[REDACTED:" in name and name != key.value:
                yield key, name
            yield from _changed(below, value)
    else:
        yield node, walked


def _spelled(value: Any, literal: str) -> str:  # noqa: ANN401
    """A value on a line of its own, with the blanks that end what it replaces."""
    kept = literal[len(literal.rstrip()) :]
    return json.dumps(value, ensure_ascii=False) + kept


def _spliced(text: str, changes: list[_Change]) -> str:
    pieces, done = [], 0
    for start, end, instead in sorted(changes):
        if start >= done:
            pieces += [text[done:start], instead]
            done = end
    return "".join((*pieces, text[done:])) if pieces else text
