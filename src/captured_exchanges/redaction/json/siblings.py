"""What a name means among its siblings: pairs of name and value, and names that mean a secret only beside
another one.
"""

from __future__ import annotations

import itertools
from dataclasses import dataclass
from typing import Any

from captured_exchanges.redaction.names import Effect, NameInfo, Names, Pair, Vault
from captured_exchanges.redaction.patterns import compiled

__all__ = ["Siblings"]

_LONGEST_NAME = 128
_SHORTEST_CODE = 6
_TWO = 2
_GRASPS = {
    "all": Effect.LEAVES, "values": Effect.SCALAR, "random": Effect.CONTAINER, "word": Effect.CONTAINER
}  # fmt: skip
_BOUND = compiled(r"([A-Za-z_][A-Za-z0-9_]*)\s*:\s*\$([A-Za-z_][A-Za-z0-9_]*)")
"""An argument of GraphQL that is a variable."""
_SNAKE = compiled(r"[A-Za-z]+(?:_[A-Za-z]+)+")
_ERROR = compiled(r"[A-Za-z]+(?:[_. -][A-Za-z]+)+")
"""The code of an error says in words what is wrong."""
_OBJECT_ID = compiled(r"[0-9a-f]{24}")
"""Of MongoDB, as ids are in many an answer."""
_OPTION = compiled(r"--?[A-Za-z][A-Za-z0-9_.-]*")
_PATH = compiled(r"[A-Za-z]+(?:[_.:/-][A-Za-z]+)+")


@dataclass(frozen=True, slots=True)
class Siblings:
    """Judges the names of one object or array together. Thread-safe."""

    names: Names

    def pair(self, obj: dict[str, Any], infos: list[NameInfo]) -> NameInfo | None:
        """The meaning of an object's values where another of its keys holds a secret name:
        `{"name": "password", "value": …}`, in any order.
        """
        for info in infos:
            if info.pair is Pair.VALUE:
                break
        else:
            return None
        for value, info in zip(obj.values(), infos, strict=True):
            if (info.pair is Pair.NAME or info.pair is Pair.LABEL) and _is_name(value):
                named = self.held(value, info)
                if named.secret or named.effect is Effect.CONTAINER:
                    return named
        return None

    def held(self, value: str, info: NameInfo) -> NameInfo:
        """The meaning of the name that a key of a pair holds."""
        named = self.names.of(value)
        if info.pair is Pair.NAME or not named.secret:
            return named
        effect = Effect.PLAIN if self.names.is_action(value) else Effect.SCALAR
        return NameInfo(effect, named.rule)

    def second(self, array: list[Any], info: NameInfo) -> NameInfo | None:
        """The meaning of the second of two elements where the first is a secret name. A list of names that
        only sound like secrets, as of grant types, is none, nor is an option that has its value already.
        """
        if len(array) != _TWO or not _is_name(array[0]) or info.effect is Effect.KNOWN or "=" in array[0]:
            return None
        named = self.names.of(array[0])
        return named if named.secret and not self._is_name_too(array[1], array[0]) else None

    def _is_name_too(self, value: Any, first: str) -> bool:  # noqa: ANN401 - any JSON
        """Whether what follows a name in a list is a name like it: of an action, a permission, a field."""
        if not isinstance(value, str):
            return False
        words = _PATH if not first.isalpha() and _PATH.fullmatch(first) else _SNAKE
        return self.names.is_vocabulary(value) or words.fullmatch(value) is not None

    def pairs(self, array: list[Any]) -> bool:
        """Whether the items of an array are pairs, each of a name and what belongs to it."""
        return len(array) > 1 and all(
            isinstance(item, list) and len(item) == _TWO and _is_name(item[0]) for item in array
        )

    def are_named(self, array: list[Any]) -> bool:
        """Whether each item of an array is an object that names a value."""
        return all(isinstance(item, dict) and {"name", "value"} <= item.keys() for item in array)

    def options(self, array: list[Any]) -> dict[int, NameInfo]:
        """The values of secret options in the words of a command, by place: `["--token", …]`."""
        found = {}
        for at, (word, value) in enumerate(itertools.pairwise(array), 1):
            if _is_option(word) and isinstance(value, str) and not value.startswith("-"):
                named = self.names.of(word)
                if named.secret:
                    found[at] = named
        return found

    def named(self, pair: list[Any]) -> NameInfo | None:
        """The meaning of the second element of what is a pair for certain."""
        named = self.names.of(pair[0])
        return named if named.secret else None

    def meaning(
        self, info: NameInfo, paired: NameInfo | None, obj: dict[str, Any], *, oauth: bool
    ) -> NameInfo:
        """What a name means here."""
        vault = self._vault(info, obj) if info.vaults else None
        if paired is not None and info.pair is Pair.VALUE and (vault is None or paired.secret):
            return paired if vault is None else NameInfo(max(paired.effect, vault.effect), paired.rule)
        if vault is not None:
            return vault
        if info.effect is not Effect.BESIDE:
            return info
        found = any(self._is_companion(key, info.companions) for key in obj)
        is_code = oauth and info.rule == "name.code" and _is_code(obj.get("code"))
        return NameInfo(Effect.SCALAR if found or is_code else Effect.PLAIN, info.rule, info.pair)

    def bound(self, obj: dict[str, Any], info: NameInfo) -> dict[str, NameInfo]:
        """By name the variables of GraphQL that its query hands to secret arguments, where `info` is the
        name that variables stand under.
        """
        asked = [vault.beside for vault in info.vaults if vault.goes == "bound"]
        if not asked:
            return {}
        queries = [value for key, value in obj.items() if " ".join(self.names.words(key)) in asked]
        bound = (match for query in queries if isinstance(query, str) for match in _BOUND.finditer(query))
        named = {match[2]: self.names.of(match[1]) for match in bound}
        return {variable: argument for variable, argument in named.items() if argument.secret}

    def _vault(self, info: NameInfo, obj: dict[str, Any]) -> NameInfo | None:
        """What a name means where a sibling tells that secrets lie under it."""
        siblings = [(" ".join(self.names.words(key)), value) for key, value in obj.items()]
        for vault in info.vaults:
            if vault.goes not in _GRASPS:
                continue  # `bound`
            if vault.goes == "word" and not _is_word(dict(siblings).get(vault.name)):
                continue
            if any(name == vault.beside and self._says(vault, value) for name, value in siblings):
                return NameInfo(_GRASPS[vault.goes], "name.vault")
        return None

    def _says(self, vault: Vault, value: Any) -> bool:  # noqa: ANN401 - any JSON
        if isinstance(value, dict):
            return not vault.says or any(" ".join(self.names.words(key)) in vault.says for key in value)
        said = "true" if value is True else value
        return not vault.says or (isinstance(said, str) and said in vault.says)

    def _is_companion(self, key: str, companions: frozenset[str]) -> bool:
        if "password" in companions:
            info = self.names.of(key)
            return info.secret and info.rule.removeprefix("name.") in self.names.table.password_labels
        return " ".join(self.names.words(key)) in companions


def _is_name(value: Any) -> bool:  # noqa: ANN401
    """Whether a value may name another. One that held a secret itself is no name, before or after."""
    return isinstance(value, str) and len(value) <= _LONGEST_NAME and "[REDACTED:" not in value


def _is_option(word: Any) -> bool:  # noqa: ANN401 - any JSON
    is_short = isinstance(word, str) and word.startswith("-") and len(word) <= _LONGEST_NAME
    return is_short and _OPTION.fullmatch(word) is not None


def _is_word(value: Any) -> bool:  # noqa: ANN401 - any JSON
    return isinstance(value, str) and _OBJECT_ID.fullmatch(value) is None


def _is_code(value: Any) -> bool:  # noqa: ANN401 - any JSON
    return isinstance(value, str) and len(value) >= _SHORTEST_CODE and _ERROR.fullmatch(value) is None
