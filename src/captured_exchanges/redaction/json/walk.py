"""The walk through a JSON document: names decide, and on leaves values are scanned.

Every object is judged key by key; pairs (`{"name": N, "value": V}`, two-element arrays) and tables count as
names too. Below what a name makes suspicious, strings that look random go. The walk changes the document
it is given: hand it a freshly parsed one.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from typing import Any

from captured_exchanges.redaction.adjustments import NO_ADDITIONS, Additions
from captured_exchanges.redaction.json.exact import MAX_NESTING, TooDeep, dumps
from captured_exchanges.redaction.json.marks import holders
from captured_exchanges.redaction.json.moods import CALM, VAULTS, Level, Mood, mood_below, rule_for
from captured_exchanges.redaction.json.siblings import Siblings
from captured_exchanges.redaction.json.tables import secret_columns, secret_columns_of
from captured_exchanges.redaction.marker import is_marker
from captured_exchanges.redaction.names import Effect, NameInfo, Names
from captured_exchanges.redaction.patterns import compiled
from captured_exchanges.redaction.sweep import Path, Scan, Sweep
from captured_exchanges.redaction.values import SHORTEST_RANDOM, is_moment, is_requirement, looks_random

__all__ = ["JsonWalk", "TooDeep", "strings"]


_SECRETS = "name.secrets"
"""What a list of names and values may stand under, each value being a secret."""
_PLAIN = NameInfo(Effect.PLAIN)
_LIMIT = compiled(r"(?i)min|max|count|days|hours|length|age|size|attempts|history")
_LISTED = compiled(r"(?i)exclude|channels")
_WORD = compiled(r"[A-Za-z_]{1,32}")
_HIGHEST_LIMIT = 100_000
_MOST_ARGUMENTS = 4
_SCALARS = frozenset({str, int, float, bool, type(None)})


@dataclass(frozen=True, slots=True)
class JsonWalk:
    """Redacts parsed JSON. Thread-safe.

    `suspects` names the strings of a document that a scan might change, and `is_clean` says that a scan
    changes nothing in a text.
    """

    names: Names
    scan: Scan
    suspects: Callable[[list[str]], AbstractSet[str]]
    is_clean: Callable[[str], bool]
    additions: Additions = NO_ADDITIONS

    def walk(
        self,
        document: Any,  # noqa: ANN401 - any JSON
        sweep: Sweep,
        path: Path,
        *,
        depth: int = 0,
        scan: bool = True,
        under: NameInfo | None = None,
        among: AbstractSet[str] | None = None,
    ) -> Any:  # noqa: ANN401
        """The document without its credentials; what was given is used up.

        Without `scan` only names are judged: for a document in which nothing else can be found. `under` is
        what the document stands under. `among`: all keys and strings that may mean anything; what holds none
        of them is passed by, unless what stands above it means something. Raises TooDeep.
        """
        if self.additions:
            document = self.additions.document(document, sweep, path)
        if not scan:
            suspects: AbstractSet[str] = frozenset()
        else:
            suspects = self.suspects(list(strings(document))) if among is None else among
        marks = None if among is None else holders(document, among)
        walk = _Walk(self, sweep, depth, suspects, marks, scans_keys=scan)
        return walk.value(document, path, under or _PLAIN, VAULTS.get(sweep.place.goes, CALM))


class _Walk:
    """One walk, by one thread."""

    __slots__ = (
        "_depth",
        "_known",
        "_marks",
        "_names",
        "_nesting",
        "_of",
        "_rules",
        "_scans_keys",
        "_siblings",
        "_suspects",
        "_sweep",
    )

    def __init__(
        self,
        rules: JsonWalk,
        sweep: Sweep,
        depth: int,
        suspects: AbstractSet[str],
        marks: AbstractSet[int] | None,
        *,
        scans_keys: bool,
    ) -> None:
        self._rules = rules
        self._names = rules.names
        self._siblings = Siblings(rules.names)
        self._known = rules.names.known
        self._of = rules.names.of
        self._sweep = sweep
        self._depth = depth
        self._suspects = suspects
        self._marks = marks
        self._scans_keys = scans_keys
        self._nesting = 0

    def value(self, value: Any, path: Path, info: NameInfo, mood: Mood) -> Any:  # noqa: ANN401 - any JSON
        """A value below a name, in a mood."""
        if value is None or value is True or value is False:
            return value
        if info.effect is Effect.SUBTREE and not self._is_permission(value, mood) and not _is_about(value):
            return self._removed(value, path, info.rule)
        if isinstance(value, str):
            return self._text(value, path, info, mood)
        if not isinstance(value, (dict, list)):
            goes = self._goes(str(value), info, mood)
            return self._replaced(value, str(value), path, goes) if goes else value
        return self._below(value, path, info, mood)

    def _below(self, value: Any, path: Path, info: NameInfo, mood: Mood) -> Any:  # noqa: ANN401
        mood = mood_below(info, mood)
        if mood is CALM and self._marks is not None and id(value) not in self._marks:
            return value
        if self._nesting >= MAX_NESTING:
            raise TooDeep
        self._nesting += 1
        if type(value) is dict:
            walked: Any = self._object(value, path, mood)
        else:
            walked = self._array(value, path, info, mood)
        self._nesting -= 1
        return walked

    def _text(self, text: str, path: Path, info: NameInfo, mood: Mood) -> str:
        is_calm = mood is CALM and info.calm
        if not is_calm and (rule := self._goes(text, info, mood)) and not _is_no_secret(text):
            self._sweep.learn(text, rule)
            return self._sweep.remove(path, rule, text)
        if text not in self._suspects or (self._is_plain_place and self._rules.is_clean(text)):
            return text
        return self._rules.scan(text, self._sweep, path, self._depth)

    @property
    def _is_plain_place(self) -> bool:
        """Whether a scan means here what it means anywhere."""
        return not self._depth and not self._sweep.oauth and not self._sweep.place

    def _goes(self, text: str, info: NameInfo, mood: Mood) -> str:
        """The rule by which a scalar goes, or empty."""
        return rule_for(self._names, text, info, mood)

    def _object(self, obj: dict[str, Any], path: Path, mood: Mood) -> dict[str, Any]:
        known, of, suspects = self._known, self._of, self._suspects
        if mood is not CALM or self._scans_keys:
            return self._judged(obj, path, mood)
        below = []
        for key, value in obj.items():
            info = known.get(key) or of(key)
            if not info.dull:
                return self._judged(obj, path, mood)
            if type(value) not in _SCALARS or (type(value) is str and value in suspects):
                below.append((key, info, value))
        for key, info, value in below:
            obj[key] = self.value(value, (*path, key), info, mood)
        return obj

    def _judged(self, obj: dict[str, Any], path: Path, mood: Mood) -> dict[str, Any]:
        """An object whose names may mean something, to each other too."""
        known, of, suspects = self._known, self._of, self._suspects
        infos = [known.get(key) or of(key) for key in obj]
        cleaned = self._with_clean_keys(obj, path)
        if cleaned is not obj:
            # What a key means must not depend on whether it has been cleaned before.
            infos = [info if info.secret else of(key) for key, info in zip(cleaned, infos, strict=True)]
            obj = cleaned
        if mood.level >= Level.ALARM:
            obj = self._without_random_keys(obj, path, mood)
        paired, columns = self._siblings.pair(obj, infos), self._columns(obj, infos)
        is_place = bool(self._sweep.place)
        for (key, value), info in zip(obj.items(), infos, strict=True):
            if value is None or value is True or value is False:
                continue
            meant = info if info.dull else self._siblings.meaning(info, paired, obj, oauth=self._sweep.oauth)
            if is_place:
                meant = self._meaning_here(key, value) or meant
            if type(value) is str and meant.calm and value not in suspects and _is_small(value, mood):
                continue
            where = (*path, key)
            if columns and isinstance(value, list):
                self._cells(value, columns, where)
            if is_place and isinstance(value, list):
                self._arguments(value, key, where)
            if info.vaults and isinstance(value, dict):
                self._variables(value, self._siblings.bound(obj, info), where)
            obj[key] = self.value(value, where, meant, mood)
        return obj

    def _variables(self, variables: dict[str, Any], bound: dict[str, NameInfo], path: Path) -> None:
        for name, argument in bound.items():
            if name in variables and not self._names.is_exempt(name):
                variables[name] = self.value(variables[name], (*path, name), argument, CALM)

    def _meaning_here(self, key: str, value: Any) -> NameInfo | None:  # noqa: ANN401 - any JSON
        """What a name means because of where the exchange went; None where that says nothing. Of `data` in
        `data` it is the inner one.
        """
        name, place = " ".join(self._names.words(key)), self._sweep.place
        rule = place.named.get(name, "")
        is_outer = isinstance(value, dict) and key in value
        if is_outer or not (rule or name in place.random) or self._names.is_exempt(key):
            return None
        return NameInfo(Effect.LEAVES, rule) if rule else NameInfo(Effect.CONTAINER, "name.login")

    def _arguments(self, values: list[Any], key: str, path: Path) -> None:
        """Of a call those that go because of their place: `args 2` is the third of `args`."""
        name = " ".join(self._names.words(key))
        for at, value in enumerate(values[:_MOST_ARGUMENTS]):
            if rule := self._sweep.place.named.get(f"{name} {at}"):
                values[at] = self._removed(value, (*path, at), rule)

    def _array(self, array: list[Any], path: Path, info: NameInfo, mood: Mood) -> list[Any]:
        if columns := secret_columns_of(array, self._names):
            self._cells(array[1:], columns, path)
        if self._siblings.pairs(array):
            self._pairs(array, path, mood)
        if info.rule == _SECRETS and self._siblings.are_named(array):
            mood = Mood(Level.ALARM, info.rule)
        named = self._siblings.options(array)
        if (second := self._siblings.second(array, info)) is not None:
            named[1] = second
        for at, item in enumerate(array):
            known = named.get(at, info)
            array[at] = self.value(item, (*path, at), known, mood)
        return array

    def _pairs(self, pairs: list[list[Any]], path: Path, mood: Mood) -> None:
        for at, pair in enumerate(pairs):
            if (named := self._siblings.named(pair)) is not None:
                pair[1] = self.value(pair[1], (*path, at, 1), named, mood)

    def _is_permission(self, value: Any, mood: Mood) -> bool:  # noqa: ANN401
        permissions = mood.level is Level.PERMISSIONS
        return permissions and isinstance(value, str) and self._names.is_harmless(value)

    def _removed(self, value: Any, path: Path, rule: str) -> Any:  # noqa: ANN401
        """All of a value but null and booleans; an object as one."""
        if isinstance(value, list):
            return [self._removed(item, (*path, at), rule) for at, item in enumerate(value)]
        leaves = list(_leaves(value))
        if not leaves or (isinstance(value, str) and _is_no_secret(value)):
            return value
        for leaf in leaves:
            self._sweep.learn(leaf, rule)
        text = leaves[0] if value is leaves[0] else dumps(value).decode()
        return self._replaced(value, text, path, rule)

    def _replaced(self, value: Any, text: str, path: Path, rule: str) -> Any:  # noqa: ANN401
        """The marker of a value; what is exempt stays, an object but for what its own names say."""
        shown = self._sweep.remove(path, rule, text)
        if shown != text:
            return shown
        return self._below(value, path, _PLAIN, CALM) if isinstance(value, dict) else value

    def _without_random_keys(self, obj: dict[str, Any], path: Path, mood: Mood) -> dict[str, Any]:
        if not any(map(looks_random, obj)):
            return obj
        return {
            self._sweep.remove(path, mood.rule, key) if looks_random(key) else key: value
            for key, value in obj.items()
        }

    def _columns(self, obj: dict[str, Any], infos: list[NameInfo]) -> dict[int, str]:
        for info in infos:
            if info.heads:
                break
        else:
            return {}
        heads = [value for value, info in zip(obj.values(), infos, strict=True) if info.heads]
        found = (secret_columns(head, self._names) for head in heads if isinstance(head, list))
        return next((columns for columns in found if columns), {})

    def _cells(self, rows: list[Any], columns: dict[int, str], path: Path) -> None:
        for at, row in enumerate(rows):
            for column, rule in columns.items():
                if isinstance(row, list) and column < len(row):
                    row[column] = self._removed(row[column], (*path, at, column), rule)

    def _with_clean_keys(self, obj: dict[str, Any], path: Path) -> dict[str, Any]:
        if not self._scans_keys or all(map(self._rules.is_clean, obj)):
            return obj
        cleaned: dict[str, Any] = {}
        for at, (key, value) in enumerate(obj.items()):
            shown = self._rules.scan(key, self._sweep, path, self._depth)
            cleaned[shown if shown not in cleaned else f"{shown}#{at}"] = value
        return cleaned


def _is_no_secret(text: str) -> bool:
    """Whether a text in the place of a secret is a marker, a moment, or what a validator says of one."""
    return is_marker(text) or is_moment(text) or is_requirement(text)


def _is_about(value: Any) -> bool:  # noqa: ANN401 - any JSON
    """Whether an object under the name of a secret is about it: a link, or a policy, in numbers alone.
    Whatever else is in it is judged by its own name.
    """
    if not isinstance(value, dict) or not value:
        return False
    return isinstance(value.get("href"), str) or _is_policy(value)


def _is_policy(value: Any) -> bool:  # noqa: ANN401 - any JSON
    """Whether all that is in an object is a limit or a switch."""
    if isinstance(value, dict):
        return all(
            isinstance(item, (dict, bool)) or (_LISTED if isinstance(item, list) else _LIMIT).search(key)
            for key, item in value.items()
        ) and all(_is_policy(item) for item in value.values())
    if isinstance(value, list):
        return all(isinstance(item, str) and _WORD.fullmatch(item) for item in value)
    return value is None or (isinstance(value, (int, float)) and abs(value) < _HIGHEST_LIMIT)


def strings(document: Any) -> Iterator[str]:  # noqa: ANN401 - any JSON
    """All strings in a document, keys excepted; in no particular order, to any depth."""
    below = [document]
    while below:
        value = below.pop()
        for item in value.values() if type(value) is dict else value if type(value) is list else (value,):
            if type(item) is str:
                yield item
            elif type(item) is dict or type(item) is list:
                below.append(item)


def _leaves(value: Any) -> Iterator[str]:  # noqa: ANN401
    if isinstance(value, dict):
        for item in value.values():
            yield from _leaves(item)
    elif isinstance(value, list):
        for item in value:
            yield from _leaves(item)
    elif isinstance(value, str):
        if value:
            yield value
    elif value is not None and value is not True and value is not False:
        yield str(value)


def _is_small(text: str, mood: Mood) -> bool:
    """Whether a string under a calm name is too short to go in this mood."""
    return mood is CALM or (mood.level <= Level.SUSPICION and len(text) < SHORTEST_RANDOM)
