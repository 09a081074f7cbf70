"""Changes that a sentence tells."""

import pytest

from captured_exchanges.redaction.marker import MARKER
from captured_exchanges.redaction.patterns import compiled
from support.redaction_exchanges import sweep
from support.redaction_readers import TEXT

TAGGED = compiled(MARKER)


def shown(text):
    return TAGGED.sub(lambda _: "*", TEXT.scan(text, sweep(), ()))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("password changed from abc12 to def34.", "password changed from * to *."),
        ("bob changed password from 'abc' to 'def'", "bob changed password from '*' to '*'"),
        ("changed the password of bob from abc12 to def34", "changed the password of bob from * to *"),
        ('Changed field "db_password" from "abc" to "def"', 'Changed field "db_password" from "*" to "*"'),
        ("api key for ci was rotated from abc12 to def34", "api key for ci was rotated from * to *"),
        ("password changed from abc12 to (none)", "password changed from * to (none)"),
        (r"password changed from \"abc\" to \"def\"", r"password changed from \"*\" to \"*\""),
    ],
)
def test_what_a_secret_was_and_is_goes(text, expected):
    """In quotes whatever it is, without them where it is no word of prose."""
    assert shown(text) == expected
    assert shown(expected.replace("*", "[REDACTED:text.password]")) == expected


@pytest.mark.parametrize(
    "text",
    [
        "password policy changed from 'weak1' to 'strong2'",
        "token lifetime changed from 3600s to 7200s",
        "password changed from the console to the portal",
        "password changed from 10.0.0.1 to expire in 30 days",
        "secret moved from vault01 to vault02",
        "token type was updated from 'opaque' to 'jwt'",
        "group changed from password01 to token02",
    ],
)
def test_changes_of_other_things_stay(text):
    """Of what is about a secret, and of what was moved."""
    assert shown(text) == text


def test_many_sentences_cost_their_number():
    """A long text of near-misses is no trap."""
    assert shown("set password from " * 20_000) == "set password from " * 20_000
