"""Foreign text in colours."""

import time

from captured_exchanges.cli.painting import json_lines, labelled, marked, text_lines


def _spans(text):
    return {(text.plain[span.start : span.end], str(span.style)) for span in text.spans}


def test_markers_stand_out():
    """Every redaction marker in a line is painted as one."""
    text = marked("Bearer [REDACTED:header.authorization:ab12cd] and [REDACTED:x]")
    assert _spans(text) == {
        ("[REDACTED:header.authorization:ab12cd]", "bold black on yellow"),
        ("[REDACTED:x]", "bold black on yellow"),
    }


def test_a_marker_without_its_end_is_painted_to_the_end():
    """A cut marker neither hangs nor hides."""
    assert _spans(marked("x [REDACTED:cut")) == {("[REDACTED:cut", "bold black on yellow")}


def test_keys_are_painted_and_only_keys():
    """A key ends at its closing quote, whatever it holds; a string in an array is no key."""
    texts = list(json_lines({'a"b\\': ["not: a key", '": neither']}))
    assert [_spans(text) for text in texts] == [
        set(),
        {('"a\\"b\\\\"', "cyan")},
        set(),
        set(),
        set(),
        set(),
    ]


def test_foreign_text_is_printable_and_never_markup():
    """Brackets are text, control characters are escapes, in every helper."""
    evil = "[bold]\x1b[31m\u202e"
    for text in (marked(evil), labelled("x", evil), *text_lines(evil), *json_lines(evil)):
        assert text.plain.isprintable()
        assert "[bold]" in text.plain


def test_running_text_keeps_its_lines():
    """Lines of a text body stay lines."""
    assert [text.plain for text in text_lines("a\r\nb\n")] == ["a", "b", ""]


def test_a_key_of_megabytes_costs_no_time():
    """Finding the end of a key reads it once, however many quotes it holds."""
    started = time.monotonic()
    texts = list(json_lines({'"\\' * 300_000: 1}))
    assert time.monotonic() - started < 5
    assert len(texts[1].spans) == 1
