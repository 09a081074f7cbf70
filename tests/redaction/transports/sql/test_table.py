# ruff: noqa: S608 - statements are cases, a case is a line
"""The tables of SQL: each row is there for a reason."""

from dataclasses import replace

import pytest

from captured_exchanges.redaction import DEFAULT_POLICY
from captured_exchanges.redaction.transports.sql.table import DEFAULT_SQL
from support.redaction_exchanges import fresh_secret
from support.redaction_sql import redacted, statement_of

PHRASES = {
    "identified by": ("oracle", "CREATE USER bob IDENTIFIED BY {}"),
    "identified by password": ("mysql", "CREATE USER bob IDENTIFIED BY PASSWORD {}"),
    "identified by values": ("oracle", "CREATE USER bob IDENTIFIED BY VALUES '{}'"),
    "identified with * by": ("mysql", "CREATE USER bob IDENTIFIED WITH x BY '{}'"),
    "identified with * as": ("mysql", "CREATE USER bob IDENTIFIED WITH x AS '{}'"),
    "identified via * using": ("mysql", "CREATE USER bob IDENTIFIED VIA x USING '{}'"),
    "identified via * as": ("mysql", "CREATE USER bob IDENTIFIED VIA x AS '{}'"),
    "identified with … salt": ("clickhouse", "CREATE USER bob IDENTIFIED WITH x BY 'h' SALT '{}'"),
    "identified by * replace": ("oracle", "ALTER USER bob IDENTIFIED BY a REPLACE {}"),
    "identified by password * replace": ("mysql", "ALTER USER bob IDENTIFIED BY PASSWORD a REPLACE {}"),
    "password for … =": ("mysql", "SET PASSWORD FOR bob = '{}'"),
    "password for … to": ("mysql", "SET PASSWORD FOR bob TO '{}'"),
    "user set password from": ("neo4j", "ALTER CURRENT USER SET PASSWORD FROM '{}' TO 'x'"),
    "user set password from … to": ("neo4j", "ALTER CURRENT USER SET PASSWORD FROM 'x' TO '{}'"),
    "create user * as … password =": ("teradata", "CREATE USER bob AS PERM = 5 PASSWORD = {}"),
    "modify user * as … password =": ("teradata", "MODIFY USER bob AS PASSWORD = {}"),
    "connect to * user * using * new": ("db2", "CONNECT TO hr USER bob USING old NEW {}"),
    "connect to * user * using * new * confirm": ("db2", "CONNECT TO hr USER bob USING old NEW x CONFIRM {}"),
    "connect to * user * using": ("db2", "CONNECT TO people USER bob USING {}"),
    "attach … key": ("sqlite", "ATTACH 'a' AS b KEY '{}'"),
}
NAMES = {
    "pragma": "PRAGMA {name} = '{secret}'",
    "copy": "COPY t FROM 's3://b' {name} '{secret}'",
    "unload": "UNLOAD ('x') TO 's3://b' {name} '{secret}'",
    "create": "CREATE SYMMETRIC KEY k WITH {name} = '{secret}'",
    "alter": "ALTER SYMMETRIC KEY k WITH {name} = '{secret}'",
}


def without(**rows):
    """The policy with other rows in these tables of SQL."""
    return replace(DEFAULT_POLICY, sql=replace(DEFAULT_SQL, **rows))


def leaves(statement, secret, dialect="", **options):
    return secret in statement_of(statement, dialect, **options)


@pytest.mark.parametrize(
    ("rule", "phrase"),
    [(rule, phrase) for rule, phrases in DEFAULT_SQL.phrases.items() for phrase in phrases],
)
def test_phrases(rule, phrase):
    """Without its row, what a phrase announces stays."""
    secret = fresh_secret()[:16]  # a word of letters: one with digits is taken for a password elsewhere too
    dialect, statement = PHRASES[phrase]
    statement = statement.format(secret)
    others = tuple(other for other in DEFAULT_SQL.phrases[rule] if other != phrase)
    assert not leaves(statement, secret, dialect)
    assert leaves(statement, secret, dialect, policy=without(phrases={rule: others}))


@pytest.mark.parametrize(
    ("first", "name"), [(first, name) for first, names in DEFAULT_SQL.names.items() for name in names]
)
def test_names_in_some_statements(first, name):
    """Without its row, the option's value stays."""
    secret = fresh_secret()
    statement = NAMES[first].format(name=name.replace(" ", "_"), secret=secret)
    rows = {**DEFAULT_SQL.names, first: tuple(other for other in DEFAULT_SQL.names[first] if other != name)}
    assert not leaves(statement, secret)
    assert leaves(statement, secret, policy=without(names=rows))


@pytest.mark.parametrize("name", DEFAULT_SQL.functions)
def test_functions(name):
    """Without its row, the argument stays; or, where the name alone says enough, all arguments go."""
    secret = fresh_secret(length=12)
    places = DEFAULT_SQL.functions[name] or (0, 1)
    arguments = [f"'{secret}'" if at in places else "'visible'" for at in range(max(places) + 2)]
    statement = f"EXEC {name} {', '.join(arguments)}; SELECT {name}({', '.join(arguments)})"
    rows = {other: row for other, row in DEFAULT_SQL.functions.items() if other != name}
    assert not leaves(statement, secret)
    assert bool(DEFAULT_SQL.functions[name]) == ("'visible'" in statement_of(statement))
    other = statement_of(statement, policy=without(functions=rows))
    assert secret in other or "'visible'" not in other


@pytest.mark.parametrize("word", sorted(DEFAULT_SQL.keeping))
def test_words_that_are_no_password(word):
    """`IDENTIFIED BY RANDOM PASSWORD`."""
    statement = f"CREATE USER bob IDENTIFIED BY {word.upper()} x"
    assert statement_of(statement, "mysql").startswith(f"CREATE USER bob IDENTIFIED BY {word.upper()}")
    other = statement_of(statement, "mysql", policy=without(keeping=DEFAULT_SQL.keeping - {word}))
    assert word.upper() not in other


@pytest.mark.parametrize("name", sorted(DEFAULT_SQL.blind))
def test_functions_that_tell_nothing(name):
    """What is compared with the length of a password stays."""
    statement = f"SELECT 1 FROM t WHERE {name}(password) = 12345678"
    assert statement_of(statement) == statement
    assert statement_of(statement, policy=without(blind=DEFAULT_SQL.blind - {name})) != statement


@pytest.mark.parametrize("mode", sorted(DEFAULT_SQL.modes))
def test_modes(mode):
    """Names of algorithms beside a secret stay readable."""
    statement = f"SELECT 1 FROM t WHERE password = f(x, '{mode}')"
    assert statement_of(statement) == statement
    assert statement_of(statement, policy=without(modes=DEFAULT_SQL.modes - {mode})) != statement


@pytest.mark.parametrize("kind", sorted(DEFAULT_SQL.types))
def test_types(kind):
    """The length of a type is no secret."""
    statement = f"SELECT 1 FROM t WHERE password = x::{kind}(20)"
    assert statement_of(statement, "postgres") == statement
    other = statement_of(statement, "postgres", policy=without(types=DEFAULT_SQL.types - {kind}))
    assert other != statement


@pytest.mark.parametrize("arrow", sorted(DEFAULT_SQL.arrows))
def test_arrows(arrow):
    """What stands behind one is the name of a member."""
    secret = fresh_secret()
    statement = f"SELECT 1 FROM t WHERE (profile {arrow} 'password') = '{secret}'"
    assert "'password'" in statement_of(statement, "postgres")
    assert not leaves(statement, secret, "postgres")
    shown = statement_of(statement, "postgres", policy=without(arrows=DEFAULT_SQL.arrows - {arrow}))
    assert secret in shown or "'password'" not in shown


@pytest.mark.parametrize("alias", DEFAULT_SQL.dialects)
def test_dialects(alias):
    """An adapter's name of a dialect is read by that dialect's grammar."""
    probes = {
        "postgres": r"SELECT 'a\' , $x$it''s$x$",
        "mysql": r"SELECT 'it\'s' # '",
        "tsql": "SELECT [it's]",
        "sqlite": "SELECT [it's]",
        "oracle": "SELECT q'[it's]'",
    }
    probe = probes[DEFAULT_SQL.dialects[alias]]
    rows = {other: row for other, row in DEFAULT_SQL.dialects.items() if other != alias}
    assert statement_of(probe, alias) == probe
    assert "sql.unread" in statement_of(probe, alias, policy=without(dialects=rows))


@pytest.mark.parametrize("dialect", sorted(DEFAULT_SQL.string_quotes))
def test_double_quotes_may_be_strings(dialect):
    """Where they may, what they hold is no name."""
    secret = fresh_secret()
    statement = f'UPDATE t SET password = "{secret}"'
    assert not leaves(statement, secret, dialect)
    assert leaves(
        statement, secret, dialect, policy=without(string_quotes=DEFAULT_SQL.string_quotes - {dialect})
    )


@pytest.mark.parametrize("dialect", ["mysql", "bigquery", "databricks", "spark", "hive", "doris"])
def test_where_double_quotes_make_strings_they_may_make_names(dialect):
    """Of MySQL the mode ANSI_QUOTES decides, which no statement tells: so both are seen."""
    secret = fresh_secret()
    named, held = f"SELECT id FROM t WHERE \"password\" = '{secret}'", f'UPDATE t SET password = "{secret}"'
    assert not leaves(named, secret, dialect)
    assert not leaves(held, secret, dialect)
    like_a_name = f"{secret}Password"
    for statement in ('UPDATE t SET password = "{}"', 'SELECT 1 FROM t WHERE "{}" = password',
                      'INSERT INTO t (name, password) VALUES ("bob", "{}")'):  # fmt: skip
        assert not leaves(statement.format(like_a_name), like_a_name, dialect)
    kept = 'SELECT id FROM t WHERE "name" = "bob" AND kind = "password"'
    assert statement_of(kept, dialect) == kept


def test_bounds():
    """Beyond them a statement is not read, rows and cells are not kept."""
    rows = [(at, "x" * 50) for at in range(10)]
    request, response = redacted(
        "SELECT id, note FROM t WHERE a = 'b'", columns=("id", "note"), rows=rows,
        policy=without(max_statement=10, max_rows=5),
    )  # fmt: skip
    assert "sql.unread" in request["statement"]
    assert (len(response["rows"]), response["truncated"]) == (5, True)
    for bound in ({"max_cells": 6}, {"max_result": 200}):
        _, response = redacted("SELECT 1", columns=("id", "note"), rows=rows, policy=without(**bound))
        assert 0 < len(response["rows"]) < 5
        assert response["truncated"]
    _, response = redacted("SELECT 1", columns=("id", "note"), rows=rows, policy=without(max_cell=49))
    assert response["rows"][0] == [0, {"type": "omitted", "reason": "too large", "size": 64}]
