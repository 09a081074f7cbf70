"""The hits of the prescan: what is judged from the name around it comes out as a whole walk would have it."""

import json
import random

import orjson
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from captured_exchanges.exchange import Body
from captured_exchanges.redaction.bodies import Bodies
from captured_exchanges.redaction.bodies.prescan import EVERYTHING, Need, Prescan
from captured_exchanges.redaction.json.walk import _Walk
from captured_exchanges.redaction.marker import Marker
from captured_exchanges.redaction.names.names import Names
from captured_exchanges.redaction.sweep import Sweep
from captured_exchanges.redaction.text.text import Text
from captured_exchanges.redaction.values.families import Families
from captured_exchanges.redaction.values.notations import DEFAULT_FAMILIES
from captured_exchanges.redaction.values.table import example
from support.examples import EXAMPLES
from support.redaction_exchanges import fresh_secret

TEXT = Text(Names(), Families())
MARKER = Marker()
LIMITS = {"max_decoded_bytes": 1 << 20, "max_text_bytes": 1 << 20}
FAST, WHOLE = Bodies(TEXT, **LIMITS), Bodies(TEXT, **LIMITS)
FAST._prescan._untidy_too._worth_it = FAST._prescan._gate._worth_it = 20  # learns early
WHOLE._prescan.look = lambda _data, **_: EVERYTHING
RANDOM = "abcDEF1234567890abcDEF"


def rendered(bodies, data):
    """The JSON that is kept of a body, what was removed where, and what was learned."""
    sweep = Sweep(MARKER)
    shape = bodies.render(Body(data, len(data)), "application/json", "", sweep).shape
    return json.loads(orjson.dumps(shape)), sweep.removals, list(sweep.learned)


_keys = st.sampled_from(
    [
        "password", "passwordChanged", "password_expires_in", "passwordPolicy", "token", "tokens", "secrets",
        "name", "value", "id", "hash", "salt", "digest", "code", "grant_type", "permissions", "scopes",
        "columns", "rows", "x", "credentials", "kty", "k", "nextPageToken", "question", "answer", "data",
        "key", "keyId", "hint", "type", "user pin", "otp", "dbpass", "api_keys", "provider", "kind",
        "stringData", "pass\u200bword", "pässword", "token=abc1", 'a"b', "back\\slash", RANDOM,
        "Password Administrator", "client_secret", "ｐａｓｓ",
    ]
)  # fmt: skip
_values = st.sampled_from(
    [
        "", "read", "secrets:read", "Password Administrator", "password", "token", "none", "OKTA", RANDOM,
        "abc", "Secret", "token=abc1x2", "the password is x1y2z3", "https://bob:hunter22@x.test/", "Bearer x",
        "q%75ery", "p%61ssword=hunter22", "a\nb", "tab\tpassword=x1y2", 'say "password": "hunter22"',
        '{"pin": 1}', '{"a": "password"}', "back\\", "back\\\\", '\\"', "p\\u0061ssword=x1y2", "x" * 99,
        "<a b='c'>", "é", "reset_password", "passwordChanged", "ghp_", 'W/"0011"', "1234567890123456789",
        "Ym9iOmh1bnRlcjIy", f"use API key {RANDOM} now", "password eq hunter22", 'password eq "hunter22"',
        "Password set to hunter22", 'password "hunter22"', "IDENTIFIED BY hunter22", "run --token hunter22",
    ]
)  # fmt: skip


def member(at, seed):
    """A member of a family."""
    return example(DEFAULT_FAMILIES[at].templates[0], random.Random(seed))


_members = st.builds(member, st.integers(0, len(DEFAULT_FAMILIES) - 1), st.integers(0, 9))
_scalars = st.one_of(
    st.none(), st.booleans(), st.integers(0, 9), st.just(1234567890123456789), st.just(2**70), st.just(0.5),
    _values, _values, _keys, _members, st.builds(fresh_secret, st.integers(0, 9)),
)  # fmt: skip
_documents = st.recursive(
    _scalars,
    lambda inner: st.one_of(
        st.lists(inner, max_size=4),
        st.dictionaries(_keys, inner, max_size=5),
        st.tuples(_keys, inner).map(lambda pair: {"name": pair[0], "value": pair[1]}),
        st.tuples(
            st.lists(_keys, min_size=1, max_size=3), st.lists(st.lists(inner, max_size=3), max_size=3)
        ).map(lambda table: {"columns": table[0], "rows": table[1]}),
        inner.map(lambda value: [value, {"credentials": {"provider": {"type": "OKTA", "name": "OKTA"}}}]),
    ),
    max_leaves=24,
)
_spellings = st.sampled_from(
    [
        lambda value: json.dumps(value, separators=(",", ":")).encode(),
        lambda value: json.dumps(value).encode(),
        lambda value: json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode(),
        lambda value: json.dumps(value, indent=1).encode(),
        lambda value: json.dumps(value).replace("/", "\\/").encode() + b"\n",
    ]
)


@given(_documents, _spellings)
@settings(max_examples=EXAMPLES, deadline=None)
def test_the_short_way_ends_where_the_long_one_does(document, spelled):
    """Removals, their order, what is learned and what is kept: all as if everything had been walked."""
    data = spelled(document)
    assert rendered(FAST, data) == rendered(WHOLE, data)


@given(_documents)
@settings(max_examples=EXAMPLES, deadline=None)
def test_what_has_no_values_holds_no_member(document):
    """What the verifier may rely on: it would find nothing in those very bytes."""
    data = orjson.dumps(document) if "1180591620717411303424" not in str(document) else b"{}"
    if FAST._prescan.look(data).has_no_values:
        assert not TEXT.families.survivor(data)


def users(count, **more):
    """A page of users with near-misses, `more` in one of them."""
    page = [
        {
            "id": f"00u{number:05}",
            "passwordChanged": "2024-01-01",
            "title": "Password Administrator",
            "credentials": {"provider": {"type": "OKTA", "name": f"okta-{number}"}},
            "name": {"given": f"Zoë {number}", "quote": 'a "quoted" \\ word'},
        }
        for number in range(count)
    ]
    page[count // 2].update(more)
    return {"Resources": page, "nextPageToken": RANDOM}


def test_the_walk_goes_where_something_was_hit_and_nowhere_else(monkeypatch):
    """One password in a page of users: one user is judged, and those above him."""
    judged = []
    judge = _Walk._judged
    monkeypatch.setattr(
        _Walk, "_judged", lambda self, obj, *rest: judged.append(obj) or judge(self, obj, *rest)
    )
    monkeypatch.setattr(_Walk, "_object", lambda self, obj, *rest: self._judged(obj, *rest))
    shape, removals, _ = rendered(FAST, orjson.dumps(users(60, password=fresh_secret())))
    assert [rule for _, rule in removals] == ["name.password"]
    assert shape["value"]["Resources"][30]["password"].startswith("[REDACTED:name.password:")
    assert len(judged) <= 4


@pytest.mark.parametrize(
    ("document", "texts"),
    [
        ({"a": "x", "password": "y"}, {"password"}),
        ({"a": 'say \\" password=hunter22'}, {'say \\" password=hunter22'}),
        ([{"name": "token", "value": "x"}], {"token"}),
        ({"credentials": {"a": RANDOM}, "passwordChanged": 1}, {"credentials"}),
        ({"credentials": {"password": "x"}}, {"password"}),
        ({"password": None, "salt": "x"}, {"password"}),
        ({"password": None, "x": "x"}, set()),
    ],
)
def test_the_texts_around_which_to_look_are_told(document, texts):
    """And no near-miss among them."""
    assert FAST._prescan.look(orjson.dumps(document), is_tidy=True).texts == texts


def test_a_secret_on_every_line_is_one_text():
    """Hits are painted over: the bound on them is one on different ones."""
    found = FAST._prescan.look(orjson.dumps([{"password": fresh_secret(), "passwordChanged": 1}] * 2_000))
    assert (found.need, found.texts) == (Need.NAMES, {"password"})


@pytest.mark.parametrize(
    "data", [b'{"a":"x","b": "y"}', b"[\n1]", b'["\\u0061"]', b'["\\/"]', b"[12345678901234567890]"]
)
def test_what_is_untidy_is_told(data):
    """Before anything else is."""
    assert FAST._prescan.look(data).is_untidy
    assert not FAST._prescan.look(data, is_tidy=True).is_untidy


def test_a_near_miss_is_remembered_and_a_secret_is_not():
    """Nothing that may be a credential stays in memory for the sake of speed."""
    bodies, secret = Bodies(TEXT, **LIMITS), fresh_secret()
    rendered(bodies, orjson.dumps(users(3, password=secret, note=f"token={secret}x")))
    judge, gate = bodies._prescan._judge, bodies._prescan._untidy_too
    assert b'"passwordChanged":' in judge.near_misses
    assert not any(secret.encode() in token for token in [*judge.near_misses, *gate._seen])


def test_a_hit_that_would_reach_into_the_next_string_hides_nothing():
    """Between a command and its option nothing is passed by: the option stands in another string."""
    prescan = Prescan(Names(), Text(Names(), Families()))
    found = prescan.look(b'{"a":"curl x","password":"hunter2-x","passwordChanged -b x=y":1}')
    assert found.need is not Need.NOTHING
    assert found.texts is None or "password" in found.texts
