"""Pieces of a text, removed or scanned."""

import pytest

from captured_exchanges.redaction.markup.pieces import How, Piece, Rewriter
from support.redaction_exchanges import sweep


def _scan(text, _sweep, _path, _depth):
    return text.replace("secret", "***")


def _url(text, _sweep, _path, _depth):
    return text.replace("secret", "url")


def _cut(text, _sweep, _path, _depth):
    return text.replace("secret", "cut")


def rewritten(text, *pieces, one=None, cut=0):
    return Rewriter(text, _scan, _url, _cut, one or sweep(), ("x",), 0, cut).rewritten(list(pieces))


@pytest.mark.parametrize(
    ("text", "piece", "expected"),
    [
        ("a secret b", Piece(2, 8), "a *** b"),
        ("a &amp; s&#101;cret", Piece(2, 19), "a &amp; ***"),
        ("a &amp; b", Piece(2, 9), "a &amp; b"),
        ("s&#101;cret", Piece(0, 11, how=How.BARE), "s&#101;cret"),
        ("secret &lt;", Piece(0, 11, how=How.TEXT), "*** &lt;"),
        ("secret &quot;", Piece(0, 13, how=How.ATTRIBUTE), "*** &quot;"),
        ("secret", Piece(0, 6, how=How.URL), "url"),
        ("a hunter b", Piece(2, 8, "name.x"), "a [REDACTED:name.x] b"),
        ("[REDACTED:name.x]", Piece(0, 17, "name.y"), "[REDACTED:name.x]"),
    ],
)
def test_a_piece_is_written_as_it_is_quoted(text, piece, expected):
    """References are read, and written again where something changed; all else stays as it is."""
    assert rewritten(text, piece) == expected


def test_what_goes_as_a_whole_is_told_once():
    """Whatever in it would have gone by itself."""
    one = sweep()
    text = "secret hunter secret"
    kept = rewritten(text, Piece(0, 6), Piece(7, 13, "name.a"), Piece(0, 20, "name.b"), Piece(7, 13), one=one)
    assert kept.startswith("[REDACTED:name.b:")
    assert one.redactions() == [{"path": "/x", "rule": "name.b"}]
    assert list(one.learned) == [text]


def test_a_scan_that_overlaps_what_goes_is_dropped():
    """What is left of it cannot be read alone."""
    assert rewritten("ab secret", Piece(3, 9), Piece(0, 4, "name.a")) == "[REDACTED:name.a]ecret"
    assert rewritten("secret", Piece(0, 6), Piece(0, 3)) == "***"


def test_the_piece_at_the_cut_is_read_as_cut():
    """Its end is missing."""
    assert rewritten("secret secret", Piece(0, 6), Piece(7, 13), cut=13) == "*** cut"


def test_what_was_said_before_may_make_a_secret():
    """Where the two together lose something that neither would alone."""
    assert rewritten("sec<b>ret</b>", Piece(6, 9, before="sec")) == "sec<b>ret</b>"
    kept = rewritten("is: <b>my secret</b>", Piece(7, 16, before="the "))
    assert kept == "is: <b>my ***</b>"
