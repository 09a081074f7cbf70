"""Policies."""

from dataclasses import fields, is_dataclass, replace

import pytest

from captured_exchanges.redaction import DEFAULT_POLICY, Policy, Redactor
from captured_exchanges.redaction.policy import RULES_VERSION
from support.redaction_exchanges import exchange, response_of


def test_a_policy_has_a_name_a_version_and_a_hash():
    """The same in every process."""
    info = Redactor().policy
    assert (info.name, info.version, len(info.hash)) == ("default", RULES_VERSION, 64)
    assert Policy().info() == DEFAULT_POLICY.info() == info


def _changes():
    for field in fields(Policy):
        value = getattr(DEFAULT_POLICY, field.name)
        if is_dataclass(value):
            for row in fields(value):
                yield field.name, row.name
        elif field.name not in {"name", "version"}:
            yield field.name, None


def _changed(value):
    if isinstance(value, frozenset):
        return value | {"zzz"}
    if isinstance(value, tuple):
        return value[:-1]
    return value + 1 if isinstance(value, int) else {**value, "zzz": ("zzz",)}


@pytest.mark.parametrize(("table", "row"), list(_changes()))
def test_every_effective_rule_is_in_the_hash(table, row):
    """Two connectors with the same hash remove the same."""
    value = getattr(DEFAULT_POLICY, table)
    changed = _changed(value) if row is None else replace(value, **{row: _changed(getattr(value, row))})
    assert replace(DEFAULT_POLICY, **{table: changed}).info().hash != DEFAULT_POLICY.info().hash


def test_a_changed_policy_decides_otherwise():
    """Tables are what the engine goes by."""
    names = replace(DEFAULT_POLICY.names, scalar={**DEFAULT_POLICY.names.scalar, "badge": ("badge number",)})
    redactor = Redactor(replace(DEFAULT_POLICY, name="acme", names=names))
    kept = response_of(redactor.redact(exchange(received={"badgeNumber": "x", "password": "y"})))
    assert kept["body"]["value"] == {
        "badgeNumber": "[REDACTED:name.badge]",
        "password": "[REDACTED:name.password]",
    }
    assert redactor.policy.name == "acme"
