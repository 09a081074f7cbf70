"""Paths into JSON bodies."""

from contextlib import suppress

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from captured_exchanges.redaction.adjustments.paths import BadPath, JsonPath, Paths, inside_body
from support.examples import EXAMPLES

LEADS = [
    ("$", (), True),
    ("$", ("a",), False),
    ("$.a", ("a",), True),
    ("$.a", ("b",), False),
    ("$.a.b", ("a", "b"), True),
    ("$['a b'].c", ("a b", "c"), True),
    ('$["a.b"]', ("a.b",), True),
    (r"$['it\'s']", ("it's",), True),
    ("$.a-b_c1", ("a-b_c1",), True),
    ("$.größe", ("größe",), True),
    ("$.users[0]", ("users", 0), True),
    ("$.users[0]", ("users", "0"), False),
    ("$['0']", (0,), False),
    ("$.users[*].ssn", ("users", 17, "ssn"), True),
    ("$.users.*.ssn", ("users", "bob", "ssn"), True),
    ("$.users[*].ssn", ("users", 17, "x", "ssn"), False),
    ("$..ssn", ("ssn",), True),
    ("$..ssn", ("a", 1, "b", "ssn"), True),
    ("$..ssn", ("ssn", "x"), False),
    ("$.a..b[0]", ("a", "c", "b", 0), True),
    ("$.a..b[0]", ("c", "b", 0), False),
    ("$..*", ("a", 0), True),
    ("$..a..a", ("a", "x", "a"), True),
    ("$..a..a", ("a",), False),
    ("$..[1]", ("a", 1), True),
]


@pytest.mark.parametrize(("path", "place", "leads"), LEADS)
def test_a_path_leads_where_it_says(path, place, leads):
    """Members, elements, wildcards, descendants."""
    assert Paths([JsonPath.parsed(path)]).lead_to(("body", "value", *place)) is leads


@pytest.mark.parametrize(
    ("path", "says"),
    [
        ("", "begins with"), ("users", "begins with"), ("$users", "character 2"), ("$.", "character 2"),
        ("$.a[-1]", "character 4"), ("$.a[1:2]", "character 4"), ("$.a[?(@.b)]", "character 4"),
        ("$.a['b','c']", "character 4"), ("$...a", "character 2"), ("$.a.['b']", "character 4"),
        ("$.a b", "character 4"), ("$['a]", "character 2"), ("$.a[01]", "character 4"),
        ("$" + ".a" * 33, "steps"), ("$." + "a" * 600, "longer"),
    ],
)  # fmt: skip
def test_what_is_no_path_is_told_from_where_on(path, says):
    """The message names the character and quotes nothing."""
    with pytest.raises(BadPath, match=says):
        JsonPath.parsed(path)


def test_several_are_followed_at_once():
    """Any of them may lead to a place."""
    paths = Paths(map(JsonPath.parsed, ["$.a.b", "$..c"]))
    assert [paths.lead_to(("body", "value", *place)) for place in (("a", "b"), ("a", "c"), ("a",))] == [
        True,
        True,
        False,
    ]


def test_the_root_is_the_body():
    """Of the whole, or of a part; nothing outside of it is reached."""
    assert inside_body(("body", "value", "a", 0)) == ("a", 0)
    assert inside_body(("body", "parts", 2, "body", "parts", 0, "body", "value", "a")) == ("a",)
    assert inside_body(("headers", 3)) is None
    assert not Paths([JsonPath.parsed("$..*")]).lead_to(("url",))


@settings(max_examples=EXAMPLES)
@given(st.text(max_size=40))
def test_any_text_is_a_path_or_none(text):
    """Nothing else is raised."""
    with suppress(BadPath):
        assert len(JsonPath.parsed("$" + text).steps) <= len(text)
