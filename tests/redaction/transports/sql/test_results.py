# ruff: noqa: E501 - a case is a line
"""Result columns."""

import json

import pytest

from support.redaction_exchanges import fresh_secret, survives
from support.redaction_sql import redacted

RESULTS = [
    # (dialect, statement, columns, row with `S` for the secret, what stays)
    ("", "SELECT name, password AS x FROM u", ["name", "x"], ("bob", "S"), ["bob"]),
    ("", "SELECT name, password x FROM u", ["name", "x"], ("bob", "S"), ["bob"]),
    ("tsql", "SELECT name, x = password FROM u", ["name", "x"], ("bob", "S"), ["bob"]),
    ("tsql", "SELECT TOP 5 name, [password] FROM u", ["name", ""], ("bob", "S"), ["bob"]),
    ("mysql", "SELECT @x := password, name FROM u", ["x", "name"], ("S", "bob"), ["bob"]),
    ("", "SELECT * FROM u", ["name", "PassWord"], ("bob", "S"), ["bob"]),
    ("", "SELECT u.*, password AS x FROM u", ["name", "id", "x"], ("bob", "i7", "S"), ["bob", "i7"]),
    ("", "SELECT password AS x, u.* FROM u", ["x", "name", "id"], ("S", "bob", "i7"), ["bob", "i7"]),
    ("", "SELECT upper(password) || 'x', name FROM u", ["?column?", "name"], ("S", "bob"), ["bob"]),
    ("", "SELECT CASE WHEN a = 1 THEN password ELSE '' END, name FROM u", ["case", "name"], ("S", "bob"), ["bob"]),
    ("", "WITH q AS (SELECT name n, password p FROM u) SELECT p, n FROM q", ["p", "n"], ("S", "bob"), ["bob"]),
    ("", "WITH q(n,p) AS (SELECT name, password FROM u) SELECT p, n FROM q", ["p", "n"], ("S", "bob"), ["bob"]),
    ("", "SELECT q.* FROM (SELECT name n, password p FROM u) q", ["n", "p"], ("bob", "S"), ["bob"]),
    ("", "SELECT q.* FROM (SELECT name, password FROM u) AS q (n, p)", ["n", "p"], ("bob", "S"), ["bob"]),
    ("", "SELECT name, (SELECT password FROM p WHERE p.id=u.id) FROM u", ["name", "z"], ("bob", "S"), ["bob"]),
    ("", "SELECT name, email FROM u UNION ALL SELECT name, password FROM u", ["name", "email"], ("bob", "S"), ["bob"]),
    ("", "(SELECT name, password FROM u) UNION (SELECT name, email FROM u)", ["name", "email"], ("bob", "S"), ["bob"]),
    ("postgres", "UPDATE u SET x=1 RETURNING id, password AS y", ["id", "y"], ("i7", "S"), ["i7"]),
    ("tsql", "INSERT INTO u (a) OUTPUT inserted.id, inserted.token VALUES (1)", ["id", "y"], ("i7", "S"), ["i7"]),
    ("postgres", "SELECT profile->>'password', name FROM u", ["?column?", "name"], ("S", "bob"), ["bob"]),
    ("mysql", "SELECT JSON_EXTRACT(profile, '$.password'), name FROM u", ["x", "name"], ("S", "bob"), ["bob"]),
    ("", "SELECT name, value FROM settings", ["name", "value"], ("smtp_password", "S"), ["smtp_password"]),
    ("", "SELECT value FROM settings WHERE name = 'smtp_password'", ["value"], ("S",), []),
    ("", "SELECT name, password, hash, salt FROM u", ["name", "password", "hash", "salt"], ("bob", "x", "S", "S"), ["bob"]),
    ("", "SELECT name, profile FROM u", ["name", "profile"], ("bob", '{"password": "S", "city": "Ulm"}'), ["bob", "Ulm"]),
    ("", "SELECT name, profile FROM u", ["name", "profile"], ("bob", {"password": "S", "city": "Ulm"}), ["bob", "Ulm"]),
    ("postgres", "SELECT query FROM pg_stat_activity", ["query"], ("UPDATE u SET password = 'S' WHERE name='bob'",), ["bob"]),
    ("", "SELECT note FROM u", ["note"], ("the temporary password is S1.",), ["temporary"]),
    ("", 'SELECT "broken password', ["x"], ("S",), []),
]  # fmt: skip


def planted(value, secret):
    """A cell with the secret in it."""
    if isinstance(value, dict):
        return {key: planted(item, secret) for key, item in value.items()}
    return (
        value.replace("S1", secret + "1").replace("S", secret)
        if isinstance(value, str) and "SELECT" not in value
        else value
    )


@pytest.mark.parametrize(("dialect", "statement", "columns", "row", "kept"), RESULTS)
def test_secret_columns_go(dialect, statement, columns, row, kept):
    """By their names, and by what is selected under them."""
    secret = fresh_secret()
    cells = tuple(
        cell.replace("'S'", f"'{secret}'")
        if isinstance(cell, str) and "SET" in cell
        else planted(cell, secret)
        for cell in row
    )
    _, answer = redacted(statement, None, dialect, columns=columns, rows=[cells])
    text = json.dumps(answer, ensure_ascii=False)
    assert not survives(secret, text.encode())
    assert all(piece in text for piece in kept), text


def test_what_tells_nothing_of_a_secret_stays():
    """Lengths, counts, conditions, and what is about a secret."""
    columns = [
        "n",
        "has_password",
        "count",
        "password_changed_at",
        "token_type",
        "key_id",
        "username",
        "email",
    ]
    row = (8, 1, 2, "2024-01-01", "Bearer", "k1", "bob", "b@x.test")
    statement = (
        "SELECT length(password) AS n, password IS NOT NULL AS has_password, count(password),"
        " password_changed_at, token_type, key_id, username, email FROM u"
    )
    _, answer = redacted(statement, columns=columns, rows=[row])
    assert answer["rows"] == [list(row)]
    assert answer["redactions"] == []


def test_values_of_other_settings_stay():
    """Each row names its own value."""
    rows = [("smtp_host", "mail"), ("smtp_password", fresh_secret())]
    _, answer = redacted("SELECT name, value FROM s", columns=["name", "value"], rows=rows)
    assert answer["rows"][0] == ["smtp_host", "mail"]
    assert answer["rows"][1][1].startswith("[REDACTED:name.password:")
