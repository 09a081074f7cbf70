"""What a name means among its siblings: pairs of name and value, and names that mean a secret only beside
another one.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from captured_exchanges.redaction.names import Effect, NameInfo, Names, Pair

__all__ = ["Siblings"]

_LONGEST_NAME = 128
_SHORTEST_CODE = 6
_TWO = 2


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
        only sound like secrets, as of grant types, is none.
        """
        if len(array) != _TWO or not _is_name(array[0]) or info.effect is Effect.KNOWN:
            return None
        named = self.names.of(array[0])
        is_name = isinstance(array[1], str) and self.names.is_vocabulary(array[1])
        return named if named.secret and not is_name else None

    def meaning(
        self, info: NameInfo, paired: NameInfo | None, obj: dict[str, Any], *, oauth: bool
    ) -> NameInfo:
        """What a name means here."""
        if paired is not None and info.pair is Pair.VALUE:
            return paired
        if info.effect is not Effect.BESIDE:
            return info
        found = any(self._is_companion(key, info.companions) for key in obj)
        is_code = oauth and info.rule == "name.code" and _is_code(obj.get("code"))
        return NameInfo(Effect.SCALAR if found or is_code else Effect.PLAIN, info.rule, info.pair)

    def _is_companion(self, key: str, companions: frozenset[str]) -> bool:
        if "password" in companions:
            info = self.names.of(key)
            return info.secret and info.rule.removeprefix("name.") in self.names.table.password_labels
        return " ".join(self.names.words(key)) in companions


def _is_name(value: Any) -> bool:  # noqa: ANN401
    """Whether a value may name another. One that held a secret itself is no name, before or after."""
    return isinstance(value, str) and len(value) <= _LONGEST_NAME and "[REDACTED:" not in value


def _is_code(value: Any) -> bool:  # noqa: ANN401 - any JSON
    return isinstance(value, str) and len(value) >= _SHORTEST_CODE
