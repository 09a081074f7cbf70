"""The scan of text."""

import json
import time
import timeit
import urllib.parse

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from captured_exchanges.redaction.marker import is_marker
from captured_exchanges.redaction.names.names import Names
from captured_exchanges.redaction.text.text import MAX_DEPTH, Text
from captured_exchanges.redaction.values.families import Families
from support.examples import EXAMPLES
from support.redaction_exchanges import fresh_secret, secrets, survives, sweep

TEXT = Text(Names(), Families())


def scanned(text):
    return TEXT.scan(text, sweep(), ())


def test_json_inside_a_text_is_walked():
    """And written again only where something went."""
    assert scanned('{ "a": 1 }') == '{ "a": 1 }'
    assert json.loads(scanned('{"a": 1, "password": "x"}')) == {
        "a": 1,
        "password": "[REDACTED:name.password]",
    }


def test_encodings_inside_encodings_are_followed_to_a_depth():
    """Beyond it the text goes as a whole."""
    secret = fresh_secret()
    text = f"password={secret}"
    for _ in range(MAX_DEPTH - 2):
        text = urllib.parse.quote(text, safe="").replace("-", "%2D")
    assert not survives(secret, scanned(f"x={text}").encode())
    for _ in range(2 * MAX_DEPTH):
        text = urllib.parse.quote(text, safe="")
    assert not survives(secret, scanned(f"x={text}").encode())


def test_where_nothing_is_hidden_encodings_stay():
    """Only what had to be decoded is."""
    assert scanned("see https://x.test/?q=a%20b%2Dc and %41") == "see https://x.test/?q=a%20b%2Dc and %41"


def test_lone_surrogates_become_question_marks():
    """A text is always fit to be stored."""
    assert scanned("a\ud800b") == "a?b"


def test_a_name_that_is_a_secret_is_not_clean():
    """Keys are scanned like values, and remembered."""
    assert TEXT.is_clean("password")
    assert not TEXT.is_clean(f"ghp_{fresh_secret(length=36)}")


@settings(max_examples=EXAMPLES)
@given(
    st.lists(
        st.text(max_size=30) | st.sampled_from(["password=1", "Bearer abcDEF123", "x", "é" * 9]), max_size=20
    )
)
def test_suspects_are_found_together_as_they_are_alone(texts):
    """One pass over many texts misses none that a pass over each would find."""
    alone = {text for text in texts if TEXT.suspicious(text)}
    assert alone <= TEXT.suspects(texts)


@pytest.mark.parametrize(
    ("before", "after"), [("failed: ", " (see log)"), ("a\n", "\nb"), ("<", ">"), ("x{", "")]
)
def test_json_in_the_middle_of_a_text_is_walked(before, after):
    """Wherever it begins and ends; what is around it stays."""
    text = f'{before}[{{"name": "password", "value": "abc"}}]{after}'
    assert scanned(text) == f'{before}[{{"name":"password","value":"[REDACTED:name.password]"}}]{after}'
    calm = f'{before}[{{"name": "secretary", "value": "abc"}}]{after}'
    assert scanned(calm) == calm


@settings(max_examples=EXAMPLES)
@given(secrets)
def test_a_url_with_quotes_in_its_password_is_still_a_url(secret):
    """In running text a quote ends most URLs, but no password."""
    assert not survives(secret, scanned(f"no postgres://bob:a\"'{secret}@db/x here").encode())


def test_userinfo_in_running_text_gets_a_marker():
    """The host and what follows stay."""
    kept = scanned("cannot reach https://bob:abcdefgh@x.test:443/y (refused)")
    assert kept.startswith("cannot reach https://bob:%5BREDACTED:url.userinfo:")
    assert kept.endswith("%5D@x.test:443/y (refused)")


@pytest.mark.parametrize("text", ["", "plain", "a b c", "[REDACTED:name.password]"])
def test_calm_texts_are_returned_at_once(text):
    """Nothing is decoded, split or copied."""
    assert scanned(text) == text
    assert is_marker(scanned("[REDACTED:name.password]"))


def test_a_line_begins_and_ends_with_each_of_many_texts():
    """They are searched as one, and some patterns ask for a whole line."""
    told = f"AUTH {fresh_secret()}"
    assert TEXT.suspects(["alice", told, "bob", ""]) == {told}


def test_a_hit_costs_no_more_than_the_pass_that_finds_it():
    """The automaton fits into its memory: else each hit costs as much as a hundred kilobytes without one."""
    calm = "a line of prose\n" * 6_000
    hits = calm + "password\n" * 20

    def seconds(text):
        return min(timeit.repeat(lambda: TEXT.spots(text), number=1, repeat=5, timer=time.thread_time))

    assert seconds(hits) < 10 * seconds(calm)
