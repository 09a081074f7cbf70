"""Bind values beside the placeholders that they fill."""

import json

import pytest

from captured_exchanges.redaction import Redactor
from support.redaction_exchanges import fresh_secret, survives
from support.redaction_sql import redacted, sql_exchange

BINDS = [
    # (dialect, statement, parameters with `S` for the secret, what stays)
    ("sqlite", "INSERT INTO u (name, password) VALUES (?, ?)", ("bob", "S"), ["bob"]),
    ("sqlite", "INSERT INTO u (name, password) VALUES (?, ?)", [("bob", "S"), ("amy", "S")], ["bob", "amy"]),
    ("sqlite", "INSERT INTO u (name, password) VALUES (:n, :p)", [{"n": "bob", "p": "S"}], ["bob"]),
    ("sqlite", "UPDATE u SET password=?2 WHERE name=?1", ["bob", "S"], ["bob"]),
    ("sqlite", "UPDATE u SET password=$p WHERE name=$n", {"n": "bob", "p": "S"}, ["bob"]),
    ("sqlite", "INSERT INTO u VALUES (?,?,?)", [17, "bob", "S"], ["17"]),
    ("postgres", "INSERT INTO u (name, password) VALUES (%s, %s)", ["bob", "S"], ["bob"]),
    ("postgres", "INSERT INTO u (name, password) VALUES %s", [[("bob", "S")]], []),
    (
        "postgres",
        "INSERT INTO u (name, password) VALUES (%(a)s, crypt(%(b)s, gen_salt('bf')))",
        {"a": "bob", "b": "S"},
        ["bob"],
    ),
    ("postgres", "UPDATE u SET password=$2::text WHERE name=$1", ["bob", "S"], ["bob"]),
    ("postgres", "SELECT 1 FROM u WHERE token = ANY(%s) AND id = ANY(%s)", [["S", "S"], ["bob"]], ["bob"]),
    ("postgres", "SELECT 1 FROM u WHERE a ? 'b' AND password = %s AND name = %s", ["S", "bob"], []),
    ("oracle", "UPDATE u SET password=:1 WHERE name=:2", ["S", "bob"], ["bob"]),
    ("oracle", "UPDATE u SET password=:p WHERE name=:n", {"n": "bob", "P": "S"}, ["bob"]),
    ("oracle", "UPDATE u SET password=:p WHERE name=:n", ["S", "bob"], ["bob"]),
    ("tsql", "UPDATE u SET password=@p WHERE name=@n", {"@n": "bob", "p": "S"}, ["bob"]),
    ("postgres", "EXECUTE set_mail(%s, %s)", [17, "S"], ["17"]),
    ("tsql", "EXEC sp_addlogin ?, ?", ["bob", "S"], ["bob"]),
    (
        "clickhouse",
        "SELECT 1 FROM u WHERE password = {p:String} AND name = {n:String}",
        {"p": "S", "n": "bob"},
        ["bob"],
    ),
    ("", "SELECT 1 FROM u WHERE x = :password AND name = :name", {"name": "bob", "password": "S"}, ["bob"]),
    ("", "SELECT 1 FROM u WHERE lower(?) = lower(password) AND name = ?", ["S", "bob"], ["bob"]),
    ("", "SELECT 1 FROM u WHERE password = CAST(? AS text) AND name = ?", ["S", "bob"], ["bob"]),
    ("", "UPDATE s SET value = ? WHERE name = ?", ["S", "smtp_password"], ["smtp_password"]),
    ("", "UPDATE s SET value = ? WHERE name = ?", [["mail", "smtp_host"], ["S", "smtp_password"]], ["mail"]),
    ("", "UPDATE u SET profile = ? WHERE id = ?", ['{"password": "S", "name": "bob"}', 17], ["bob", "17"]),
    ("", "UPDATE u SET profile = ? WHERE id = ?", [{"password": "S", "name": "bob"}, 17], ["bob", "17"]),
    ("", "UPDATE u SET password = <name> WHERE id = 1", {"name": "S"}, []),
    ("", "CREATE USER x PASSWORD ?", "S", []),
    ("", "SELECT 'unterminated ?", ["bob", "S"], []),
    ("", "UPDATE u SET password = ?", [b"S"], []),
    ("", "UPDATE u SET password = ?", ["S".encode("utf-16-le")], []),
]


def planted(parameters, secret):
    """The parameters with the secret in them."""
    if isinstance(parameters, dict):
        return {key: planted(value, secret) for key, value in parameters.items()}
    if isinstance(parameters, (list, tuple)):
        return type(parameters)(planted(value, secret) for value in parameters)
    if isinstance(parameters, str):
        return parameters.replace("S", secret)
    if isinstance(parameters, bytes):
        wide = parameters[1:2] == b"\0"
        return secret.encode("utf-16-le" if wide else "utf-8")
    return parameters


@pytest.mark.parametrize(("dialect", "statement", "parameters", "kept"), BINDS)
def test_what_meets_a_secret_goes(dialect, statement, parameters, kept):
    """In every style of placeholders; what stands beside it stays."""
    secret = fresh_secret()
    shown, _ = redacted(statement, planted(parameters, secret), dialect)
    text = json.dumps(shown["parameters"])
    assert not survives(secret, text.encode())
    assert all(piece in text for piece in kept), text


def test_numbers_go_where_a_name_means_a_secret_and_flags_stay():
    """NULL and booleans hold no secret."""
    shown, _ = redacted(
        "UPDATE u SET pin = ?, password = ?, token = ? WHERE id = ?", (4711, None, True, 4711)
    )
    assert shown["parameters"] == ["[REDACTED:name.pin]", None, True, 4711]


def test_a_removed_value_is_looked_for_in_the_answer():
    """As an echo in another column, or in a message."""
    secret = fresh_secret()
    _, answer = redacted(
        "UPDATE u SET password = ? RETURNING note", (secret,), columns=["note"], rows=[(f"was {secret}",)]
    )
    assert answer["rows"][0][0].startswith("was [REDACTED:registered:")


def test_an_import_of_passwords_teaches_nothing():
    """It would cost more than it is worth: its own rules remove them."""
    people = [(f"user{at}", fresh_secret()) for at in range(100)]
    redactor = Redactor()
    done = redactor.redact(sql_exchange("INSERT INTO u (name, password) VALUES (?, ?)", people, "sqlite"))
    shown = json.loads(done.request_json)["parameters"]
    assert [name for name, _ in shown] == [name for name, _ in people]
    assert all(not survives(secret, done.request_json) for _, secret in people)


def test_sets_beyond_the_bound_are_counted():
    """Of an `executemany` the first thousand are kept."""
    shown, _ = redacted("INSERT INTO u (id) VALUES (?)", [(at,) for at in range(1_003)], "sqlite")
    assert len(shown["parameters"]) == 1_001
    assert shown["parameters"][-1] == {"type": "omitted", "reason": "too many", "count": 3}
