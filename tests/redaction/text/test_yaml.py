# ruff: noqa: E501 - a case is a line
"""YAML."""

import json

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from captured_exchanges.redaction.json import TooDeep
from captured_exchanges.redaction.marker import MARKER
from captured_exchanges.redaction.patterns import compiled
from captured_exchanges.redaction.text.yaml import Yaml
from support.examples import EXAMPLES
from support.redaction_exchanges import secrets, sweep
from support.redaction_readers import TEXT

YAML = Yaml(TEXT.json)
TAGGED = compiled(rf'"{MARKER}"')


def shown(text, one=None):
    return TAGGED.sub(lambda _: "*", YAML.redact(text, one or sweep(), ()))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("user: bob\npassword: abc # why\n", "user: bob\npassword: * # why\n"),
        ("user: bob\npassword:\n  new: a\n  old: b\n\nid: 1\n", "user: bob\npassword:\n  *\n\nid: 1\n"),
        ("a: 1\nkeys:\n  - name: api_key\n    value: abc\n  - name: color\n    value: red\n",
         "a: 1\nkeys:\n  - name: api_key\n    value: *\n  - name: color\n    value: red\n"),
        ("a: 1\nsecret: |\n  one\n  two\nb: 2\n", "a: 1\nsecret: *\nb: 2\n"),
        ("a: 1\nsecret: >-\n  one\n\n  two\nb: 2\n", "a: 1\nsecret: *\nb: 2\n"),
        ("\"password\": 'a b'\n'token': \"x\"\n", "\"password\": *\n'token': *\n"),
        ("a: &x abc\nb: 1\npassword: *x\n", "a: *\nb: 1\npassword: *\n"),
        ("a: 1\n---\npassword: abc\n...\n---\nb: 2\n", "a: 1\n---\npassword: *\n...\n---\nb: 2\n"),
        ("users:\n- {name: bob, password: abc, token: null}\n", "users:\n- {name: bob, password: *, token: null}\n"),
        ("a: 1\npasswords:\n- abc\n- def\nb: 2\n", "a: 1\npasswords:\n- *\n- *\nb: 2\n"),
        ("a: 1\npassword: !!str abc\n? api key\n: abc\n", "a: 1\npassword: *\n? api key\n: *\n"),
        ("a: é日\npassword: ü\nb: 2\n", "a: é日\npassword: *\nb: 2\n"),
        ("a: 1\r\npassword: abc\r\nb: 2\r\n", "a: 1\r\npassword: *\r\nb: 2\r\n"),
        ("kind: Secret\nmetadata:\n  name: x\ndata:\n  user: YWJj\n  tls.crt: |\n    YWJj\nstringData: {a: b}\n",
         "kind: Secret\nmetadata:\n  name: x\ndata:\n  user: *\n  tls.crt: *\nstringData: {a: *}\n"),
        ("password: a\npassword: b\nuser: bob\n", "password: *\npassword: *\nuser: bob\n"),
    ],
)  # fmt: skip
def test_values_of_secret_names_go(text, expected):
    """Nested, in lists of pairs, in blocks, quoted, aliased, in every document; all else keeps its bytes."""
    assert shown(text) == expected
    assert shown(expected.replace("*", '"[REDACTED:name.x]"')) == expected


@pytest.mark.parametrize(
    "text",
    [
        "one line: password",
        "Dear Bob,\n\nyour password: reset it\n",
        "a: 1\npassword_policy: strong\npasswordChanged: 2024-01-01\n",
        "a: 1\npassword: null\ntoken: ~\nsecret:\nb: true\n",
        "a: [1\npassword: abc\n",
        "kind: ConfigMap\ndata:\n  a: b\n",
        "a: 1\n%: x\n",
        "a: 1\nb: *unknown\n",
    ],
)
def test_other_texts_stay(text):
    """Prose, near-misses, and what the parser refuses: others look at it."""
    assert shown(text) == text


def test_depth_is_bounded():
    """A deeper document is no more to be kept than one of JSON."""
    deep = "".join(f"{'  ' * level}a:\n" for level in range(150))
    with pytest.raises(TooDeep):
        YAML.redact(f"{deep}{'  ' * 150}b: 1\n", sweep(), ())


def test_an_alias_is_not_expanded():
    """A thousand million laughs are a few lines."""
    lines = ["a0: &a0 x"] + [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 9)}]" for n in range(1, 12)]
    text = "\n".join([*lines, "password: abc", ""])
    assert shown(text).endswith("password: *\n")


@settings(max_examples=EXAMPLES)
@given(secrets, st.dictionaries(st.sampled_from(["id", "name", "note"]), st.text(max_size=20), min_size=2))
def test_whatever_a_writer_wrote_reads_the_same_but_for_the_secret(secret, others):
    """In any style that the writer chooses."""
    value = {"first": dict(others), "password": secret, "list": [{"name": "api_key", "value": secret}]}
    text = yaml.safe_dump(value, allow_unicode=True, sort_keys=False)
    kept = YAML.redact(text, sweep(), ())
    read = yaml.safe_load(kept)
    assert secret not in json.dumps(read)
    assert read["first"] == yaml.safe_load(text)["first"]
