"""Bodies that are a secret and nothing else."""

import pytest

from captured_exchanges.redaction import Redactor
from support.redaction_exchanges import PLAIN, exchange, fresh_secret, response_of

LOGIN = "https://vcenter.example.test/api/session"
STORE = "https://pvwa.example.test/api/accounts/1_2/password/retrieve"
ELSEWHERE = "https://api.example.test/v1/users"


def received(said, url=LOGIN, **options):
    """What is kept of an answer."""
    return response_of(Redactor().redact(exchange(url=url, received=said, **options)))["body"]


@pytest.mark.parametrize("url", [LOGIN, STORE])
def test_a_lone_secret_goes(url):
    """As JSON, and as a line of text, in quotes or without."""
    secret = fresh_secret()
    assert received(f'"{secret}"', url)["value"].startswith("[REDACTED:name.bare:")
    assert received(f'"{secret}"', url)["type"] == "json"
    assert received(f'"{secret}"', url, received_type=PLAIN)["type"] == "text"
    assert received(f"{secret}\n", url, received_type=PLAIN)["value"].startswith("[REDACTED:name.bare:")


@pytest.mark.parametrize(
    "said",
    [
        "authenticated",
        "alice@example.test",
        "https://x.test/a1",
        "2024-01-01T00:00:00Z",
        "user=alice1",
        "ok 12345",
        "alice.smith",
        "1234567",
    ],
)
def test_what_is_no_secret_stays(said):
    """A word, an address, a time, a form, what are two words, a user's name, a count."""
    kept = received(said, received_type=PLAIN)
    assert "[REDACTED" not in str(kept["value"])


def test_a_store_hands_out_words_too():
    """A password may be one; a login hands out tokens."""
    assert received("alice.smith", STORE, received_type=PLAIN)["value"].startswith("[REDACTED:name.bare:")


def test_elsewhere_it_stays():
    """Where the URL says nothing of it, one word may be anything."""
    assert received("a1b2c3d4", ELSEWHERE, received_type=PLAIN)["value"] == "a1b2c3d4"
