r"""The policy: every table and bound that decides what goes, and the identity that travels with exchanges.

The identity's hash is SHA-256 over all effective rules, so two connectors with the same hash remove the
same. A policy is built from a profile:

    policy = (
        Policy.strict(name="acme", version="3")
        .with_removed(names=["badge number"], paths=["$.users[*].ssn"], values={"employee": r"EMP\d{6}"})
        .with_kept(names=["pin"], headers=["X-Request-Id"])
        .with_secrets(env=["ACME_TOKEN"])
    )

or read from a file (`load_policy`). Policies are values: nothing here changes one.
"""

from __future__ import annotations

import dataclasses
import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import Any, Literal, TypeAlias

import orjson

from captured_exchanges.errors import PolicyError
from captured_exchanges.exchange import PolicyInfo
from captured_exchanges.redaction.adjustments import NO_RULES, Judge, Rules
from captured_exchanges.redaction.bodies import DEFAULT_BODIES, BodyTable
from captured_exchanges.redaction.detail import Detail
from captured_exchanges.redaction.markup import DEFAULT_MARKUP, MarkupTable
from captured_exchanges.redaction.names import DEFAULT_LDAP, DEFAULT_NAMES, LdapTable, NameTable
from captured_exchanges.redaction.policy.rules import Changes, Values, kept, removed
from captured_exchanges.redaction.policy.secrets import SecretSource
from captured_exchanges.redaction.text import DEFAULT_ENCODED, DEFAULT_URLS, UrlTable
from captured_exchanges.redaction.transports import (
    DEFAULT_HEADERS,
    DEFAULT_RESOURCES,
    DEFAULT_SQL,
    HeaderTable,
    Resource,
    SqlTable,
)
from captured_exchanges.redaction.values import DEFAULT_FAMILIES, Family

__all__ = ["DEFAULT_POLICY", "PROFILES", "RULES_VERSION", "Jwt", "Policy"]

RULES_VERSION = "1"
"""Goes up with every change of what the code decides beyond its tables."""

Jwt: TypeAlias = Literal["none", "claims"]
"""What is told of a JWT that was removed: nothing, or header and payload, beside the removal."""
_LONGEST_NAME = 128


@dataclass(frozen=True, slots=True)
class Policy:
    """What goes, by name, header, URL and value; sizes in bytes. Raises PolicyError where parts contradict
    each other. Safe to share between threads.
    """

    name: str = "default"
    version: str = RULES_VERSION
    detail: Detail = Detail.FULL
    names: NameTable = DEFAULT_NAMES
    headers: HeaderTable = DEFAULT_HEADERS
    urls: UrlTable = DEFAULT_URLS
    resources: tuple[Resource, ...] = DEFAULT_RESOURCES
    sql: SqlTable = DEFAULT_SQL
    ldap: LdapTable = DEFAULT_LDAP
    markup: MarkupTable = DEFAULT_MARKUP
    bodies: BodyTable = DEFAULT_BODIES
    families: tuple[Family, ...] = DEFAULT_FAMILIES
    encoded: frozenset[str] = DEFAULT_ENCODED
    max_decoded_bytes: int = 2 * 1024 * 1024
    """A body is read up to this size after decompression; a larger one is omitted."""
    max_text_bytes: int = 256 * 1024
    """The same for bodies that are neither JSON nor omitted: they are searched as a whole."""
    jwt: Jwt = "none"
    remove: Rules = NO_RULES
    """What goes beyond the tables."""
    keep: Rules = NO_RULES
    """What stays although a table removes it; never a private key, never a registered secret."""
    secrets: tuple[SecretSource, ...] = ()
    """Where secrets are that a Redactor registers when it is made."""

    def __post_init__(self) -> None:
        for what, text in (("name", self.name), ("version", self.version)):
            if not (0 < len(text) <= _LONGEST_NAME and text.isprintable()):
                raise PolicyError(f"{what}: a policy's {what} has 1 to {_LONGEST_NAME} printable characters")
        if self.jwt not in ("none", "claims"):
            raise PolicyError("jwt: 'none' or 'claims' is wanted")
        if self.jwt == "claims" and self.detail is not Detail.FULL:
            raise PolicyError("jwt: claims are content, and this profile keeps none: leave jwt at 'none'")

    @classmethod
    def default(cls, *, name: str = "default", version: str = RULES_VERSION) -> Policy:
        """All but credentials is kept."""
        return cls(name, version)

    @classmethod
    def strict(cls, *, name: str = "strict", version: str = RULES_VERSION) -> Policy:
        """No bodies, rows or values of attributes; no values of queries, filters and most headers; statements
        without literals. Names, paths and the intent are kept.
        """
        return cls(name, version, Detail.STRICT)

    @classmethod
    def metadata(cls, *, name: str = "metadata", version: str = RULES_VERSION) -> Policy:
        """What was asked and how it ended, and nothing that was said."""
        return cls(name, version, Detail.METADATA)

    def with_removed(
        self,
        *,
        names: Iterable[str] = (),
        headers: Iterable[str] = (),
        parameters: Iterable[str] = (),
        cookies: Iterable[str] = (),
        paths: Iterable[str] = (),
        values: Values = MappingProxyType({}),
        judges: Iterable[Judge] = (),
    ) -> Policy:
        """A policy that removes this too; see `rules` for what each means. Raises PolicyError."""
        more = Changes.checked(
            "remove",
            judges,
            values,
            names=names,
            headers=headers,
            parameters=parameters,
            cookies=cookies,
            paths=paths,
        )
        return removed(self, more)

    def with_kept(
        self,
        *,
        names: Iterable[str] = (),
        headers: Iterable[str] = (),
        parameters: Iterable[str] = (),
        cookies: Iterable[str] = (),
        paths: Iterable[str] = (),
        values: Values = MappingProxyType({}),
        judges: Iterable[Judge] = (),
    ) -> Policy:
        """A policy that keeps this although a rule would remove it. No exemption uncovers a private key, a
        registered secret, or what the closing verifier finds. Raises PolicyError.
        """
        more = Changes.checked(
            "keep",
            judges,
            values,
            names=names,
            headers=headers,
            parameters=parameters,
            cookies=cookies,
            paths=paths,
        )
        return kept(self, more)

    def with_secrets(
        self, *, env: Iterable[str] = (), files: Iterable[str] = (), optional: bool = False
    ) -> Policy:
        """A policy whose Redactor registers what these environment variables and files hold."""
        more = [SecretSource(env=name, optional=optional) for name in env]
        more += [SecretSource(file=str(file), optional=optional) for file in files]
        return replace(self, secrets=(*self.secrets, *more))

    def with_jwt(self, jwt: Jwt) -> Policy:
        """A policy that tells `none` or the `claims` of JWTs that it removes."""
        return replace(self, jwt=jwt)

    def info(self) -> PolicyInfo:
        """The identity: name, version, and the hash of the effective rules."""
        rules = orjson.dumps(self.as_json(), option=orjson.OPT_SORT_KEYS)
        return PolicyInfo(self.name, self.version, hashlib.sha256(rules).hexdigest())

    def as_json(self) -> dict[str, Any]:
        """All effective rules, as JSON that is the same for equal policies."""
        rules: dict[str, Any] = _plain(self)
        return rules


def _plain(value: Any) -> Any:  # noqa: ANN401 - any table
    """A table as JSON that is the same for equal tables: sets sorted, functions by their names."""
    if dataclasses.is_dataclass(value):
        fields = [field for field in dataclasses.fields(value) if field.compare]
        return {field.name: _plain(getattr(value, field.name)) for field in fields}
    if isinstance(value, frozenset):
        return sorted(value)
    if isinstance(value, Mapping):
        return [[key, _plain(item)] for key, item in value.items()]
    if isinstance(value, tuple):
        return [_plain(item) for item in value]
    if isinstance(value, Detail):
        return value.name.lower()
    return _qualified(value) if callable(value) else value


def _qualified(function: Any) -> str:  # noqa: ANN401 - any callable
    named = function if hasattr(function, "__qualname__") else type(function)
    return f"{named.__module__}.{named.__qualname__}"


DEFAULT_POLICY = Policy()
PROFILES: Mapping[str, Policy] = {
    "default": DEFAULT_POLICY,
    "strict": Policy.strict(),
    "metadata": Policy.metadata(),
}
"""The policies that have names of their own."""
