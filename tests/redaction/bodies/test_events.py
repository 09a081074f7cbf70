"""Server-Sent Events."""

import pytest

from captured_exchanges.redaction.bodies.events import Events
from captured_exchanges.redaction.marker import MARKER
from captured_exchanges.redaction.patterns import compiled
from support.redaction_readers import JSON_BODIES, TEXT, piece

EVENTS = Events(TEXT, JSON_BODIES)
TAGGED = compiled(MARKER)


def shown(text, **options):
    content = EVENTS.read(piece(text, **options))
    return None if content is None else TAGGED.sub(lambda _: "*", content["value"])


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (
            'event: user\nid: 7\ndata: {"id":1,"token":"x"}\n\n',
            'event: user\nid: 7\ndata: {"id":1,"token":"*"}\n\n',
        ),
        ('data: {"id":1}\r\n\r\ndata:{"secret":"x"}\r\n', 'data: {"id":1}\r\n\r\ndata: {"secret":"*"}\n'),
        ('data: {"id":1,\ndata: "secret":"x"}\n\n', 'data: {"id":1,"secret":"*"}\n\n'),
        ("data: password=abc\ndata: more\n", "data: password=*\ndata: more\n"),
        ('data: {"a":1}\n\ndata: [DONE]\n\n', 'data: {"a":1}\n\ndata: [DONE]\n\n'),
        ('data: {"secret" "x"}\n', "data: *\n"),
        (": token=abc\ndata: x\nretry: 10\n", ": token=*\ndata: x\nretry: 10\n"),
    ],
)
def test_the_data_of_each_event_is_a_body(text, expected):
    """JSON over several lines too; all else is text."""
    assert shown(text) == expected
    again = expected.replace("*", "[REDACTED:name.x]")
    assert shown(again) == expected


@pytest.mark.parametrize("text", ["", "data", "id: 1\nname: bob\n", "event: x\n\n", "data: 1\nother: 2\n"])
def test_other_lines_make_no_events(text):
    """Not one of them may be of another kind, and one must have data."""
    assert shown(text) is None


def test_the_last_line_of_a_cut_stream_is_left_out():
    """It may end in half a secret."""
    assert shown('data: {"a":1}\n\ndata: ghp_half', is_cut=True) == 'data: {"a":1}\n'
