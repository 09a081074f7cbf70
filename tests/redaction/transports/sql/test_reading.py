"""Reading a statement, and what becomes of one that cannot be read."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from captured_exchanges.redaction.names import Names
from captured_exchanges.redaction.transports.sql.reading import Reader
from captured_exchanges.redaction.transports.sql.table import DEFAULT_SQL
from captured_exchanges.redaction.transports.sql.tokens import NotRead
from support.examples import EXAMPLES
from support.redaction_exchanges import fresh_secret, survives
from support.redaction_sql import statement_of

READER = Reader(Names(), DEFAULT_SQL)


@pytest.mark.parametrize(
    "statement",
    [
        r"SELECT 'a\', b, '",
        "SELECT q'[it's]'",
        "SELECT $x$it's$x$",
        "SELECT 1 # it's",
        "SELECT [it's]",
        "SELECT 1 /* /* */ it's */",
    ],
)
def test_where_dialects_disagree_an_unknown_one_is_not_read(statement):
    """A password may be outside of what we take for a string."""
    with pytest.raises(NotRead):
        READER.read(statement, "")


@pytest.mark.parametrize(
    "statement", [r"SELECT 'a\\b' FROM t", "SELECT a FROM #t", "SELECT a[1], 'b'", "SELECT %(a)"]
)
def test_where_they_agree_it_is(statement):
    """Most statements mean the same everywhere."""
    assert READER.read(statement, "klingon").tokens


@pytest.mark.parametrize(
    "statement",
    [
        "SELECT * FROM t WHERE note = 'unterminated {}",
        "SELECT * FROM t WHERE (a = '{}'",
        "SELECT * FROM t WHERE a = '{}')",
        "CREATE USER bob IDENTIFIED BY {} 'x",
        "UPDATE t SET password = {} '",
        "SELECT /* {} ",
        "SELECT " + "(" * 60 + "'{}'",
        "SELECT $x$ {}",
        "SELECT 4711 `{}",
        "SELECT 4711, 0x4711, 4711e2 `{}",
    ],
)
def test_a_statement_that_cannot_be_read_loses_all_literals(statement):
    """What it was stays, what it said goes."""
    secret = fresh_secret()
    shown = statement_of(statement.replace("{}", secret))
    assert not survives(secret, shown.encode())
    assert "sql.unread" in shown
    assert "4711" not in shown
    assert shown.split()[0] == statement.split()[0]
    assert statement_of(shown) == shown


def test_a_statement_that_is_too_long_is_not_read():
    """Of it the beginning stays."""
    shown = statement_of("INSERT INTO t (a, b) VALUES " + "('x', 'y')," * 5_000, "postgres")
    assert shown.startswith("INSERT INTO t (a, b) VALUES (")
    assert len(shown) < 100


@settings(max_examples=EXAMPLES)
@given(
    st.text(st.sampled_from("'\"`$()[]{}\\/*-#;,:@?%.= \nabqxE1"), max_size=60),
    st.sampled_from(["", "postgres", "mysql", "tsql", "oracle", "snowflake"]),
)
def test_reading_covers_the_whole_text(statement, dialect):
    """Between two tokens there is nothing but space and comments, and tokens stand for what is written."""
    try:
        reading = READER.read(statement, dialect)
    except NotRead:
        return
    done = 0
    for token in reading.tokens:
        gap = reading.statement[done : token.start].strip()
        assert not gap or gap.startswith(("--", "#", "//", "/*")), gap
        assert token.start >= done
        done = token.end
