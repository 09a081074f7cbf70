"""Markers."""

from hypothesis import given, settings
from hypothesis import strategies as st

from captured_exchanges.redaction.marker import MARKER, Marker, is_marker
from captured_exchanges.redaction.patterns import compiled
from support.examples import EXAMPLES


def test_equal_secrets_show_equal_tags_within_one_process_only():
    """Tags correlate within a run, and say nothing in another."""
    one, other = Marker(), Marker()
    assert one.mark("name.password", "a long secret") == one.mark("name.password", b"a long secret")
    assert one.mark("name.password", "a long secret") != one.mark("name.password", "another secret")
    tags = {Marker().mark("registered", "a long secret") for _ in range(8)}
    assert len(tags) > 1
    assert other.mark("name.password", "a long secret").startswith("[REDACTED:name.password:")


def test_a_short_value_gets_no_tag():
    """Of short values there are too few: a tag could be guessed back."""
    assert Marker().mark("name.pin", "1234567") == "[REDACTED:name.pin]"


@settings(max_examples=EXAMPLES)
@given(st.sampled_from(["name.password", "header.x-api-key", "registered", "url.path", "depth"]), st.text())
def test_every_marker_is_known_as_one(rule, value):
    """What is made here is recognised here, and holds nothing of the value but a tag."""
    marker = Marker().mark(rule, value)
    assert is_marker(marker)
    assert compiled(MARKER).fullmatch(marker) is not None


def test_what_only_looks_like_a_marker_is_none():
    """A value cannot hide behind brackets."""
    assert not is_marker("[REDACTED:hunter7hunter7]")
    assert not is_marker("[REDACTED:name.password:0123ab] and more")
    assert not is_marker("[REDACTED:name.password:notahex]")
