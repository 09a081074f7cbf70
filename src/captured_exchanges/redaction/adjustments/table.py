"""Rules of a policy's author that are no names: paths, regular expressions, functions. Data only.

Names of all kinds (of values, headers, parameters, cookies) are rows of the tables that decide by them.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

__all__ = ["NO_RULES", "Judge", "Leaf", "Rules", "ValueRule"]


@dataclass(frozen=True, slots=True)
class Leaf:
    """What a function is asked about.

    `path` is a JSON pointer into the document (`/body/value/users/0/ssn`, `/headers/3`, `/url`), `rule` the
    rule that would remove the value, empty where none would. Its repr shows no value.
    """

    path: str
    value: str = field(repr=False)
    rule: str = ""


@dataclass(frozen=True, slots=True)
class ValueRule:
    """A regular expression (RE2) over values, and the name by which its removals are told.

    To remove: what matches goes; of a pattern with a group, group 1. To keep: only a value that matches as
    a whole. A text without any of the `gates` (literals, in lower case) is not searched.
    """

    name: str
    pattern: str
    gates: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Judge:
    """A function that says of a value whether it goes (or stays). Thread-safe, quick, without side effects;
    where it raises, the part that was looked at is left out.

    What it decides is in no table, so the policy's hash covers its qualified name and this `version`:
    change it with the function.
    """

    function: Callable[[Leaf], bool]
    version: str

    def __post_init__(self) -> None:
        function: object = self.function
        if not callable(function) or not self.version:
            raise TypeError("a Judge is a function and a version: change the version with the function")


@dataclass(frozen=True, slots=True)
class Rules:
    """What goes, or what stays, beyond what the tables of names say. Paths are those of `paths`."""

    paths: tuple[str, ...] = ()
    values: tuple[ValueRule, ...] = ()
    judges: tuple[Judge, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.paths or self.values or self.judges)


NO_RULES = Rules()
