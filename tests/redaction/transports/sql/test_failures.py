# ruff: noqa: E501, S608 - a case is a line
"""What drivers say."""

import sqlite3

import pytest

from support.redaction_exchanges import fresh_secret
from support.redaction_sql import redacted

QUIET = "SELECT name FROM u WHERE id = 7"
TELLING = "UPDATE u SET token = '{}' WHERE id = 7"


@pytest.mark.parametrize(
    ("statement", "message", "kept"),
    [
        (
            TELLING,
            'duplicate key value violates unique constraint "u_token_key"\nDETAIL:  Key (token)=({}) already exists.',
            ["u_token_key"],
        ),
        (QUIET, "DETAIL:  Key (tenant, token)=(acme, {}) already exists.", ["acme", "tenant, token"]),
        (
            QUIET,
            'null value in column "x"\nDETAIL:  Failing row contains (1, bob, {}, null).',
            ["null value"],
        ),
        (QUIET, "Duplicate entry '{}' for key 'u.token'", ["u.token"]),
        (QUIET, "Duplicate entry '{}' for key 'token_UNIQUE'", ["token_UNIQUE"]),
        (QUIET, "Incorrect integer value: '{}' for column 'pin' at row 1", ["'pin'", "row 1"]),
        (
            QUIET,
            "data would be truncated in table 't', column 'password'. Truncated value: '{}'.",
            ["'password'"],
        ),
        (QUIET, "The duplicate key value is ({}).", ["The duplicate key value is"]),
        (TELLING, "You have an error in your SQL syntax; check near '{}' at line 1", ["near", "at line 1"]),
        (TELLING, 'syntax error at or near "{}"\nLINE 1: UPDATE u SET token = {}\n', ["syntax error"]),
        (
            TELLING,
            "(builtins.Error) x\n[SQL: UPDATE u SET token = '{}']\n[parameters: ('{}',)]",
            ["(builtins.Error) x"],
        ),
        (QUIET, "connection to host=h user=bob password={} failed", ["user=bob"]),
    ],
)
def test_messages_lose_what_they_quote(statement, message, kept):
    """And keep what went wrong, where."""
    for secret in (fresh_secret(), "hun7ty"):
        _, answer = redacted(statement.replace("{}", secret), error=message.replace("{}", secret))
        shown = answer["error"]["message"]
        assert secret not in shown
        assert all(piece in shown for piece in kept), shown


def test_a_cut_literal_is_no_way_out():
    """Of what a driver quotes from the middle of a literal nothing is kept."""
    _, answer = redacted(
        "UPDATE u SET token = 'ab''er2!x' WHERE id = 7", error="error near 'er2!x' WHERE id = 7' at line 1"
    )
    assert "er2!x" not in answer["error"]["message"]


@pytest.mark.parametrize(
    "message",
    [
        'relation "users" does not exist',
        "no such table: users",
        "Duplicate entry 'bob' for key 'users.name'",
        "DETAIL:  Key (name)=(bob) already exists.",
        "Table 'db.users' doesn't exist",
    ],
)
def test_messages_about_anything_else_stay(message):
    """Names of tables, and of people."""
    assert redacted(QUIET, error=message)[1]["error"]["message"] == message


def test_a_real_driver():
    """SQLite quotes the statement."""
    secret = fresh_secret()
    statement = f"UPDATE u SET password = '{secret}' WHERE name = \"it's {secret}"
    with sqlite3.connect(":memory:") as connection, pytest.raises(sqlite3.Error) as caught:
        connection.execute(statement)
    connection.close()
    request, answer = redacted(statement, None, "sqlite", error=str(caught.value))
    assert secret not in str([request, answer])
