"""The look at bytes before the walk."""

import json

import orjson
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from captured_exchanges.redaction.bodies.prescan import Need, Prescan
from captured_exchanges.redaction.marker import Marker
from captured_exchanges.redaction.names import DEFAULT_NAMES, TRUE, Names
from captured_exchanges.redaction.sweep import Sweep
from captured_exchanges.redaction.text.text import Text
from captured_exchanges.redaction.values.families import Families
from support.examples import EXAMPLES
from support.redaction_exchanges import fresh_secret, json_documents

NAMES = Names()
TEXT = Text(NAMES, Families())
PRESCAN = Prescan(NAMES, TEXT)


def need(value):
    return PRESCAN.look(orjson.dumps(value)).need


@pytest.mark.parametrize(
    "value",
    [
        {"passwordChanged": "2024-01-01", "password_expires_in": 90, "pwdLastSet": 1},
        {"credentials": {"password": {}, "provider": {"type": "OKTA", "name": "OKTA"}}},
        {"password": None, "secret": True, "token": "", "api_keys": []},
        {"title": "Password Administrator", "description": "Resets the password of a user"},
        {"nextPageToken": "abc", "cursor": "def", "token_type": "mac"},
        {"permissions": {"secret_scanning_alerts": "read"}},
        {"shipping": "compass", "author": "secretary", "hash": "abc", "countryCode": "US"},
        {"href": "https://x.test/users/1?after=abc&limit=2", "email": "alice@x.test"},
    ],
)
def test_near_misses_need_no_walk(value):
    """A page full of them is spliced unparsed."""
    assert need([value] * 50) is Need.NOTHING


@pytest.mark.parametrize(
    "value",
    [
        {
            "passwordChanged": "2026-03-01T10:00:00.000Z",
            "profile": {"login": "a@x.test", "displayName": "A: b:c"},
        },
        {
            "secret_scanning_enabled": True,
            "privateKeyFingerprint": "ab:cd",
            "tokenType": "x",
            "authProvider": "y",
        },
        {"title": "Password Administrator", "scopes": ["secrets:read"], "etag": 'W/"00aa"'},
    ],
)
def test_no_family_takes_a_near_miss_for_a_value(value):
    """Or the bytes would be searched once more, and near-misses never learned."""
    assert PRESCAN.look(orjson.dumps([value] * 50)).has_no_values


@pytest.mark.parametrize(
    "value",
    [
        {"token": "x"},
        {"ｐａｓｓ": 1},
        {"name": "password", "value": "x"},
        {"credentials": {"a": "x" * 30}},
        {"passwordPolicy": {"a": "x" * 30}},
    ],
)
def test_names_need_a_walk_by_names(value):
    """Where nothing else could be found, values are not scanned."""
    assert need(value) is Need.NAMES


@pytest.mark.parametrize("vault", DEFAULT_NAMES.vaults, ids=lambda vault: f"{vault.name}, {vault.beside}")
def test_whatever_tells_a_vault_is_seen(vault):
    """Though nothing else in the body means a secret; however often it has been seen."""
    says = min(vault.says, default="x")
    told = True if vault.says == TRUE else {says.replace(" ", "_"): 1} if " " in says else says
    for _ in range(2):
        page = [{vault.name.replace(" ", "_"): "x", vault.beside.replace(" ", "_"): told}]
        assert need(page) is Need.NAMES


@pytest.mark.parametrize("flag", ["sensitive", "isSensitive", "masked", "is_secret", "secured", "secret"])
def test_a_flag_costs_nothing_where_it_is_false_or_has_no_value_beside_it(flag):
    """A page full of them is spliced unparsed."""
    assert need([{"id": 1, "value": "x", flag: False}] * 50) is Need.NOTHING
    assert need([{"id": 1, "text": "x", flag: True}] * 50) is Need.NOTHING


@pytest.mark.parametrize(
    "value",
    [
        {"a": "token=x"},
        {"a": "https://bob:x@x.test/"},
        {"a": f"ghp_{fresh_secret(length=36)}"},
        {"a": '{"password":"x"}'},
        {"a": "p%61ssword=x"},
        {"a": "p\\u0061ssword=x"},
    ],
)
def test_values_need_the_whole_walk(value):
    """Whatever may hide a secret in a string."""
    assert need(value) is Need.ALL


@pytest.mark.parametrize(
    "value",
    [
        ["ab%41", {"password": "ab%41"}],
        {"note": "ab%41", "password": "ab%41"},
        {"note": "zq7%41Kp9xw2vTrB5mLc8", "credentials": {"a": "zq7%41Kp9xw2vTrB5mLc8"}},
    ],
)
def test_what_is_harmless_in_one_place_is_looked_at_in_another(value):
    """A text that means nothing by itself is a secret under a secret name, wherever it stood before."""
    assert need(value) is not Need.NOTHING


def test_too_many_different_near_misses_are_walked():
    """The number of passes is bounded."""
    assert need({f"password{number}_changed": 1 for number in range(500)}) is Need.ALL


_words = st.sampled_from(
    [
        "password",
        "passwordChanged",
        "token",
        "secrets",
        "name",
        "value",
        "id",
        "hash",
        "salt",
        "code",
        "grant_type",
        "permissions",
        "columns",
        "rows",
        "x",
        "token=abc1",
        "abcDEF1234567890abcDEF",
        "read",
        "credentials",
        "kty",
        "k",
        '{"pin": 1}',
        "Password Administrator",
        "the password is x1y2",
        "the session id abcDEF1234567890abcDEF",
        "password changed to x1y2z3",
        'password eq "x1y2z3"',
        "https://a:b@c/",
        "nextPageToken",
        "Bearer x",
        "question",
        "answer",
        "pa\u200bss",
        "data",
        "key",
        "q%75ery",
        "user pin",
        "a\nb",
        "otp",
        "OTPCode",
        "dbpass",
    ]
)
_documents = json_documents(_words, 14)


@given(_documents)
@settings(max_examples=EXAMPLES)
def test_what_the_prescan_skips_the_walk_would_have_left_alone(document):
    """The short cut decides as the whole walk does, for any document."""
    found, marker = need(document), Marker()
    walked = TEXT.json.walk(json.loads(json.dumps(document)), whole := Sweep(marker), ())
    if found is Need.NOTHING:
        assert whole.count == 0
        assert walked == document
    elif found is Need.NAMES:
        by_names = Sweep(marker)
        assert TEXT.json.walk(json.loads(json.dumps(document)), by_names, (), scan=False) is not None
        assert sorted(by_names.removals, key=str) == sorted(whole.removals, key=str)
