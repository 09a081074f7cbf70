"""What a driver was told to connect with."""

import urllib.parse

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from captured_exchanges.redaction.names import Names
from captured_exchanges.redaction.transports.sql.connection import connection_secrets
from support.examples import EXAMPLES
from support.redaction_exchanges import fresh_secret, survives
from support.redaction_sql import redacted

NAMES = Names()
AWKWARD = "p@s;s'w{o}r d/7"


@pytest.mark.parametrize(
    "connection",
    [
        "postgresql://bob:{url}@h:5432/db?sslmode=require",
        "postgresql://bob@h/db?password={url}&application_name=x",
        "mysql+pymysql://bob:{url}@h/db",
        "snowflake://bob@acct/db?warehouse=w&token={url}",
        "host=h user=bob password='{libpq}' dbname=db",
        "Driver={{ODBC Driver 18}};Server=h;Uid=bob;Pwd={{{odbc}}};Encrypt=yes",
        'Server=h;User ID=bob;Password="{ado}";Database=db',
        "jdbc:sqlserver://h:1433;user=bob;password={{{odbc}}};encrypt=true",
        "jdbc:mysql://h/db?user=bob&password={url}",
        "jdbc:oracle:thin:bob/{plain}@//h:1521/x",
        "bob/{plain}@h:1521/x",
        "bob:{plain}@tcp(h:3306)/db",
        "postgresql://bob:{plain}@h/db",
    ],
)
def test_the_password_is_found_in_every_spelling_of_a_connection(connection):
    """Quoted, escaped, encoded."""
    spelled = connection.format(
        plain=AWKWARD,
        url=urllib.parse.quote(AWKWARD, safe=""),
        libpq=AWKWARD.replace("'", "\\'"),
        odbc=AWKWARD.replace("}", "}}"),
        ado=AWKWARD,
    )
    assert AWKWARD in set(connection_secrets(spelled, NAMES))


@pytest.mark.parametrize(
    "connection",
    ["", "/var/db/people.sqlite", "host=h user=bob", "dbname=db sslmode=require", "bob@h:1521/x"],
)
def test_where_there_is_none_nothing_is_found(connection):
    """Files, sockets, tickets."""
    assert list(connection_secrets(connection, NAMES)) == []


def test_the_connection_is_not_kept_and_its_password_goes_wherever_it_shows():
    """In a cell, in a message; a short one in messages."""
    secret = fresh_secret()
    for password in (secret, "hun7"):
        request, answer = redacted(
            "SELECT 1",
            connection=f"host=h user=bob password={password}",
            columns=["note"],
            rows=[(f"x{secret}" if password == secret else "x",)],
            error=f"could not connect with {password}",
        )
        assert "connection" not in request
        assert not survives(password, str([request, answer]).encode())


@settings(max_examples=EXAMPLES)
@given(st.text())
def test_no_connection_raises(connection):
    """Whatever it is."""
    list(connection_secrets(connection, NAMES))
