"""The policy: every table and bound that decides what goes, and the identity that travels with exchanges.

The identity's hash is SHA-256 over all effective rules, so two connectors with the same hash remove the
same. Profiles and policy files are not built yet; a policy is changed by `dataclasses.replace`.
"""

from __future__ import annotations

import dataclasses
import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import orjson

from captured_exchanges.exchange import PolicyInfo
from captured_exchanges.redaction.detail import Detail
from captured_exchanges.redaction.names import DEFAULT_NAMES, NameTable
from captured_exchanges.redaction.text import DEFAULT_URLS, UrlTable
from captured_exchanges.redaction.transports import DEFAULT_HEADERS, HeaderTable
from captured_exchanges.redaction.values import FAMILIES, Family

__all__ = ["DEFAULT_POLICY", "RULES_VERSION", "Policy"]

RULES_VERSION = "1"
"""Goes up with every change of what the code decides beyond its tables."""


@dataclass(frozen=True, slots=True)
class Policy:
    """What goes, by name, header, URL and value; sizes in bytes."""

    name: str = "default"
    version: str = RULES_VERSION
    detail: Detail = Detail.FULL
    names: NameTable = DEFAULT_NAMES
    headers: HeaderTable = DEFAULT_HEADERS
    urls: UrlTable = DEFAULT_URLS
    families: tuple[Family, ...] = FAMILIES
    max_decoded_bytes: int = 2 * 1024 * 1024
    """A body is read up to this size after decompression; a larger one is omitted."""
    max_text_bytes: int = 256 * 1024
    """The same for bodies that are neither JSON nor omitted: they are searched as a whole."""

    def info(self) -> PolicyInfo:
        """The identity: name, version, and the hash of the effective rules."""
        rules = orjson.dumps(_plain(self), option=orjson.OPT_SORT_KEYS)
        return PolicyInfo(self.name, self.version, hashlib.sha256(rules).hexdigest())


def _plain(value: Any) -> Any:  # noqa: ANN401 - any table
    """A table as JSON that is the same for equal tables: sets sorted, predicates by their names."""
    if dataclasses.is_dataclass(value):
        return {field.name: _plain(getattr(value, field.name)) for field in dataclasses.fields(value)}
    if isinstance(value, frozenset):
        return sorted(value)
    if isinstance(value, Mapping):
        return [[key, _plain(item)] for key, item in value.items()]
    if isinstance(value, tuple):
        return [_plain(item) for item in value]
    return value.__qualname__ if callable(value) else value


DEFAULT_POLICY = Policy()
