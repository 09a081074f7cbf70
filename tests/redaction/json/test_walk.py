"""The walk through JSON."""

import copy

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from captured_exchanges.redaction.json.walk import TooDeep, strings
from captured_exchanges.redaction.marker import is_marker
from captured_exchanges.redaction.names.names import Names
from captured_exchanges.redaction.text.text import Text
from captured_exchanges.redaction.values.families import Families
from support.examples import EXAMPLES
from support.redaction_exchanges import fresh_secret, json_documents, sweep

WALK = Text(Names(), Families()).json
RANDOM = "abcDEF1234567890abcDEF"


def starred(value):
    """A document with each marker shortened to `*`."""
    if isinstance(value, dict):
        return {starred(key): starred(item) for key, item in value.items()}
    if isinstance(value, list):
        return [starred(item) for item in value]
    return "*" if isinstance(value, str) and is_marker(value) else value


def walked(document, **options):
    return starred(WALK.walk(copy.deepcopy(document), sweep(**options), ()))


@pytest.mark.parametrize(
    ("document", "expected"),
    [
        # names over values of every kind
        ({"password": "x"}, {"password": "*"}),
        ({"password": 7, "pin": 0}, {"password": "*", "pin": "*"}),
        ({"password": None, "secret": True, "pin": ""}, {"password": None, "secret": True, "pin": ""}),
        ({"password": ["a", None, [1]]}, {"password": ["*", None, ["*"]]}),
        ({"password": {"a": 1, "b": {"c": "d"}}}, {"password": "*"}),
        ({"password": {"a": None, "b": {}}}, {"password": {"a": None, "b": {}}}),
        ({"token": {"id": 7, "type": "x", "value": "y"}}, {"token": {"id": 7, "type": "x", "value": "*"}}),
        ({"api_keys": ["a", {"id": 1, "text": "b"}]}, {"api_keys": ["*", {"id": 1, "text": "*"}]}),
        ({"token": "none", "password": "none"}, {"token": "none", "password": "*"}),
        # containers
        ({"credentials": {"provider": {"type": "OKTA"}}}, {"credentials": {"provider": {"type": "OKTA"}}}),
        ({"credentials": {"foo": RANDOM, "id": RANDOM}}, {"credentials": {"foo": "*", "id": RANDOM}}),
        ({"secrets": [RANDOM, "short"]}, {"secrets": ["*", "short"]}),
        ({"auth": "oauth2"}, {"auth": "oauth2"}),
        ({"auth": RANDOM}, {"auth": "*"}),
        ({"passwordPolicy": {"id": RANDOM, "x": RANDOM}}, {"passwordPolicy": {"id": RANDOM, "x": "*"}}),
        ({"tokens": {"nextPageToken": RANDOM}}, {"tokens": {"nextPageToken": RANDOM}}),
        ({"api_keys": {RANDOM: {"owner": "bob"}}}, {"api_keys": {"*": {"owner": "bob"}}}),
        # permissions
        (
            {"permissions": {"secrets": "read", "token": "write"}},
            {"permissions": {"secrets": "read", "token": "write"}},
        ),
        ({"permissions": {"password": "read"}}, {"permissions": {"password": "read"}}),
        ({"permissions": {"password": "x"}}, {"permissions": {"password": "*"}}),
        ({"permissions": [RANDOM]}, {"permissions": [RANDOM]}),
        # pairs
        ({"name": "password", "value": "x"}, {"name": "password", "value": "*"}),
        ({"value": {"a": 1}, "key": "token"}, {"value": {"a": 1}, "key": "token"}),
        ({"value": {"text": "x"}, "key": "token"}, {"value": {"text": "*"}, "key": "token"}),
        ({"attributeName": "pwd", "oldValue": "x"}, {"attributeName": "pwd", "oldValue": "*"}),
        ({"name": "Password Administrator", "value": "x"}, {"name": "Password Administrator", "value": "x"}),
        ({"name": "department", "value": "x"}, {"name": "department", "value": "x"}),
        ({"type": "reset_password", "data": {"id": 1}}, {"type": "reset_password", "data": {"id": 1}}),
        (
            {"type": "password", "data": {"id": 1, "text": "x"}},
            {"type": "password", "data": {"id": 1, "text": "*"}},
        ),
        ({"name": "password", "data": {"id": 1}}, {"name": "password", "data": "*"}),
        ({"type": "password", "status": "ACTIVE"}, {"type": "password", "status": "ACTIVE"}),
        (["password", "x"], ["password", "*"]),
        (["password", "admin"], ["password", "*"]),
        (["password", "webauthn"], ["password", "webauthn"]),
        (["password", "refresh_token"], ["password", "refresh_token"]),
        ({"grant_types": ["password", "custom"]}, {"grant_types": ["password", "custom"]}),
        ([["a", "b"], ["pwd", "x"]], [["a", "b"], ["pwd", "*"]]),
        # tables
        (
            {"columns": ["a", "pwd"], "rows": [[1, "x"], [2]]},
            {"columns": ["a", "pwd"], "rows": [[1, "*"], [2]]},
        ),
        ([["id", "pwd", "n"], [1, "x", 2]], [["id", "pwd", "n"], [1, "*", 2]]),
        # names beside names
        ({"password": None, "salt": "x", "hash": "y"}, {"password": None, "salt": "*", "hash": "*"}),
        ({"salt": "x", "hash": "y"}, {"salt": "x", "hash": "y"}),
        ({"question": "a", "answer": "x"}, {"question": "a", "answer": "*"}),
        ({"answer": "x"}, {"answer": "x"}),
        ({"kty": "oct", "k": "x"}, {"kty": "oct", "k": "*"}),
        ({"k": "x", "d": "y"}, {"k": "x", "d": "y"}),
        ({"grant_type": "a", "code": "x"}, {"grant_type": "a", "code": "*"}),
        ({"code": "abcdef"}, {"code": "abcdef"}),
        ({"role_id": "a", "secret_id": "x"}, {"role_id": "a", "secret_id": "*"}),
        # what is about a secret, and what is full of them
        (
            {"password": {"href": "/reset", "method": "POST"}},
            {"password": {"href": "/reset", "method": "POST"}},
        ),
        ({"password": {"href": "/x", "value": "x"}}, {"password": {"href": "/x", "value": "*"}}),
        (
            {"password": {"minLength": 8, "age": {"maxDays": 90}}},
            {"password": {"minLength": 8, "age": {"maxDays": 90}}},
        ),
        ({"password": {"minLength": 8, "new": 1234}}, {"password": "*"}),
        (
            {"password": {"excludeAttributes": ["firstName"], "userLockoutNotificationChannels": []}},
            {"password": {"excludeAttributes": ["firstName"], "userLockoutNotificationChannels": []}},
        ),
        ({"password": {"exclude": ["hunter22"], "minLength": 8}}, {"password": "*"}),
        ({"password": {"minLength": ["firstName"]}}, {"password": "*"}),
        (
            {"kind": "Secret", "data": {"a": "x", "b": [7, None]}},
            {"kind": "Secret", "data": {"a": "*", "b": ["*", None]}},
        ),
        ({"kind": "ConfigMap", "data": {"a": "x"}}, {"kind": "ConfigMap", "data": {"a": "x"}}),
        ({"kind": ["Secret"], "data": {"a": "x"}}, {"kind": ["Secret"], "data": {"a": "x"}}),
        # values
        ({"a": "see token=abc"}, {"a": "see token=[REDACTED:text.token]"}),
    ],
)
def test_what_goes_and_what_stays(document, expected):
    """Case by case."""
    assert walked(document) == expected


def test_a_code_is_a_secret_in_an_exchange_of_oauth():
    """There it needs no sibling."""
    assert walked({"code": "abcdef"}, oauth=True) == {"code": "*"}
    assert walked({"code": 200}, oauth=True) == {"code": 200}


def test_keys_are_scanned_too():
    """A key that is a secret goes; two of them stay two."""
    one, other = (f"ghp_{fresh_secret(length=36)}" for _ in range(2))
    kept = WALK.walk({one: 1, other: 2, "c": 3}, sweep(), ())
    assert sorted(kept.values()) == [1, 2, 3]
    assert not {one, other} & kept.keys()


def test_removals_are_told_by_the_path_of_cleaned_keys():
    """A path never repeats a key that went."""
    one, member = sweep(), f"ghp_{fresh_secret(length=36)}"
    WALK.walk({member: {"password": "x"}}, one, ("body",))
    assert member not in str(one.redactions())
    assert one.redactions()[-1]["path"].endswith("/password")


def test_what_a_name_removes_is_learned():
    """So that an echo of it goes too."""
    one = sweep()
    WALK.walk({"password": {"a": "correct-horse"}, "pin": "1234", "token": "battery-staple"}, one, ())
    assert set(one.learned) == {"correct-horse", "battery-staple"}


def test_a_document_beyond_the_bound_is_refused():
    """Nothing of it may be kept."""
    document = {"password": "x"}
    for _ in range(400):
        document = {"a": document}
    with pytest.raises(TooDeep):
        WALK.walk(document, sweep(), ())


def test_strings_are_found_at_any_depth():
    """Without recursion."""
    document = ["z"]
    for _ in range(5_000):
        document = {"a": document, "b": "y"}
    assert sorted(set(strings(document))) == ["y", "z"]
    assert list(strings("x")) == ["x"]


_words = st.sampled_from(
    [
        "password",
        "token",
        "secrets",
        "name",
        "value",
        "id",
        "hash",
        "salt",
        "code",
        "permissions",
        "columns",
        "rows",
        "x",
        "token=abc1",
        RANDOM,
        "read",
        "credentials",
        '{"pin": 1}',
        "kty",
        "k",
        "passwordChanged",
    ]
)
documents = json_documents(_words, 12)


@settings(max_examples=EXAMPLES)
@given(documents)
def test_a_second_walk_changes_nothing_more(document):
    """Redaction is idempotent."""
    once = WALK.walk(copy.deepcopy(document), sweep(), ())
    assert WALK.walk(copy.deepcopy(once), sweep(), ()) == once
