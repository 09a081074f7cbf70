# ruff: noqa: E501 - a case is a line
"""Raw HTTP messages."""

import pytest

from captured_exchanges.redaction.bodies.bodies import Bodies
from captured_exchanges.redaction.bodies.decoding import NotUnderstood
from captured_exchanges.redaction.bodies.messages import Messages, header_pairs
from captured_exchanges.redaction.marker import MARKER
from captured_exchanges.redaction.patterns import compiled
from captured_exchanges.redaction.transports.headers import Headers
from support.redaction_readers import TEXT, piece

HEADERS = Headers(TEXT.names, TEXT)
BODIES = Bodies(TEXT, headers=HEADERS, max_decoded_bytes=1 << 20, max_text_bytes=1 << 18)
MESSAGES = Messages(TEXT, HEADERS, BODIES._text)
TAGGED = compiled(MARKER)


def shown(text):
    content = MESSAGES.read(piece(text))
    return None if content is None else TAGGED.sub(lambda _: "*", content["value"])


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (
            'POST /x?token=abc&a=1 HTTP/1.1\r\nHost: y\r\nAuthorization: Basic abc\r\n\r\n{"pin":"abc","a":1}',
            'POST /x?token=*&a=1 HTTP/1.1\r\nHost: y\r\nAuthorization: Basic *\r\n\r\n{"pin":"*","a":1}',
        ),
        (
            "HTTP/1.1 200 OK\nSet-Cookie: sid=abc; Path=/\n\nhello",
            "HTTP/1.1 200 OK\nSet-Cookie: sid=*; Path=/\n\nhello",
        ),
        (
            "PUT /x HTTP/1.1\nContent-Type: application/x-www-form-urlencoded\n\na=1&password=abc",
            "PUT /x HTTP/1.1\nContent-Type: application/x-www-form-urlencoded\n\na=1&password=*",
        ),
        ("GET /users\nX-Api-Key: abc\n", "GET /users\nX-Api-Key: *\n"),
        ("GET / HTTP/1.1\nA: b\n c\n\n", "GET / HTTP/1.1\nA: b c\n\n"),
        ("GET /a b", None),
        ("GET /a", None),
        ("Get well soon\nBob: yes", None),
        ("POST office\nwith prose", None),
        ("HTTP/1.1 is old", None),
    ],
)
def test_a_message_is_redacted_part_by_part(text, expected):
    """Target, headers and body, each by its own rules; prose is no message."""
    assert shown(text) == expected
    if expected is not None:
        assert shown(expected.replace("*", "[REDACTED:header.x]")) == expected


def test_a_body_that_cannot_be_read_is_not_passed():
    """The message goes with it."""
    with pytest.raises(NotUnderstood):
        MESSAGES.read(piece('POST / HTTP/1.1\nA: b\n\n{"password" "abc"}'))


def test_headers_are_read_or_refused():
    """Continued lines are joined; what is no header makes none of them one."""
    assert header_pairs("A: b\r\n  c\r\nD:e") == (("A", "b c"), ("D", "e"))
    assert header_pairs("a b: c") is None
    assert header_pairs("no header") is None
    assert header_pairs("A: b\n" * 1_000) is None
    assert header_pairs("") == ()
