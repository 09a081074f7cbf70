"""Multipart bodies."""

import base64
import json

import orjson
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from captured_exchanges.exchange import Body
from captured_exchanges.redaction.bodies.bodies import Bodies
from captured_exchanges.redaction.bodies.decoding import NotUnderstood
from captured_exchanges.redaction.bodies.multipart import MAX_PARTS, boundary_of, split
from captured_exchanges.redaction.bodies.table import DEFAULT_BODIES, BodyTable
from captured_exchanges.redaction.transports.headers import Headers
from support.examples import EXAMPLES
from support.redaction_exchanges import fresh_secret, sweep
from support.redaction_readers import TEXT

LIMITS = {"max_decoded_bytes": 1 << 20, "max_text_bytes": 1 << 18}
BODIES = Bodies(TEXT, headers=Headers(TEXT.names, TEXT), **LIMITS)
FORM_DATA = "multipart/form-data; boundary=b"


def field(name, value, *, filename=None, extra=""):
    named = f'; filename="{filename}"' if filename else ""
    head = f'Content-Disposition: form-data; name="{name}"{named}\r\n{extra}'
    return head.encode() + b"\r\n" + (value if isinstance(value, bytes) else value.encode())


def joined(*parts, boundary=b"b", end=b"--\r\n"):
    mark = b"--" + boundary
    return b"".join(mark + b"\r\n" + part + b"\r\n" for part in parts) + mark + end


def rendered(data, content_type=FORM_DATA, *, state="complete", bodies=BODIES, one=None):
    result = bodies.render(Body(data, len(data), state), content_type, "", one or sweep())
    return json.loads(orjson.dumps(result.shape)), result.is_redacted


def values(shape):
    return [part["body"].get("value", part["body"].get("reason")) for part in shape["parts"]]


@pytest.mark.parametrize("content_type", [FORM_DATA, 'multipart/form-data; boundary="b"', "text/plain", ""])
def test_each_part_is_a_body_of_its_own(content_type):
    """JSON, a form, text and bytes; told by looking at them, and multipart by looking at it."""
    data = joined(
        field("user", "bob"),
        field("data", '{"id": 1, "token": "abc"}', extra="Content-Type: application/json\r\n"),
        field("form", "a=1&password=abc"),
        field("photo", b"\x89PNG\r\n\x1a\n\0\0\0", filename="me.png", extra="Content-Type: image/png\r\n"),
        field("note", "secret: none"),
    )
    shape, is_redacted = rendered(data, content_type)
    assert shape["type"] == "multipart"
    assert values(shape) == [
        "bob",
        {"id": 1, "token": "[REDACTED:name.token]"},
        [["a", "1"], ["password", "[REDACTED:name.password]"]],
        "binary",
        "secret: none",
    ]
    assert is_redacted
    assert shape["size"] & (shape["size"] - 1) == 0
    photo = shape["parts"][3]
    assert (photo["name"], photo["filename"]) == ("photo", "me.png")
    assert photo["headers"][1] == ["Content-Type", "image/png"]
    assert photo["body"]["media_type"] == "image/png"


def test_what_holds_no_secret_is_told_as_it_is():
    """Sizes included, of the body and of each part."""
    data = joined(field("user", "bob"), field("team", "a,b"))
    shape, is_redacted = rendered(data)
    assert (shape["size"], is_redacted) == (len(data), False)
    assert shape["parts"][0] == {
        "name": "user",
        "headers": [["Content-Disposition", 'form-data; name="user"']],
        "body": {
            "type": "text",
            "value": "bob",
            "media_type": "",
            "size": 3,
            "decoded_size": 3,
            "state": "complete",
        },
    }


@pytest.mark.parametrize(
    "name",
    ["password", "client_secret", "api%20key", 'pass" ; name="password', "user[password]", "assertion"],
)
def test_the_name_of_a_field_decides(name):
    """Whatever the part holds goes, and where it stood is told."""
    one, secret = sweep(), fresh_secret(1)
    shape, _ = rendered(joined(field("user", "bob"), field(name, secret)), one=one)
    assert values(shape)[0] == "bob"
    assert secret not in json.dumps(shape)
    assert one.redactions()[0]["path"] == "/body/parts/1/body/value"
    assert list(one.learned) == [secret]


def test_a_code_beside_its_siblings_goes():
    """OAuth's forms come as form-data too."""
    shape, _ = rendered(joined(field("code", "abcdefgh"), field("grant_type", "authorization_code")))
    assert values(shape) == ["[REDACTED:name.code:" + values(shape)[0][-7:], "authorization_code"]
    assert values(rendered(joined(field("code", "abcdefgh"), field("n", "1")))[0]) == ["abcdefgh", "1"]


FILES = {
    r"id_(?:rsa|dsa|ecdsa|ed25519)(?:_sk)?": "id_ed25519",
    r".*\.key": "server.key",
    r".*\.ppk": "x.PPK",
    r".*\.p8": "AuthKey.p8",
    r".*\.(?:p12|pfx)": "C:\\keys\\me.p12",
    r".*\.(?:jks|jceks|keystore)": "a.jks",
    r".*\.keytab": "krb5.keytab",
    r".*\.kdbx?": "mine.kdbx",
    r"\.?(?:htpasswd|pgpass|netrc|git-credentials|vault[_-]pass)(?:\.txt)?": "/home/bob/.netrc",
    r"shadow-?": "shadow",
}


@pytest.mark.parametrize("pattern", DEFAULT_BODIES.key_files)
def test_a_file_of_keys_goes_by_its_name(pattern):
    """Whatever is in it, and by no other row of the table."""
    data = joined(field("file", "words\r\nof a file", filename=FILES[pattern]))
    assert values(rendered(data)[0])[0].startswith("[REDACTED:name.key_file")
    rest = tuple(other for other in DEFAULT_BODIES.key_files if other != pattern)
    without = Bodies(TEXT, headers=Headers(TEXT.names, TEXT), table=BodyTable(rest), **LIMITS)
    assert values(rendered(data, bodies=without)[0]) == ["words\r\nof a file"]


@pytest.mark.parametrize("name", ["id_rsa.pub", "cert.pem", "keys.txt", "monkey", "shadows.csv", "me.png"])
def test_other_files_stay(name):
    """Public keys and certificates among them."""
    assert values(rendered(joined(field("file", "some words", filename=name)))[0]) == ["some words"]


def test_headers_of_parts_go_by_the_rules_of_headers():
    """With their place told; without rules for headers those alone stay that describe the part."""
    data = joined(field("a", "b", extra="Authorization: Bearer abc\r\nX-Note: hi\r\n"))
    one = sweep()
    assert rendered(data, one=one)[0]["parts"][0]["headers"][1:] == [
        ["Authorization", "Bearer [REDACTED:header.authorization]"],
        ["X-Note", "hi"],
    ]
    assert one.redactions() == [{"path": "/body/parts/0/headers/1", "rule": "header.authorization"}]
    bare = rendered(data, bodies=Bodies(TEXT, **LIMITS))[0]["parts"][0]["headers"]
    assert [name for name, _ in bare] == ["Content-Disposition"]


@pytest.mark.parametrize("encoding", ["base64", "quoted-printable", "8BIT"])
def test_transfer_encodings_are_undone(encoding):
    """And what uses an unknown one, or uses one wrongly, is left out."""
    content = b'{"password": "abc=def", "id": 1}'
    data = {"base64": base64.encodebytes(content), "quoted-printable": content.replace(b"=", b"=3D")}.get(
        encoding, content
    )
    part = field("a", data, extra=f"Content-Transfer-Encoding: {encoding}\r\n")
    assert values(rendered(joined(part))[0]) == [{"password": "[REDACTED:name.password]", "id": 1}]
    for wrong in ("base64", "x-uuencode"):
        part = field("a", "password=?", extra=f"Content-Transfer-Encoding: {wrong}\r\n")
        assert rendered(joined(part))[0]["type"] == "omitted"


def test_parts_may_be_multipart_and_compressed():
    """Nested as deep as a few levels; a deeper one is left out by itself."""
    body = joined(field("password", "abc"), field("user", "bob"), boundary=b"b5")
    for level in range(4, 0, -1):
        name = f"b{level}".encode()
        body = joined(
            b"Content-Type: multipart/mixed; boundary=b%d\r\n\r\n" % (level + 1) + body, boundary=name
        )
    shape, is_redacted = rendered(body, "multipart/mixed; boundary=b1")
    for _ in range(3):
        shape = shape["parts"][0]["body"]
    assert values(shape) == ["nested too deep"]
    assert is_redacted


def test_a_batch_holds_messages():
    """Requests and responses in parts of application/http."""
    batch = joined(
        b"Content-Type: application/http\r\nContent-ID: <1>\r\n\r\n"
        b"GET /u?api_key=abc HTTP/1.1\r\nX-Api-Key: abcdef\r\n\r\n",
        b"Content-Type: application/http\r\n\r\n"
        b'HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n\r\n{"id":7,"secret":"abc"}',
    )
    assert values(rendered(batch, "multipart/mixed; boundary=b")[0]) == [
        "GET /u?api_key=[REDACTED:url.api_key] HTTP/1.1\r\nX-Api-Key: [REDACTED:header.x-api-key]\r\n\r\n",
        'HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n\r\n{"id":7,"secret":"[REDACTED:name.secret]"}',
    ]


def test_the_last_part_of_a_cut_body_is_cut():
    """Its headers tell whose; without all of them it is left out."""
    data = joined(field("user", "bob"), field("note", "first line\nghp_half"), end=b"")[: -len("\r\n--b")]
    shape, _ = rendered(data, state="truncated")
    assert values(shape) == ["bob", "first line\n"]
    assert [part["body"]["state"] for part in shape["parts"]] == ["complete", "truncated"]
    assert values(rendered(data[:-40], state="truncated")[0]) == ["bob"]


@pytest.mark.parametrize(
    "data",
    [b"x", b"--c\r\nno header\r\n", joined(*[b"\r\nx"] * (MAX_PARTS + 1)), joined(b"broken header\r\n\r\nx")],
    ids=["none", "prose", "too many", "broken"],
)
def test_what_is_labelled_so_and_is_none_is_left_out(data):
    """Also one of too many parts, and one whose headers are none."""
    assert rendered(data)[0]["type"] == "omitted"


@pytest.mark.parametrize(
    ("content_type", "data", "boundary"),
    [
        ("multipart/mixed; boundary=abc", b"--abc\r\n\r\nx", b"abc"),
        ('multipart/mixed; charset=x; Boundary="a b"', b"pre\n--a b\r\n\r\nx", b"a b"),
        ("multipart/mixed; boundary=lie", b"--abc\r\nA-B: c\r\n\r\nx", b"abc"),
        ("", b"preamble\n--abc\nContent-Type: x\n\nx", b"abc"),
        ("", b"-----abc-1\r\n\r\nx", b"---abc-1"),
        ("", b"--- a heading\nwith prose", b""),
        ("", b"-- SQL comment\nselect 1", b""),
        ("multipart/mixed; boundary=", b"x", b""),
    ],
)
def test_the_boundary_is_the_one_that_the_body_knows(content_type, data, boundary):
    """The label's where it fits, else what the body begins with."""
    assert boundary_of(content_type, data) == boundary


def test_lines_that_only_begin_like_a_boundary_are_data():
    """And so is one inside a line."""
    (part,) = split(b"--b\r\n\r\nx\r\n--bc\r\ny --b\r\n--b--\r\nrest", b"b")
    assert part.data == b"x\r\n--bc\r\ny --b"
    assert not part.is_cut


@settings(max_examples=EXAMPLES)
@given(st.lists(st.tuples(st.binary(max_size=30), st.booleans()), max_size=6))
def test_parts_come_apart_as_they_were_joined(parts):
    """Any bytes, whatever ends their lines."""
    contents = [data for data, _ in parts if b"\n--b" not in b"\n" + data]
    split_again = split(joined(*(b"\r\n" + content for content in contents)), b"b")
    assert [part.data for part in split_again] == contents


def test_splitting_refuses_nothing_but_by_name():
    """Heads beyond all bounds too."""
    with pytest.raises(NotUnderstood):
        split(b"--b\r\n" + b"A: b\r\n" * 10_000 + b"\r\nx\r\n--b--", b"b")
