"""Where values end that take several lines."""

import pytest

from captured_exchanges.redaction.text.extents import end_of_block, end_of_heredoc, end_of_triple


@pytest.mark.parametrize(
    ("text", "rest"),
    [
        ("a:\n  b\n  c\nd: 1", "\nd: 1"),
        ("a: |\n  b\n\n  c\n\nd: 1", "\n\nd: 1"),
        ("x:\n  a:\n    b\n  c: 1", "\n  c: 1"),
        ("a:\n- b\n- c\nd: 1", "\nd: 1"),
        ("- a:\n    b\n- c: 1", "\n- c: 1"),
        ("a: >-2 # note\n  b", ""),
        ("a:\nb: 1", "\nb: 1"),
        ("a: | b\nc: 1", " | b\nc: 1"),
    ],
)
def test_a_block_ends_before_what_is_not_deeper(text, rest):
    """Blanks between its lines are its own, those after it are not; a list may stand right below its name."""
    name, colon = text.index("a:"), text.index("a:") + 2
    start = colon + (text[colon : colon + 1] == " " and "b\nc" not in text[:8])
    end = end_of_block(text, name, start)
    assert text[end:] == rest or (end == start and rest.endswith(text[start:]))


@pytest.mark.parametrize(
    ("text", "end"),
    [("<<EOF\na\nEOF\nb", 7), ("<<-'X'\n a\n  X\n", 9), ("<<EOF\nnever", 11), ("<< 5", 0), ("<b>", 0)],
)
def test_a_document_ends_before_its_word(text, end):
    """Indented or not; with the text where the word never comes."""
    assert end_of_heredoc(text, 0) == end


def test_three_quotes_end_with_three():
    """Lines and single quotes in between."""
    text = '"""a\n"b" c""" d'
    assert text[end_of_triple(text, 1, '"') :] == '" d'
    assert end_of_triple('"""a', 1, '"') == 4
