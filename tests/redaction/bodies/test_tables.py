"""Tables in text."""

import csv
import io

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from captured_exchanges.redaction.bodies.tables import Tables
from captured_exchanges.redaction.marker import MARKER
from captured_exchanges.redaction.patterns import compiled
from support.examples import EXAMPLES
from support.redaction_exchanges import secrets
from support.redaction_readers import TEXT, piece

TABLES = Tables(TEXT)
TAGGED = compiled(MARKER)


def shown(text, **options):
    content = TABLES.read(piece(text, **options))
    return None if content is None else TAGGED.sub(lambda _: "*", content["value"])


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("id,name,password\n1,bob,abc\n2,al,d e\n", "id,name,password\n1,bob,*\n2,al,*\n"),
        ("id;api key;n\r\n1;abc;2\r\n1;;2\r\n", "id;api key;n\r\n1;*;2\r\n1;;2\r\n"),
        ("id\tclientSecret\n1\tabc\n", "id\tclientSecret\n1\t*\n"),
        ("id|token|n\n1|abc|x\n", "id|token|n\n1|*|x\n"),
        ('"id","password"\n"1","a ""b"", c"\n', '"id","password"\n"1","*"\n'),
        ('id,password\n1,"two\nlines"\n2,x', 'id,password\n1,"*"\n2,*'),
        (
            "Export of May\n# 2 users\n\nid,pin,n\n1,1234,x\n2,99,y\n",
            "Export of May\n# 2 users\n\nid,pin,n\n1,*,x\n2,*,y\n",
        ),
        ("#id,password\n1,abc\n", "#id,password\n1,*\n"),
        ("id,password,hash,n\n1,abc,def,g\n", "id,password,hash,n\n1,*,*,g\n"),
        ("name,value\npassword,abc\nuser,bob\n", "name,value\npassword,*\nuser,bob\n"),
        (
            "id,key,value,n\n1,api_key,abc,2\n2,color,red,3\n",
            "id,key,value,n\n1,api_key,*,2\n2,color,red,3\n",
        ),
        ("user,bob\npassword,abc\n", "user,bob\npassword,*\n"),
        ("id,password,note\n1,Smith, John,abc\n2,x,y\n3,z,w\n", "id,password,note\n1,*,*,*\n2,*,y\n3,*,w\n"),
        (
            "id,name,password,n\n1,abc,2\n1,bob,abc,2\n1,bob,abc,2\n",
            "id,name,password,n\n1,*,*\n1,bob,*,2\n1,bob,*,2\n",
        ),
        ('id,password\n1,"never closed\n2,abc\n3,d', 'id,password\n1,"*"'),
        ("id,password\n1,abc\n2,token=def\n3,x", "id,password\n1,*\n2,*\n3,*"),
        ("id,note,pin\n1,token=def,4\n", "id,note,pin\n1,token=*,*\n"),
        ('id,note,pin\n1,"a"token=def,4\n', 'id,note,pin\n1,"a""token=*",*\n'),
    ],
)
def test_cells_of_secret_columns_go(text, expected):
    """In every fashion, and the rest keeps its bytes."""
    assert shown(text) == expected
    assert shown(expected.replace("*", "[REDACTED:name.x]")) == expected


def test_one_column_is_a_table_where_the_label_says_so():
    """In any other text a first line is but a line."""
    assert shown("password\nabc\ndef\n", media_type="text/csv") == "password\n*\n*\n"
    assert shown("password\nabc\ndef\n") is None


@pytest.mark.parametrize(
    "text",
    [
        "id,name\n1,bob\n2,al\n",
        "id,role\n1,secret\n2,admin\n",
        "id,passwordChanged,author\n1,2,3\n",
        "Hello Bob, your password, please\nchange it soon, or else\nthanks",
        "one line, password",
        "id,next_page_token\n1,abc\n",
        "grant,scope\nclient_credentials,token\nimplicit,x\n",
        "",
        "\n\n",
    ],
)
def test_other_texts_are_no_concern_of_tables(text):
    """Prose with commas, and tables without a secret."""
    assert shown(text) is None


def test_a_line_that_was_cut_is_left_out():
    """Its last cell may be half a secret under whatever name."""
    assert shown("id,password\n1,abc\n2,d\n3,ab", is_cut=True) == "id,password\n1,*\n2,*\n"


@settings(max_examples=EXAMPLES)
@given(
    secrets,
    st.lists(st.text(st.characters(codec="utf-8", exclude_characters="\0")), min_size=2, max_size=4),
    st.sampled_from([",", ";", "\t", "|"]),
    st.sampled_from([csv.QUOTE_ALL, csv.QUOTE_MINIMAL]),
)
def test_what_a_writer_wrote_comes_back_but_for_the_secret(secret, cells, delimiter, quoting):
    """Whatever stands in the other cells."""
    buffer = io.StringIO()
    writer = csv.writer(buffer, delimiter=delimiter, quoting=quoting)
    header = [*(f"column{at}" for at in range(len(cells))), "password"]
    writer.writerows([header, [*cells, secret], [*cells, secret]])
    kept = TABLES.read(piece(buffer.getvalue()))["value"]
    assert secret not in kept
    rows = list(csv.reader(io.StringIO(kept, newline=""), delimiter=delimiter))
    if not any("REDACTED" in cell for cell in rows[1][:-1]):
        assert rows[1][:-1] == cells
