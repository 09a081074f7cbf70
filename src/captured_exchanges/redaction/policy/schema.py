"""The keys of a policy file, and what each makes of a policy."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import fields
from typing import Any

from captured_exchanges.redaction.adjustments import ValueRule
from captured_exchanges.redaction.detail import Detail
from captured_exchanges.redaction.policy import checks
from captured_exchanges.redaction.policy.lines import KeyPath
from captured_exchanges.redaction.policy.policy import PROFILES, Policy
from captured_exchanges.redaction.policy.reading import Reading
from captured_exchanges.redaction.policy.rules import CHECKS, Changes
from captured_exchanges.redaction.policy.secrets import SecretSource

__all__ = ["KEYS", "SCHEMA", "bounds", "changes", "header", "secrets"]

SCHEMA = 1
"""Goes up where a file that was right would mean something else."""
KEYS = ("schema", "name", "version", "extends", "detail", "jwt", "bounds", "remove", "keep", "secrets")
_VALUE_KEYS = ("name", "pattern", "gate")
_SECRET_KEYS = ("env", "file", "optional")
_BOUNDS = tuple(field.name for field in fields(Policy) if field.name.startswith("max_"))
_UNITS = {"K": 2**10, "M": 2**20}
_SMALLEST, _LARGEST = 1024, 64 * 2**20
_NO_INLINE = (
    "a secret never stands in a policy: [[secrets]] names an environment variable (env) or a file (file)"
    " that has it"
)


def header(reading: Reading, document: dict[str, Any]) -> dict[str, Any]:
    """What the file says of itself, as arguments of a Policy, and `extends`."""
    reading.table((), document, KEYS)
    _schema(reading, document)
    said: dict[str, Any] = {"extends": "default", "version": "1"}
    if "name" not in document:
        reading.problem(("name",), "missing: a policy has a name, which travels with the exchanges")
    for key in ("name", "version"):
        if key in document and (text := reading.checked((key,), document[key], _title)):
            said[key] = text
    words = {"extends": tuple(PROFILES), "jwt": ("none", "claims")}
    for key, choice in words.items():
        if key in document and (word := reading.word((key,), document[key], choice)):
            said[key] = word
    details = {detail.name.lower(): detail for detail in Detail}
    if "detail" in document and (word := reading.word(("detail",), document["detail"], details)):
        said["detail"] = details[word]
    return said


def bounds(reading: Reading, document: dict[str, Any]) -> dict[str, int]:
    """The sizes of `[bounds]`."""
    table = reading.table(("bounds",), document.get("bounds", {}), _BOUNDS)
    sizes = {key: _size(reading, ("bounds", key), value) for key, value in table.items() if key in _BOUNDS}
    return {key: size for key, size in sizes.items() if size is not None}


def changes(reading: Reading, document: dict[str, Any], side: str) -> Changes:
    """What `[remove]` or `[keep]` says."""
    lists = CHECKS[side]
    table = reading.table((side,), document.get(side, {}), (*lists, "values"))
    texts = {
        key: reading.texts((side, key), table[key], check) for key, check in lists.items() if key in table
    }
    return Changes(texts, values=tuple(_values(reading, (side, "values"), table.get("values", []), side)))


def secrets(reading: Reading, document: dict[str, Any], folder: str) -> tuple[SecretSource, ...]:
    """The sources of `[[secrets]]`."""
    listed = document.get("secrets", [])
    if not isinstance(listed, list) or any(not isinstance(item, dict) for item in listed):
        reading.problem(("secrets",), _NO_INLINE)
        return ()
    sources = (_source(reading, ("secrets", at), item, folder) for at, item in enumerate(listed))
    return tuple(source for source in sources if source is not None)


def _schema(reading: Reading, document: dict[str, Any]) -> None:
    if "schema" not in document:
        reading.problem(("schema",), f"missing: this version of the package reads `schema = {SCHEMA}`")
    elif reading.kind(("schema",), document["schema"], int) not in (None, SCHEMA):
        reading.problem(
            ("schema",), f"this version of the package reads schema {SCHEMA}: update it, or the file"
        )


def _title(text: str) -> str:
    if not 0 < len(text) <= 128 or not text.isprintable():  # noqa: PLR2004 - as Policy says
        raise checks.Unusable("1 to 128 printable characters are wanted")
    return text


def _size(reading: Reading, path: KeyPath, value: object) -> int | None:
    """Bytes, as a number or as a text such as `512K` and `2M`."""
    size = value if isinstance(value, int) and not isinstance(value, bool) else None
    if isinstance(value, str) and value[-1:] in _UNITS and value[:-1].isascii() and value[:-1].isdigit():
        size = int(value[:-1]) * _UNITS[value[-1]]
    if size is None or not _SMALLEST <= size <= _LARGEST:
        reading.problem(path, "a size is wanted: bytes, or text such as '512K' or '2M'; from 1K to 64M")
        return None
    return size


def _values(reading: Reading, path: KeyPath, listed: object, side: str) -> Iterator[ValueRule]:
    check = checks.value if side == "remove" else checks.kept_value
    for where, table in reading.tables(path, listed, _VALUE_KEYS):
        name, pattern = (_wanted(reading, where, table, key) for key in ("name", "pattern"))
        gates = _gates(reading, (*where, "gate"), table.get("gate", []))
        if name is not None:
            name = reading.usable((*where, "name"), lambda name=name: checks.label(name))  # type: ignore[misc]  # bound now
        if name is None or pattern is None or gates is None:
            continue
        rule = ValueRule(name, pattern, gates)
        ready = reading.usable((*where, "pattern"), lambda rule=rule: check(rule))  # type: ignore[misc]  # bound now
        if ready is not None:
            yield ready


def _wanted(reading: Reading, path: KeyPath, table: dict[str, Any], key: str) -> str | None:
    if key not in table:
        reading.problem(path, f"{key} is missing: {' and '.join(_VALUE_KEYS[:2])} are wanted")
        return None
    return reading.kind((*path, key), table[key], str)


def _gates(reading: Reading, path: KeyPath, value: object) -> tuple[str, ...] | None:
    if isinstance(value, str):
        return (value,)
    before = len(reading.problems)
    gates = reading.texts(path, value, str)
    return gates if len(reading.problems) == before else None


def _source(reading: Reading, path: KeyPath, table: dict[str, Any], folder: str) -> SecretSource | None:
    if inline := next((key for key in table if key not in _SECRET_KEYS), None):
        reading.problem((*path, inline), _NO_INLINE)
        return None
    before = len(reading.problems)
    places = {key: reading.kind((*path, key), table[key], str) for key in ("env", "file") if key in table}
    optional = reading.kind((*path, "optional"), table.get("optional", False), bool)
    if len(reading.problems) > before:
        return None
    named = {key: place for key, place in places.items() if place}
    if len(named) != 1:
        reading.problem(path, "one of env and file is wanted: where the secret is")
        return None
    return SecretSource(**named, optional=bool(optional), folder=folder)
