# ruff: noqa: E501 - a row of a table is a line
"""What a file is, told by looking."""

import pytest

from captured_exchanges.cli.sample_kinds import kind_of

KINDS = [
    ('{"log": {"entries": []}}', "har"), ('{"log": "x"}', "json"), ("[1]", "json"), ('{"a":', "json"),
    ('\ufeff{"a": 1}', "json"), ('{"a":1}\n{"b":2}', "ndjson"), ('{"a":1}\n\n{"b":2}\n{"c', "ndjson"),
    ("GET / HTTP/1.1\nHost: x", "http"), ("HTTP/2 200\r\n", "http"), ("* Trying\n> GET /x HTTP/1.1\n", "http"),
    ("SELECT 1", "sql"), ("-- why\ninsert into a values (1)", "sql"), ("/* x */ with a as (select 1) select 2", "sql"),
    ("a=1&b=2", "form"), ("token=abc\n", "form"), ("selecting", "text"), ("hello world", "text"), ("", "text"),
    ("GET well soon", "text"), ("<a>b</a>", "text"),
]  # fmt: skip


@pytest.mark.parametrize(("text", "kind"), KINDS)
def test_a_kind_is_told_by_looking(text, kind):
    """Whatever the file is called."""
    assert kind_of("-", text.encode()) == kind_of("x.txt", text.encode()) == kind


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("a.har", "har"),
        ("a.SQL", "sql"),
        ("a.ndjson", "ndjson"),
        ("a.jsonl", "ndjson"),
        ("a.http", "http"),
        ("a.json", "text"),
    ],
)
def test_a_name_may_say_it(name, kind):
    """Where it can mean but one thing."""
    assert kind_of(name, b"hello") == kind


def test_bytes_that_are_no_text_are_text():
    """Which is then left out as binary."""
    assert kind_of("-", b"\xff\xfe\x00") == "text"
