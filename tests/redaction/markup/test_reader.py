# ruff: noqa: E501 - a case is a line
"""The reader of markup."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from captured_exchanges.redaction.markup.reader import Kind, attributes, gaps, read
from support.examples import EXAMPLES


def pieces(text):
    return [(token.kind.name, text[token.start : token.end], token.name) for token in read(text)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a<b>c</b>", [("TEXT", "a", ""), ("OPEN", "", "b"), ("TEXT", "c", ""), ("CLOSE", ">", "b")]),
        ("<x:a b='>' c=\"<\"/>", [("OPEN", " b='>' c=\"<\"/", "x:a")]),
        ("<a <b>", [("OPEN", " ", "a"), ("OPEN", "", "b")]),
        ("<a b='c", [("OPEN", " b='c", "a")]),
        ("<![CDATA[<a>]]>x", [("CDATA", "<a>", ""), ("TEXT", "x", "")]),
        ("<![CDATA[<a>", [("CDATA", "<a>", "")]),
        ("<!-- <a> -->", [("OTHER", " <a> -->", "")]),
        ("<?x <a> ?>", [("OTHER", "x <a> ?>", "")]),
        ("<!DOCTYPE a [<!ENTITY b ']>'>]>c", [("DECLARATION", "CTYPE a [<!ENTITY b ']>'>]>", ""), ("TEXT", "c", "")]),
        ("<script>a<b</script>", [("OPEN", "", "script"), ("OTHER", "a<b", ""), ("CLOSE", ">", "script")]),
        ("<script/><a>", [("OPEN", "/", "script"), ("OPEN", "", "a")]),
        ("<style>a<b", [("OPEN", "", "style"), ("OTHER", "a<b", "")]),
        ("1 < 2 <3 <https://x/> <a:>", [("TEXT", "1 < 2 <3 <https://x/> <a:>", "")]),
        ("<密码>x", [("OPEN", "", "密码"), ("TEXT", "x", "")]),
        ("<é b=ü>", [("OPEN", " b=ü", "é")]),
        ("", []),
    ],
)  # fmt: skip
def test_markup_is_told_from_text(text, expected):
    """Tags, text, CDATA and the rest, whole or cut, in any alphabet."""
    assert pieces(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("<a b='1' c = \"2\" d=3 e>", [("b", "1"), ("c", "2"), ("d", "3"), ("e", "")]),
        ("<a b='1", [("b", "1")]),
        ('<a b=it\'s c="">', [("b", "it's"), ("c", "")]),
        ('<a b=\\"1 2\\" c=\\\\"3\\\\">', [("b", "1 2"), ("c", "3")]),
        ("<a x:b='1'c='2'/>", [("x:b", "1"), ("c", "2")]),
        ("<a =b>", [("=b", "")]),
        ("<a b='x<y' c=\"<=>\">", [("b", "x<y"), ("c", "<=>")]),
        ("<a b='x<y=' c='x y='>", [("b", "x<y="), ("c", "x y=")]),
        ("<a b='x<y z=", [("b", "x<y z=")]),
        ("<a b='x><c d='2'>", [("b", "x")]),
        ('<a b="x><c d="2">', [("b", "x")]),
    ],
)
def test_attributes_are_told_however_they_are_quoted(text, expected):
    """Names as they stand, values without their quotes."""
    token = next(read(text))
    found = [(one.name, text[one.start : one.end]) for one in attributes(text, token)]
    assert found == expected


def test_what_is_no_value_of_an_attribute_is_told_too():
    """Names, and the rest of a sentence in angle brackets, with its first word."""
    text = "<CREATE USER bob b=c BY 'x'>"
    token = next(read(text))
    assert [text[start:end] for start, end in gaps(text, token)] == [" USER bob ", "b", " BY 'x'"]
    sentence = "<CREATE USER bob>"
    assert [sentence[start:end] for start, end in gaps(sentence, next(read(sentence)))] == ["CREATE USER bob"]


@settings(max_examples=EXAMPLES)
@given(
    st.lists(st.sampled_from(["<", ">", "a", "/", "!", "?", "-", "[", "]", "'", '"', "=", " ", "é", "CDATA", "script"]))
    .map("".join)
    .flatmap(lambda text: st.just(text) | st.text().map(lambda other: text + other))
)  # fmt: skip
def test_tokens_are_all_of_a_text(text):
    """In order, without a gap or an overlap, whatever the text."""
    done = 0
    for token in read(text):
        assert token.outer == done
        assert token.outer <= token.start <= token.end <= token.after
        assert token.kind is not Kind.TEXT or text[token.start : token.end]
        done = token.after
    assert done == len(text)
