"""Names and values in running text."""

import pytest

from captured_exchanges.redaction.marker import MARKER
from captured_exchanges.redaction.names.names import Names
from captured_exchanges.redaction.patterns import compiled
from captured_exchanges.redaction.text.assignments import Assignments
from support.redaction_exchanges import sweep

ASSIGNMENTS = Assignments(Names())
TAGGED = compiled(MARKER)


def shown(text):
    return TAGGED.sub(lambda _: "*", ASSIGNMENTS.redact(text, sweep(), ()))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("password=abc", "password=*"),
        ("a=1&password=abc&b=2", "a=1&password=*&b=2"),
        ("Server=x;Password=abc;Encrypt=true", "Server=x;Password=*;Encrypt=true"),
        ("password=abc;user=bob", "password=*;user=bob"),
        ('{"password": "abc", "user": "bob"}', '{"password": "*", "user": "bob"}'),
        ("{'password': 'abc'}", "{'password': '*'}"),
        (r"{\"password\":\"abc\",\"a\":1}", r"{\"password\":\"*\",\"a\":1}"),
        (r'"password": "a\"bc" x', '"password": "*" x'),
        ('"password": "abc', '"password": "*'),
        ('"pin": 4821', '"pin": *'),
        (':password=>"abc"', ':password=>"*"'),
        ("password := 'abc'", "password := '*'"),
        ("('x-api-key', 'abc')", "('x-api-key', '*')"),
        ("user[password]=abc", "user[password]=*"),
        ("p%61ssword=abc", "p%61ssword=*"),
        ("db.password=abc", "db.password=*"),
        ("export DB_PASSWORD=a b c", "export DB_PASSWORD=*"),
        ("password = a b c\nuser = bob", "password = *\nuser = bob"),
        ("user: bob\npassword: a b c\nhost: x", "user: bob\npassword: *\nhost: x"),
        ("password: |\n  abc\n  def\nuser: bob", "password: *\nuser: bob"),
        ("password:\n  - abc\nuser: bob", "password:*\nuser: bob"),
        ("a:\n  password:\n    b: c\n  user: bob", "a:\n  password:*\n  user: bob"),
        ("passwords:\n- abc\n- def\nuser: bob", "passwords:*\nuser: bob"),
        ('password = """\na\n"b" c\n"""\nuser = "bob"', 'password = "*"\nuser = "bob"'),
        ("private_key = <<-EOF\n  a\n  EOF\nuser = 1", "private_key = *\n  EOF\nuser = 1"),
        ("db.password=a b \\\n  c\ndb.user=bob", "db.password=*\ndb.user=bob"),
        ("//x.test/:_authToken=abc\n_auth=Ym9iOmh1bnRlcg==\n", "//x.test/:_authToken=*\n_auth=*\n"),
        ("Authorization: Bearer abc def\nHost: x", "Authorization: Bearer *\nHost: x"),
        ("Cookie: a=1; b=2\nHost: x", "Cookie: *\nHost: x"),
        ("password: abc123, please", "password: *, please"),
        ("tool --password abc --user bob", "tool --password * --user bob"),
        ("your password is abc123.", "your password is *"),
        ("API Key: abc123", "API Key: *"),
        ("Mot de passe : abc123", "Mot de passe : *"),
        ("IDENTIFIED BY 'abc1'", "IDENTIFIED BY '*'"),
        ("WITH PASSWORD 'abc1'", "WITH PASSWORD '*'"),
        ('"name": "password", "value": "abc"}', '"name": "password", "value": "*"}'),
        ('"value": "abc", "name": "password"', '"value": "*", "name": "password"'),
        (r"\"key\": \"token\", \"value\": [\"abc\"]", r"\"key\": \"token\", \"value\": [\"*\"]"),
        ("IDENTIFIED BY \\'abc1\\'", "IDENTIFIED BY \\'*\\'"),
        ("invalid password 'abc1' for bob", "invalid password '*' for bob"),
    ],
)
def test_values_beside_secret_names_go(text, expected):
    """In every notation that names a value."""
    assert shown(text) == expected
    assert shown(expected.replace("*", "[REDACTED:text.password]")) == expected


@pytest.mark.parametrize(
    "text",
    [
        "password: must not be empty",
        "Password: required",
        "the password is required",
        "password was changed on Monday",
        "grant_type=password&scope=a",
        "token=none",
        "arn:aws:secretsmanager:eu:1:secret:prod/db-Ab12",
        '["password", "refresh_token"]',
        "password=",
        "password: ",
        "secret santa, pin board, token of thanks",
        "auth=oidc tokens=none credentials=required_x",
        "author=Bob monkey=1 secretary: Carol1",
        "next_page_token=abc123",
        "Set-Cookie header missing",
        "-v --verbose true",
        "QUJD" * 400 + "==",
    ],
)
def test_prose_and_near_misses_stay(text):
    """A colon before a plain word makes no value."""
    assert shown(text) == text


def test_an_endless_value_is_removed_whole():
    """Values longer than any window."""
    assert (
        shown("password=" + "a1" * 40_000 + " b") == "password=* b"
        or shown("password=" + "a1" * 40_000) == "password=*"
    )


def test_many_assignments_cost_their_number():
    """A long line of near-misses is no trap."""
    text = "a=1&" * 20_000 + "password=abc"
    assert shown(text).endswith("password=*")


@pytest.mark.parametrize(
    "text",
    [
        "Authorization: Bearer token missing",
        "Use Authorization: Basic with your API key",
        "list-type=2&continuation-token=1ueGcxLPRx1Tr",
        "cursor 8i3pLWIH8_pwd==",
    ],
)
def test_sentences_about_headers_and_parts_of_names_stay(text):
    """A sentence is no credential, a cursor no token, padding no value."""
    assert shown(text) == text
