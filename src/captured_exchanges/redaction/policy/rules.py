"""What a policy's author removes or keeps beyond a profile, brought into the tables that decide.

One set of keys for both, in Python and in files: `names` (of JSON members, form fields, parameters, headers,
XML elements, columns, attributes; a name to remove also ends longer ones, a name to keep is a whole one),
`headers`, `parameters` (of URLs and forms), `cookies`, `paths` (into JSON bodies), `values` (regular
expressions), `judges` (functions; Python only).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, TypeAlias, TypeVar

from captured_exchanges.errors import PolicyError
from captured_exchanges.redaction.adjustments import Judge, Rules, ValueRule
from captured_exchanges.redaction.marker import slug
from captured_exchanges.redaction.policy import checks

if TYPE_CHECKING:
    from captured_exchanges.redaction.policy.policy import Policy

T = TypeVar("T")
__all__ = ["CHECKS", "Changes", "Values", "kept", "removed", "value_rules"]

Values: TypeAlias = Mapping[str, "str | ValueRule"] | Iterable[ValueRule]
"""Regular expressions by name, or ready rules where they have gates."""

CHECKS: Mapping[str, Mapping[str, Callable[[str], str]]] = {
    "remove": {
        "names": checks.name,
        "headers": checks.header,
        "parameters": checks.name,
        "cookies": checks.cookie,
        "paths": checks.path,
    },
    "keep": {
        "names": checks.kept_name,
        "headers": checks.kept_header,
        "parameters": checks.kept_name,
        "cookies": checks.cookie,
        "paths": checks.path,
    },
}
"""For each key whose value is a list of texts, what makes an item ready for its table."""


@dataclass(frozen=True, slots=True)
class Changes:
    """What is removed, or what is kept; checked already. `texts` has the lists of CHECKS by their keys."""

    texts: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    values: tuple[ValueRule, ...] = ()
    judges: tuple[Judge, ...] = ()

    @classmethod
    def checked(cls, side: str, judges: Iterable[Judge], values: Values, **texts: Iterable[str]) -> Changes:
        """Raises PolicyError that says which argument's which item cannot be used."""
        lists = {key: _checked(f"{side}.{key}", items, CHECKS[side][key]) for key, items in texts.items()}
        check = checks.value if side == "remove" else checks.kept_value
        return cls(lists, _checked(f"{side}.values", value_rules(values), check), tuple(judges))

    def of(self, key: str) -> tuple[str, ...]:
        """The list of a key."""
        return self.texts.get(key, ())


def value_rules(values: Values) -> Iterable[ValueRule]:
    """The rules of either spelling."""
    if not isinstance(values, Mapping):
        return values
    return [rule if isinstance(rule, ValueRule) else ValueRule(name, rule) for name, rule in values.items()]


def removed(policy: Policy, more: Changes) -> Policy:
    """The policy, removing more. Raises PolicyError for what it keeps by the same name."""
    _refuse_both("names", more.of("names"), policy.names.exempt)
    _refuse_both("headers", more.of("headers"), policy.headers.exempt)
    _refuse_both("parameters", more.of("parameters"), policy.urls.exempt)
    _refuse_both("cookies", more.of("cookies"), policy.headers.exempt_cookies)
    added = {label: tuple(phrases) for label, phrases in policy.names.added.items()}
    for phrase in more.of("names"):
        label = slug(phrase)
        added[label] = tuple(dict.fromkeys((*added.get(label, ()), phrase)))
    return replace(
        policy,
        names=replace(policy.names, added=added),
        headers=replace(
            policy.headers,
            added=policy.headers.added.union(more.of("headers")),
            sessions=policy.headers.sessions.union(more.of("cookies")),
        ),
        urls=replace(policy.urls, added=policy.urls.added.union(more.of("parameters"))),
        remove=_joined(policy.remove, more),
    )


def kept(policy: Policy, more: Changes) -> Policy:
    """The policy, keeping more. Raises PolicyError for what it removes by the same name."""
    _refuse_both("names", more.of("names"), {phrase for row in policy.names.added.values() for phrase in row})
    _refuse_both("headers", more.of("headers"), policy.headers.added)
    _refuse_both("parameters", more.of("parameters"), policy.urls.added)
    _refuse_both("cookies", more.of("cookies"), policy.headers.sessions)
    return replace(
        policy,
        names=replace(policy.names, exempt=policy.names.exempt.union(more.of("names"))),
        headers=replace(
            policy.headers,
            exempt=policy.headers.exempt.union(more.of("headers")),
            exempt_cookies=policy.headers.exempt_cookies.union(more.of("cookies")),
        ),
        urls=replace(policy.urls, exempt=policy.urls.exempt.union(more.of("parameters"))),
        keep=_joined(policy.keep, more),
    )


def _joined(rules: Rules, more: Changes) -> Rules:
    return Rules(
        tuple(dict.fromkeys((*rules.paths, *more.of("paths")))),
        (*rules.values, *more.values),
        (*rules.judges, *more.judges),
    )


def _checked(key: str, items: Iterable[T], check: Callable[[T], T]) -> tuple[T, ...]:
    if isinstance(items, str):
        raise PolicyError(f"{key}: a list is wanted, and this is one text: put it into brackets")
    ready = []
    for at, item in enumerate(items):
        try:
            ready.append(check(item))
        except checks.Unusable as reason:
            raise PolicyError(f"{key}[{at}]: {reason}") from None
    return tuple(ready)


def _refuse_both(key: str, more: Iterable[str], others: Iterable[str]) -> None:
    if both := sorted(set(more).intersection(others)):
        raise PolicyError(f"{key}: {both[0]!r} is both removed and kept: leave one of them out")
