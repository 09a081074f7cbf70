# ruff: noqa: S608 - statements are cases, a case is a line
"""Literals and placeholders that meet a secret."""

import pytest

from support.redaction_exchanges import fresh_secret, survives
from support.redaction_sql import KEPT, STATEMENTS, statement_of


@pytest.mark.parametrize(("dialect", "statement", "kept"), STATEMENTS)
def test_a_secret_goes_and_what_stands_beside_it_stays(dialect, statement, kept):
    """In every dialect, wherever a secret may stand."""
    secret = fresh_secret()
    shown = statement_of(statement.replace("{}", secret).replace("{{", "{").replace("}}", "}"), dialect)
    assert not survives(secret, shown.encode())
    assert all(piece in shown for piece in kept), shown
    assert "sql.unread" not in shown
    assert statement_of(shown, dialect) == shown


@pytest.mark.parametrize(("dialect", "statement"), KEPT)
def test_what_is_no_secret_stays(dialect, statement):
    """Names of accounts, policies and counts, hints, prose."""
    assert statement_of(statement, dialect) == statement


def test_numbers_under_a_secret_column_go():
    """A PIN."""
    assert statement_of("UPDATE t SET pin = 4711 WHERE id = 4711") == (
        "UPDATE t SET pin = '[REDACTED:name.pin]' WHERE id = 4711"
    )


@pytest.mark.parametrize("value", ["none", "read"])
def test_words_that_only_a_strong_name_makes_a_secret_stay(value):
    """`token = 'none'`."""
    assert statement_of(f"SELECT 1 FROM t WHERE token = '{value}'").endswith(f"'{value}'")
    assert "REDACTED" in statement_of(f"SELECT 1 FROM t WHERE password = '{value}'")


def test_a_hash_is_a_secret_beside_a_password_alone():
    """Elsewhere it is the hash of a file."""
    assert "REDACTED" not in statement_of("SELECT 1 FROM f WHERE hash = 'abc'")
    assert "REDACTED" in statement_of("UPDATE u SET password = NULL, hash = 'abc'")
