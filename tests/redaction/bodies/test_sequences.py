"""Several JSON documents in one body."""

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from captured_exchanges.redaction.bodies.sequences import Sequences
from captured_exchanges.redaction.marker import MARKER
from captured_exchanges.redaction.patterns import compiled
from support.examples import EXAMPLES
from support.redaction_readers import JSON_BODIES, piece

SEQUENCES = Sequences(JSON_BODIES)
TAGGED = compiled(MARKER)


def shown(text, **options):
    content = SEQUENCES.read(piece(text, **options))
    return None if content is None else TAGGED.sub(lambda _: "*", content["value"])


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ('{"a": 1}\n{"password":"x","b":2}\n[1, 2]', '{"a":1}\n{"password":"*","b":2}\n[1, 2]'),
        ('{"a":1}\r\n\r\n{"b":"token=abc"}\r\n', '{"a":1}\r\n\r\n{"b":"token=*"}'),
        ('\x1e{"a":1}\n\x1e{"secret":"x"}\n', '\x1e{"a":1}\n\x1e{"secret":"*"}'),
        ('{"a":1}{"secret":"x"} [3]', '{"a":1}{"secret":"*"} [3]'),
        ('{"a":\n1}\n{"secret":\n"x"}', '{"a":1}\n{"secret":"*"}'),
        ('{"a":1},\n{"secret":"x"}', '{"a":1},\n{"secret":"*"}'),
        ('{"a":1}\nplain password=abc\n{"b":2}', '{"a":1}\nplain password=*\n{"b":2}'),
        ('{"a":1}\n{"secret":"x",}\n{"b":2}', '{"a":1}\n{"secret":"*"}\n{"b":2}'),
        ('{"a":1}\n{"secret" "x"}\n{"b":2}', '{"a":1}\n*\n{"b":2}'),
        ('{"a":1}\n[INFO] hello', '{"a":1}\n[INFO] hello'),
    ],
)
def test_each_document_is_redacted(text, expected):
    """Lines, text sequences, and one after another; a broken one goes alone."""
    assert shown(text) == expected
    assert shown(expected.replace("*", "[REDACTED:name.x]").replace("n\n[R", 'n\n"[R')) is not None


@pytest.mark.parametrize("text", ['{"a":1}', "a\nb", '{\n"a":1}', "[1]", '{"a":1,}', "{a}\n{b}", "", "\x1e"])
def test_one_document_is_no_sequence(text):
    """Nor is what does not begin with one."""
    assert shown(text) is None


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ('{"a":1}\n{"b":2,"c":"hal', '{"a":1}\n{"b":2}'),
        ('{"a":1}\n{"secret":"hal', '{"a":1}\n{}'),
        ('{"a":1}\n{"b":2}\nghp_hal', '{"a":1}\n{"b":2}\n'),
        ('{"a":1}{"b":2,"c', '{"a":1}{"b":2}'),
    ],
)
def test_of_the_last_one_that_is_kept_which_is_whole(text, expected):
    """The cut may have split a secret."""
    assert shown(text, is_cut=True) == expected


@settings(max_examples=EXAMPLES)
@given(st.lists(st.dictionaries(st.sampled_from(["id", "name"]), st.text()), min_size=2, max_size=5))
def test_what_holds_no_secret_stays_as_it_is(documents):
    """To the byte, where it is spelled as we would."""
    lines = "\n".join(
        json.dumps(document, ensure_ascii=False, separators=(",", ":")) for document in documents
    )
    read = SEQUENCES.read(piece(lines))
    if "\\" not in lines and "REDACTED" not in read["value"] and lines.isprintable():
        assert read["value"] == lines
