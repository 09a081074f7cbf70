"""Deciding by attribute: what an attribute of a directory holds, options and object identifiers included.

`userPassword;lang-de`, `2.5.4.35` and `OID.2.5.4.35` are one attribute. What no table of directories names is
judged as a name like any other.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields
from functools import lru_cache
from typing import Any

from captured_exchanges.redaction.names.ldap import DEFAULT_LDAP, LdapTable
from captured_exchanges.redaction.names.names import Effect, NameInfo, Names
from captured_exchanges.redaction.patterns import quoted

__all__ = ["Attributes"]

_LONGEST = 256
_GENERAL = "name."
_NOTHING = NameInfo(Effect.KNOWN)


class Attributes:
    """Decides about attributes by one table. Thread-safe; decisions are remembered, within bounds."""

    def __init__(self, names: Names, table: LdapTable = DEFAULT_LDAP) -> None:
        self.table = _lowered(table)
        self._names = names
        self._strong = frozenset(f"{_GENERAL}{label}" for label in names.table.strong)
        self._remembered = lru_cache(maxsize=4_096)(self._decided)
        self._remembered_base = lru_cache(maxsize=4_096)(self._based)

    def base(self, description: str) -> str:
        """The attribute that a description is about: in lower case, without options, by its name."""
        return (self._remembered_base if len(description) <= _LONGEST else self._based)(description)

    def source(self) -> str:
        """A pattern that occurs in every text that names a secret attribute by a row of the table."""
        table = self.table
        names = {*table.secret, *table.secret_tails, *table.setting_names, *table.oids}
        return f"(?i:{'|'.join(map(quoted, sorted(names)))})" if names else r"\z"

    def _based(self, description: str) -> str:
        name = _without_options(description).lower().removeprefix("oid.")
        return self.table.oids.get(name, name)

    def rule(self, description: str, value: str = "") -> str:
        """The rule by which a value of this attribute goes, or empty. `value` matters only to names that
        are secret in general: `token: none` stays.
        """
        decide = self._remembered if len(description) <= _LONGEST else self._decided
        rule = decide(description)
        is_harmless = (
            rule.startswith(_GENERAL) and rule not in self._strong and self._names.is_harmless(value)
        )
        return "" if is_harmless else rule

    def info(self, description: str) -> NameInfo:
        """What the name means in general, options left out; nothing where a table says that it is kept."""
        is_kept = self.base(description) in self.table.kept
        return _NOTHING if is_kept else self._names.of(_without_options(description))

    def _decided(self, description: str) -> str:
        base = self.base(description)
        if base in self.table.kept or self._names.is_exempt(base) or self._names.is_exempt(description):
            return ""
        if base in self.table.secret:
            return f"ldap.{base}"
        if tail := next((tail for tail in self.table.secret_tails if base.endswith(tail)), ""):
            return f"ldap.{tail}"
        info = self._names.of(_without_options(description))
        return info.rule if info.secret else ""


def _lowered(table: LdapTable) -> LdapTable:
    """The table with its attributes in lower case: to LDAP case means nothing."""
    return LdapTable(**{each.name: _lower(getattr(table, each.name)) for each in fields(LdapTable)})


def _lower(row: Any) -> Any:  # noqa: ANN401 - any row of the table
    if isinstance(row, Mapping):
        return {oid: name.lower() for oid, name in row.items()}
    return type(row)(name.lower() for name in row)


def _without_options(description: str) -> str:
    return description.partition(";")[0].strip()
