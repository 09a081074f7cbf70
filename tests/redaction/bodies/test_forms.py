"""Forms."""

import urllib.parse

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from captured_exchanges.redaction.bodies.forms import Forms, looks_like_form
from captured_exchanges.redaction.marker import MARKER
from captured_exchanges.redaction.names.names import Names
from captured_exchanges.redaction.patterns import compiled
from captured_exchanges.redaction.text.text import Text
from captured_exchanges.redaction.values.families import Families
from support.examples import EXAMPLES
from support.redaction_exchanges import sweep

FORMS = Forms(Text(Names(), Families()))
TAGGED = compiled(MARKER)


def shown(text, **options):
    return [
        [TAGGED.sub(lambda _: "*", part) for part in pair]
        for pair in FORMS.redact(text, sweep(**options), ())
    ]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a=1&b=two+words&c=%C3%A9", [["a", "1"], ["b", "two words"], ["c", "é"]]),
        ("password=abc", [["password", "*"]]),
        ("user%5Bpassword%5D=abc&x", [["user[password]", "*"], ["x", ""]]),
        ("api+key=abc", [["api key", "*"]]),
        ("p%2561ssword=abc", [["p%61ssword", "*"]]),
        (
            "grant_type=password&client_id=cid&username=bob",
            [["grant_type", "password"], ["client_id", "cid"], ["username", "bob"]],
        ),
        ("code=abcdef&redirect_uri=x", [["code", "*"], ["redirect_uri", "x"]]),
        ("code=abcdef", [["code", "abcdef"]]),
        ("page_token=abc&a=1&a=2", [["page_token", "abc"], ["a", "1"], ["a", "2"]]),
        ("q=token%3Dabc", [["q", "token=*"]]),
        ("password=", [["password", ""]]),
        ("a+b=c+d&e+f&g+h==", [["a b", "c d"], ["e+f", ""], ["g+h", "="]]),
        ("", []),
    ],
)
def test_pairs_are_decoded_and_judged_by_name(text, expected):
    """In order, repeats kept; values of harmless names are scanned."""
    assert shown(text) == expected


def test_removals_are_told_by_the_place_of_the_pair():
    """Path and rule."""
    one = sweep()
    FORMS.redact("a=1&password=correct-horse", one, ("body", "value"))
    assert one.redactions() == [{"path": "/body/value/1/1", "rule": "name.password"}]
    assert list(one.learned) == ["correct-horse"]


@pytest.mark.parametrize("text", ["a=1", "a=1&b=2&", "a[b]=1&c", "grant_type=password&x=%20\n"])
def test_forms_are_told_by_their_looks(text):
    """Whatever they are labelled."""
    assert looks_like_form(text)


@pytest.mark.parametrize(
    "text",
    ["", "plain text", "a: b", '{"a":"b=c"}', "<a b=c>", "x = y", "a=1\nb=2", "aGVsbG8gaGVsbG8gaGVsbG8="],
)
def test_other_texts_are_no_forms(text):
    """Spaces, lines and other structure."""
    assert not looks_like_form(text)


@settings(max_examples=EXAMPLES)
@given(st.lists(st.tuples(st.text(min_size=1, max_size=8), st.text(max_size=8)), max_size=5))
def test_what_holds_no_secret_is_decoded_as_the_standard_library_does(pairs):
    """Names and values come back."""
    calm = [(f"x{name}", f"y{value}") for name, value in pairs]
    kept = FORMS.redact(urllib.parse.urlencode(calm), sweep(), ())
    assert len(kept) == len(calm)
    if not any("REDACTED" in part for pair in kept for part in pair):
        assert kept == [list(pair) for pair in calm]
