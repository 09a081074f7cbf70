"""Every parser of bodies by itself, as a function of any bytes: for fuzzing, and for what holds of all."""

from hypothesis import strategies as st

from captured_exchanges.exchange import Body
from captured_exchanges.redaction.bodies.bodies import Bodies
from captured_exchanges.redaction.bodies.charsets import text_of
from captured_exchanges.redaction.bodies.decoding import NotUnderstood, decoded
from captured_exchanges.redaction.bodies.documents import JsonBodies
from captured_exchanges.redaction.bodies.events import Events
from captured_exchanges.redaction.bodies.forms import Forms
from captured_exchanges.redaction.bodies.messages import Messages
from captured_exchanges.redaction.bodies.multipart import Multipart, boundary_of, split
from captured_exchanges.redaction.bodies.piece import Piece
from captured_exchanges.redaction.bodies.plain import DescriptiveHeaders, Plain
from captured_exchanges.redaction.bodies.prescan import Prescan
from captured_exchanges.redaction.bodies.sequences import Sequences
from captured_exchanges.redaction.bodies.shapes import Rendered
from captured_exchanges.redaction.bodies.table import DEFAULT_BODIES
from captured_exchanges.redaction.bodies.tables import Tables
from captured_exchanges.redaction.json import NotJson, TooDeep, completed, respelled
from captured_exchanges.redaction.names import DEFAULT_NAMES, Names
from captured_exchanges.redaction.text import Text
from captured_exchanges.redaction.text.graphql import GraphQL
from captured_exchanges.redaction.text.yaml import Yaml
from captured_exchanges.redaction.values import Families
from support.redaction_exchanges import sweep

TEXT = Text(Names(DEFAULT_NAMES), Families())
JSON_BODIES = JsonBodies(TEXT, Prescan(TEXT.names, TEXT))
BODIES = Bodies(TEXT, max_decoded_bytes=1 << 20, max_text_bytes=1 << 18)
HEADERS = DescriptiveHeaders()

REFUSALS = (NotUnderstood, NotJson, TooDeep)
"""What a parser may raise, and nothing else."""


def piece(text, *, media_type="", is_cut=False, **options):
    """A piece of text, in a sweep of its own."""
    return Piece(text, media_type, sweep(**options), ("body", "value"), is_cut)


def _text(data):
    return data.decode("utf-8", "replace")


def _reader(reader, **options):
    return lambda data: reader.read(piece(_text(data), **options))


def _multipart(data):
    reader = Multipart(TEXT, HEADERS, DEFAULT_BODIES, lambda *_: Rendered({"type": "text", "value": ""}))
    return reader.read(data, "multipart/form-data; boundary=b", piece(""))


def _render(content_type, encoding="", state="complete"):
    return lambda data: BODIES.render(Body(data, len(data), state), content_type, encoding, sweep()).shape


PARSERS = {
    "decoding": lambda data: [decoded(data, name, 1 << 20) for name in ("", "gzip")],
    "brotli": lambda data: decoded(data, "br", 1 << 20),
    "charset": lambda data: text_of(data, ""),
    "JSON": lambda data: JSON_BODIES.whole(piece(_text(data), media_type="application/json")),
    "completed JSON": completed,
    "respelled JSON": lambda data: respelled(_text(data)),
    "careless JSON": _reader(JSON_BODIES),
    "sequences": _reader(Sequences(JSON_BODIES)),
    "cut sequences": _reader(Sequences(JSON_BODIES), is_cut=True),
    "events": _reader(Events(TEXT, JSON_BODIES)),
    "messages": _reader(Messages(TEXT, HEADERS, lambda inner: {"type": "text", "value": inner.text})),
    "forms": _reader(Forms(TEXT)),
    "tables": _reader(Tables(TEXT), media_type="text/csv"),
    "cut tables": _reader(Tables(TEXT), is_cut=True),
    "plain": _reader(Plain(TEXT)),
    "boundary": lambda data: boundary_of("multipart/mixed", data),
    "split": lambda data: split(data, b"b"),
    "multipart": _multipart,
    "YAML": lambda data: Yaml(TEXT.json).redact(_text(data), sweep(), ()),
    "GraphQL": lambda data: GraphQL(TEXT.names).redact(_text(data), sweep(), ()),
    "any body": _render(""),
    "any JSON body": _render("application/json"),
    "any cut body": _render("", state="truncated"),
    "any compressed body": _render("", "br"),
    "any multipart body": _render("multipart/form-data; boundary=b"),
    "any table": _render("text/csv"),
    "any form": _render("application/x-www-form-urlencoded"),
}
"""Name and parser: `parser(data)` returns anything or raises one of REFUSALS."""

_PIECES = (
    b'{"', b'":', b"}", b"[", b"]", b",", b"'", b'"', b"\\", b"\n", b"\r\n", b"\r\n\r\n", b": ", b"- ",
    b"  ", b"#", b"--b", b"--b--", b"Content-Disposition: form-data; name=",
    b"Content-Transfer-Encoding: base64", b"=", b"&", b"data: ", b"event: x", b"id,password", b";", b"\t",
    b"|", b"password", b"token", b"value", b"name", b"alice", b"query { x(", b"mutation", b"$", b")",
    b'"""', b"<<EOF", b"EOF", b"kind: Secret", b"&a ", b"*a", b"!!x ", b"?", b"GET /x HTTP/1.1",
    b"HTTP/1.1 200 OK", b"\x1e", b"\x1f\x8b\x08", b"\x28\xb5\x2f\xfd", b"\x78\x9c", b"\xff\xfe",
    b"\xef\xbb\xbf", b"\0", b"\xe9", b"\xf0\x9f", b"cb(", b"/*", b"*/", b"NaN", b"1", b"[REDACTED:name.x]",
)  # fmt: skip
messes = st.binary(max_size=60) | st.lists(st.sampled_from(_PIECES), max_size=24).map(b"".join)
"""Bytes of which some look like what parsers look for."""
