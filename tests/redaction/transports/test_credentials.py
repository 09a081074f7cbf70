"""Credentials that a request shows."""

import base64

import pytest

from captured_exchanges.redaction.names.names import Names
from captured_exchanges.redaction.text.text import Text
from captured_exchanges.redaction.transports.credentials import Credential, credentials
from captured_exchanges.redaction.transports.headers import Headers
from captured_exchanges.redaction.values.families import Families
from support.redaction_exchanges import fresh_secret

NAMES = Names()
HEADERS = Headers(NAMES, Text(NAMES, Families()))


def shown(*headers):
    return list(credentials(headers, HEADERS))


def basic(pair):
    return "Basic " + base64.b64encode(pair.encode()).decode()


@pytest.mark.parametrize(
    "name", ["authorization", "Proxy-Authorization", "X-Api-Key", "x-acme-client-secret"]
)
def test_credentials_in_headers_are_shown(name):
    """Without their scheme."""
    assert shown((name, "Bearer correct-horse")) == [Credential("correct-horse", lasting=True)]


@pytest.mark.parametrize("value", ["Digest response=abc", "AWS4-HMAC-SHA256 Signature=abc", "DPoP abcdef"])
def test_what_is_made_for_one_request_does_not_last(value):
    """It is masked in its own exchange only."""
    assert [credential.lasting for credential in shown(("Authorization", value))] == [False]
    assert [credential.lasting for credential in shown(("DPoP", "abc"))] == [False]


def test_of_a_basic_pair_the_user_name_stays():
    """It is an identity."""
    values = [credential.value for credential in shown(("Authorization", basic("alice@x.test:pass:word")))]
    assert values[1:] == ["pass:word"]


@pytest.mark.parametrize("pair", ["correcthorse:", "correcthorse:x", "correcthorse:x-oauth-basic"])
def test_where_the_user_name_is_the_credential_it_is_shown(pair):
    """Without a real password."""
    assert [credential.value for credential in shown(("Authorization", basic(pair)))][1:] == ["correcthorse"]


def test_of_cookies_only_sessions_are_shown():
    """Others hold user names as often as anything."""
    header = ("Cookie", "user=alice12345; JSESSIONID=abc123DEF456; lang=en; auth_token=abc123DEF457")
    assert [credential.value for credential in shown(header)] == ["abc123DEF456", "abc123DEF457"]


@pytest.mark.parametrize("value", ["Basic !!!", "Basic", "", "Basic " + "é"])
def test_nonsense_raises_nothing(value):
    """Whatever a client sends."""
    assert isinstance(shown(("Authorization", value)), list)


def test_a_client_id_is_no_credential_however_random_it_looks():
    """The user name of a basic pair with a password: it stands in half of what the server answers."""
    client_id = fresh_secret(length=32)
    values = [credential.value for credential in shown(("Authorization", basic(f"{client_id}:pass:word")))]
    assert values[1:] == ["pass:word"]
