"""Notations."""

import random

import pytest

from captured_exchanges.redaction.marker import MARKER
from captured_exchanges.redaction.patterns import compiled
from captured_exchanges.redaction.values.families import Families
from captured_exchanges.redaction.values.notations import DEFAULT_FAMILIES, NOTATIONS
from captured_exchanges.redaction.values.table import FAMILIES, example
from support.redaction_exchanges import sweep
from support.redaction_readers import TEXT

ALL = Families()
TAGGED = compiled(MARKER)
ROWS = [(at, row, template) for at, row in enumerate(NOTATIONS) for template in row.templates]


def removed(families, text):
    gone = []
    families.replace(text, lambda rule, value: gone.append((rule, value)) or "[REDACTED:value.x]")
    return gone


@pytest.mark.parametrize(
    ("at", "row", "template"), ROWS, ids=lambda value: value if isinstance(value, str) else ""
)
def test_each_notation_is_known_by_its_row_alone(at, row, template):
    """The credential goes and nothing else; without the row it stays."""
    text = example(template, random.Random(at))
    (found,) = [entry for entry in removed(ALL, text) if entry[0] == f"value.{row.name}"]
    assert found[1] in text
    assert "bob" not in found[1]
    assert len(found[1]) >= 4
    without = Families((*FAMILIES, *NOTATIONS[:at], *NOTATIONS[at + 1 :]))
    assert found not in removed(without, text)


@pytest.mark.parametrize(
    ("at", "row", "template"), ROWS, ids=lambda value: value if isinstance(value, str) else ""
)
def test_a_scan_sees_each_notation(at, row, template):
    """The gate opens for it, and what is left is left as it is."""
    text = example(template, random.Random(at))
    value = removed(Families([row]), text)[0][1]
    once = TEXT.scan(f"x: 1, see\n{text}\n", sweep(), ())
    assert value not in once
    assert TEXT.scan(once, sweep(), ()) == once


@pytest.mark.parametrize(
    "text",
    [
        "AUTH PLAIN required",
        "AUTH required",
        "PASS TestFoo",
        "USER bob was here\nPASSED",
        "curl -u is an option",
        "curl https://x.test:8080/a",
        "mysql -u root -p db",
        "mysql --port 3306",
        "docker login x.test",
        "error code: 123456",
        "status code 404, zip code 12345",
        "country code 4917 and area code 5551",
        "the code is 2024-01-01",
        "20240101 is the date of the code freeze",
        "the temporary password is required",
        "the temporary password is not set",
        "A new password was emailed to bob",
        "temporary password: must be changed",
        "machine learning with login and password",
        "a:1:2:3:4",
        "10.0.0.1:8080:a:b",
        "a1 LOGIN failed",
        "net use of resources",
        "ldapsearch -b dc=x -H ldap://y",
        "334 apples",
        "Enable password reset",
        "enable password expiration after 5 days",
        "enable secret scanning",
        "username and password required",
        "snmp-server user bob admins v3",
        "snmp-server host 10.0.0.1 traps",
        "pre-shared-key authentication",
        "user bob on #general",
        "user bob on ~* +@all",
        "> user bob on > is that so",
        "ACL SETUSER bob on nopass ~* +@all",
        "requirepass is not set",
        "masterauth: see above",
    ],
)
def test_prose_and_harmless_commands_stay(text):
    """What only speaks of codes, passwords and commands."""
    assert removed(Families(NOTATIONS), text) == []


def test_the_default_families_are_both_tables():
    """One after the other."""
    assert (*FAMILIES, *NOTATIONS) == DEFAULT_FAMILIES
