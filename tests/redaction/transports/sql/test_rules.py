"""Whole exchanges with a database."""

import json
import sqlite3
import time
from dataclasses import replace

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from captured_exchanges.exchange import MAX_EXCHANGE_BYTES
from captured_exchanges.redaction import DEFAULT_POLICY, Redactor
from captured_exchanges.redaction.detail import Detail
from support.examples import EXAMPLES
from support.redaction_exchanges import documents, fresh_secret, secrets, survives
from support.redaction_sql import STATEMENTS, redacted, sql_exchange

REDACTOR = Redactor()
ODD = Redactor()
"""What is given odd things, and learns them."""
STRICT, METADATA = (replace(DEFAULT_POLICY, detail=detail) for detail in (Detail.STRICT, Detail.METADATA))


def test_the_documents():
    """All that FORMATS.md names, in its order."""
    request, answer = redacted(
        "SELECT name FROM u WHERE id = ?", (7,), "sqlite", columns=["name"], rows=[("bob",)], row_count=-1
    )
    assert request == {
        "kind": "sql",
        "statement": "SELECT name FROM u WHERE id = ?",
        "parameters": [7],
        "database": "people",
        "dialect": "sqlite",
        "started_at": "2023-11-14T22:13:20.123456789Z",
        "redactions": [],
    }
    assert answer == {
        "columns": ["name"],
        "rows": [["bob"]],
        "row_count": -1,
        "truncated": False,
        "duration_ms": 1.25,
        "redactions": [],
    }


def test_removals_are_told():
    """By path and rule."""
    secret = fresh_secret()
    request, answer = redacted(
        f"UPDATE u SET password = '{secret}' WHERE token = :t RETURNING password",  # noqa: S608 - a case
        {"t": secret[::-1]},
        columns=["password"],
        rows=[(secret[1:],)],
    )
    assert request["redactions"] == [
        {"path": "/statement", "rule": "name.password"},
        {"path": "/parameters/t", "rule": "name.token"},
    ]
    assert answer["redactions"] == [{"path": "/rows/0/0", "rule": "name.password"}]


def test_strict_keeps_no_literal_and_no_value():
    """But the shape of the statement, names and counts."""
    statement = "SELECT /*+ hint */ a, 1.5 FROM t WHERE name = 'bob' AND id IN (7, $1) -- for bob"
    request, answer = redacted(
        statement,
        ["x"],
        "postgres",
        columns=["a"],
        rows=[("y",)],
        row_count=1,
        error="no 'bob'",
        policy=STRICT,
    )
    assert request["statement"].split() == (
        "SELECT /*+ hint */ a, ? FROM t WHERE name = ? AND id IN (?, $1)".split()  # noqa: SIM905 - as SQL
    )
    assert request["parameters"] == ["[REDACTED:sql.literal]"]
    assert (answer["columns"], answer["rows"], answer["row_count"], answer["truncated"]) == (
        ["a"],
        [],
        1,
        True,
    )
    assert "bob" not in answer["error"]["message"]
    named, _ = redacted("SELECT :a", {"a": "x"}, policy=STRICT)
    assert named["parameters"] == {"a": "[REDACTED:sql.literal]"}


def test_metadata_keeps_the_kind_alone():
    """What was asked and how it ended."""
    request, answer = redacted(
        "select name from u where id = 7", [7], "sqlite", columns=["a"], rows=[(1,)], row_count=1, error="x",
        policy=METADATA,
    )  # fmt: skip
    assert set(request) == {"kind", "statement", "database", "dialect", "started_at", "redactions"}
    assert request["statement"] == "SELECT"
    assert set(answer) == {"row_count", "truncated", "duration_ms", "error", "redactions"}
    assert answer["error"] == {"type": "DatabaseError"}
    assert redacted("hunter2 select", policy=METADATA)[0]["statement"] == ""


@pytest.mark.parametrize("detail", [STRICT, METADATA])
@pytest.mark.parametrize(("dialect", "statement", "kept"), STATEMENTS)
def test_less_detail_leaks_no_more(dialect, statement, kept, detail):  # noqa: ARG001 - shared cases
    """Whatever goes by default goes there too."""
    secret = fresh_secret()
    statement = statement.replace("{}", secret).replace("{{", "{").replace("}}", "}")
    request, _ = redacted(statement, None, dialect, policy=detail)
    assert not survives(secret, request["statement"].encode())


def test_a_real_driver():
    """SQLite's cells, columns and errors."""
    secret = fresh_secret()
    connection = sqlite3.connect(":memory:")
    connection.row_factory = sqlite3.Row
    connection.execute("CREATE TABLE u (id INTEGER, name TEXT, password TEXT, photo BLOB, score REAL)")
    insert = "INSERT INTO u VALUES (:id, :name, :password, :photo, :score)"
    people = [
        {"id": 1, "name": "Zoë", "password": secret, "photo": b"\xff\xd8\x00", "score": 1.5},
        {"id": 2, "name": "Bob", "password": None, "photo": b"text", "score": None},
    ]
    connection.executemany(insert, people)
    cursor = connection.execute("SELECT *, password AS p, length(password) AS n FROM u ORDER BY id")
    rows, columns = cursor.fetchall(), [column[0] for column in cursor.description]
    connection.close()
    request, _ = redacted(insert, people, "sqlite")
    assert [person["name"] for person in request["parameters"]] == ["Zoë", "Bob"]
    _, answer = redacted(
        "SELECT *, password AS p, length(password) AS n FROM u ORDER BY id",
        None,
        "sqlite",
        columns=columns,
        rows=rows,
    )
    first, second = answer["rows"]
    assert first[:2] == [1, "Zoë"]
    assert first[2] == first[5]
    assert first[2].startswith("[REDACTED:name.password:")
    assert first[3:5] == [{"type": "omitted", "reason": "binary", "size": 4}, 1.5]
    assert first[6] == 20
    assert second == [2, "Bob", None, "text", None, None, None]
    assert not survives(secret, json.dumps([request, answer]).encode())


def test_large_results_stay_below_the_bound():
    """Rows go, the exchange stays."""
    rows = [("\x01" * 5_000,)] * 1_000
    done = REDACTOR.redact(sql_exchange("SELECT a FROM t", columns=["a"], rows=rows))
    assert len(documents(done)) < MAX_EXCHANGE_BYTES
    answer = json.loads(done.response_json)
    assert 0 < len(answer["rows"]) < 1_000
    assert answer["truncated"]


def test_rows_that_cannot_be_read_are_left_out_alone():
    """The others stay."""

    class Broken(tuple):
        __slots__ = ()

        def __iter__(self):
            raise ValueError

    redactor = Redactor()
    done = redactor.redact(sql_exchange("SELECT a", columns=["a"], rows=[("x",), Broken(("y",)), {"a": "z"}]))
    assert json.loads(done.response_json)["rows"] == [["x"], ["[REDACTED:failed]"], ["z"]]
    assert redactor.failures() == {"redaction.part_failed": 1}


BEFORE = ("", "/* c */ ", "SELECT 1; ", "-- c\n", "WITH x AS (SELECT 'a') ")
CLAUSES = (
    "UPDATE t SET {column} = {value}, name = 'Alice'",
    "SELECT name FROM t WHERE {column} = {value} AND name = 'Alice'",
    "SELECT name FROM t WHERE name = 'Alice' OR ({value} = {column})",
    "SELECT name FROM t WHERE {column} IN ('x', {value}) AND (name LIKE 'Alice')",
    "INSERT INTO t (name, {column}) VALUES ('Alice', {value})",
    "INSERT INTO t ({column}, name) SELECT {value}, 'Alice'",
    "DELETE FROM t WHERE NOT {column} = lower({value}) AND name = 'Alice'",
)
COLUMNS = {
    "": ("password", "t.api_key", "userPassword", '"client secret"', "u.t.PASSWD"),
    "postgres": ("password", '"Password"', "profile->>'token'"),
    "mysql": ("password", "`api_key`", "t.`pass word`"),
    "tsql": ("[password]", "dbo.[t].[api key]"),
    "oracle": ('"PASSWORD"', "pwd"),
}
VALUES = {
    "": ("'{}'", "('{}')", "'a''{}'", "'{}' || 'x'", "CAST('{}' AS text)", "coalesce(NULL, '{}')", "N'{}'"),
    "postgres": ("E'a\\'{}'", "$q${}$q$", "'{}'::text", "crypt('{}', gen_salt('bf'))"),
    "mysql": ('"{}"', "'a\\'{}'", "_utf8'{}'", "CONCAT('{}', \"x\")"),
    "tsql": ("N'{}'", "CONVERT(varchar(20), '{}')"),
    "oracle": ("q'[{}]'", "q'!a'{}!'", "TO_CHAR('{}')"),
}


@settings(max_examples=EXAMPLES)
@given(
    secret=secrets,
    before=st.sampled_from(BEFORE),
    clause=st.sampled_from(CLAUSES),
    data=st.data(),
    dialect=st.sampled_from(sorted(COLUMNS)),
)
def test_a_secret_survives_in_no_clause(secret, before, clause, data, dialect):
    """In any quoting under any secret column; the identity beside it stays; again changes nothing."""
    column = data.draw(st.sampled_from(COLUMNS[dialect]))
    assume("INSERT" not in clause or "->" not in column)
    value = data.draw(st.sampled_from(VALUES[dialect])).replace("{}", secret)
    statement = before + clause.format(column=column, value=value)
    done = REDACTOR.redact(sql_exchange(statement, None, dialect))
    shown = json.loads(done.request_json)["statement"]
    assert not survives(secret, documents(done)), shown
    assert "Alice" in shown, shown
    again = REDACTOR.redact(sql_exchange(shown, None, dialect))
    assert json.loads(again.request_json)["statement"] == shown


PIECES = r"""
    ' '' " ` ( ) [ ] { } $ $$ $a$ \ /* */ -- # ; , . :: : := = @ @a :a ? %s %(a)s $1 -> ->> || E' N'
    q'[ x' 0x1 1 a password token name value select from where insert into values update set
    identified by with as case when then else end in between and not exec call default union
    returning
    """.split()  # noqa: SIM905 - a table of words
pieces = st.sampled_from([*PIECES, "\n"])


@settings(max_examples=EXAMPLES)
@given(
    st.lists(pieces, max_size=40).map(" ".join), st.sampled_from(["", "postgres", "mysql", "tsql", "oracle"])
)
def test_no_statement_raises(statement, dialect):
    """Whatever it is, a document comes out, and again it stays as it is."""
    done = ODD.redact(sql_exchange(statement, ["a", 1], dialect, columns=["a"], rows=[("b",)]))
    shown = json.loads(done.request_json)["statement"]
    assert ODD.failures() == {}
    again = ODD.redact(sql_exchange(shown, None, dialect))
    assert json.loads(again.request_json)["statement"] == shown


@pytest.mark.parametrize(
    "piece",
    ["'", "(", "/*", "-- x\n", "$a$", "\\'", "'a", "values (1),", "exec a ", "~ ", "like ", "a = ", "a.",
     "case ", "password ", "password = ", "identified by x replace ", "hash,", "?,", "select a,",
     "(select password p) q ", "select password as a, ", "a = password ",
     "insert into t (a) select ", "'select from ''", "password=password||", "(password,a)=", "set a to "],
)  # fmt: skip
def test_time_is_linear(piece):
    """What a stranger sends cannot make redaction slow: a deadline far above what it takes."""
    for dialect in ("", "mysql"):
        statement = (piece * 8_000)[:8_000]
        started = time.thread_time()
        REDACTOR.redact(sql_exchange(statement, [1], dialect))
        assert time.thread_time() - started < 5
