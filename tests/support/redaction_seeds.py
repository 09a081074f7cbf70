"""A body of each kind with a canary in it, and the mutations that a fuzzer makes of it.

A canary is a member of a sure value family: wherever it stands, named or not, it has to go. Mutations leave
it whole, and wreck everything around it.
"""

from __future__ import annotations

import base64
import gzip
import json
import random
import zlib
from collections.abc import Callable

import brotli

from captured_exchanges.redaction.bodies.decoding import zstd
from captured_exchanges.redaction.values.table import FAMILIES, example

_SURE = [row for row in FAMILIES if row.sure and row.gates and not row.compile().groups]
_TOKENS = (
    b"{",
    b"}",
    b"[",
    b"]",
    b'"',
    b"'",
    b"\\",
    b"\\u0022",
    b":",
    b",",
    b"<",
    b">",
    b"</",
    b"/>",
    b"<![CDATA[",
    b"]]>",
    b"<!--",
    b"-->",
    b"&#x22;",
    b"&amp;",
    b"%22",
    b"%",
    b"=",
    b"&",
    b";",
    b"\r\n",
    b"\n\n",
    b"\x00",
    b"\xff\xfe",
    b"\xef\xbb\xbf",
    b"--b\r\n",
    b"--b--",
    b"Content-Disposition: form-data; name=password\r\n\r\n",
    b"password",
    b'"password":',
    b"null",
    b"1e999",
    b"data: ",
    b"\x1e",
    b"---\n",
    b"- ",
    b"|\n  ",
    b"$",
    b"[REDACTED:name.password]",
    b"<?xml ",
    b"<!DOCTYPE x [",
)
_ENDS = frozenset(bytes([byte]) for byte in b"\"' \n\r<>,;")
_MOST_BYTES = 20_000


def canary(source: random.Random) -> str:
    """A fresh member of a sure family: one that has no space in it, so that it fits into any syntax."""
    while True:
        family = source.choice(_SURE)
        made = example(source.choice(family.templates), source)
        match = family.compile().fullmatch(made)
        if match is not None and not any(char.isspace() for char in made):
            return made


def _json(secret: str) -> bytes:
    return json.dumps({"a": [{"password": secret, "x": {"y": secret}}, "text " + secret], "n": 1}).encode()


def _deep(secret: str) -> bytes:
    return b'{"a":[' * 60 + json.dumps(secret).encode() + b"]}" * 60


def _inner(secret: str) -> bytes:
    return json.dumps({"body": json.dumps({"body": json.dumps({"token": secret})})}).encode()


def _lines(secret: str) -> bytes:
    return b"\n".join(json.dumps({"id": number, "v": secret}).encode() for number in range(3))


def _events(secret: str) -> bytes:
    return f'event: x\ndata: {{"token": "{secret}"}}\n\ndata: {secret}\n\n'.encode()


def _form(secret: str) -> bytes:
    return f"grant_type=password&password={secret}&x={secret}".encode()


def _csv(secret: str) -> bytes:
    return f'id,"user, name",password\r\n1,"a ""b""",{secret}\r\n{secret},x,y\r\n'.encode()


def _multipart(secret: str) -> bytes:
    head = b'--b\r\nContent-Disposition: form-data; name="%s"\r\n\r\n'
    return head % b"password" + secret.encode() + b"\r\n" + head % b"file" + _json(secret) + b"\r\n--b--\r\n"


def _xml(secret: str) -> bytes:
    return (
        f'<?xml version="1.0"?><a xmlns:w="u"><w:Password Type="t">{secret}</w:Password><b c="{secret}"/>'
        f"<d><![CDATA[{secret}]]></d><!-- {secret} --></a>"
    ).encode()


def _html(secret: str) -> bytes:
    return (
        f'<html><form action="/x?token={secret}"><input type=hidden name="csrf" value="{secret}"></form>'
        f'<script>var a = {{"token": "{secret}"}};</script><p>{secret}</html>'
    ).encode()


def _yaml(secret: str) -> bytes:
    return f"kind: Secret\ndata:\n  password: {secret}\n  list:\n  - name: x\n    value: {secret}\n".encode()


def _ini(secret: str) -> bytes:
    return f"[default]\npassword = {secret}\n//registry/:_authToken={secret}\n; {secret}\n".encode()


def _graphql(secret: str) -> bytes:
    query = f'mutation {{ login(user: "a", password: "{secret}") {{ id }} }}'
    return json.dumps({"query": query, "variables": {"secret": secret}}).encode()


def _message(secret: str) -> bytes:
    return f"POST /x HTTP/1.1\r\nAuthorization: Bearer {secret}\r\n\r\npassword={secret}".encode()


def _encoded(secret: str) -> bytes:
    return base64.b64encode(_json(secret))


def _base64(secret: str) -> bytes:
    return json.dumps({"blob": _encoded(secret).decode()}).encode()


SEEDS: dict[str, tuple[str, Callable[[str], bytes]]] = {
    "json": ("application/json", _json),
    "deep json": ("application/json", _deep),
    "json in json": ("application/json", _inner),
    "json lines": ("application/x-ndjson", _lines),
    "events": ("text/event-stream", _events),
    "form": ("application/x-www-form-urlencoded", _form),
    "csv": ("text/csv", _csv),
    "multipart": ("multipart/form-data; boundary=b", _multipart),
    "xml": ("application/xml", _xml),
    "html": ("text/html", _html),
    "yaml": ("application/yaml", _yaml),
    "ini": ("text/plain", _ini),
    "graphql": ("application/json", _graphql),
    "message": ("message/http", _message),
    "base64": ("application/json", _base64),
}
"""Kinds of bodies: the media type, and a body with a canary in it."""

WHOLE: dict[str, Callable[[str], bytes]] = {"base64": _encoded}
"""What mutations leave whole, where that is more than the canary: half of base64 nobody can read."""

ENCODINGS: dict[str, Callable[[bytes], bytes]] = {
    "": lambda data: data,
    "gzip": gzip.compress,
    "deflate": zlib.compress,
    "br": brotli.compress,
    "zstd": zstd.compress,
}


def mutated(data: bytes, secret: bytes, source: random.Random) -> bytes:
    """The data with a few mutations, none of them inside the secret."""
    pieces = data.split(secret)
    for _ in range(source.randint(0, 6)):
        at = source.randrange(len(pieces))
        pieces[at] = _mutation(pieces[at], source)
    pieces = [
        _set_apart(piece, is_first=at == 0, is_last=at == len(pieces) - 1) for at, piece in enumerate(pieces)
    ]
    return secret.join(pieces)[:_MOST_BYTES]


def _set_apart(piece: bytes, *, is_first: bool, is_last: bool) -> bytes:
    """A piece that does not make the secret beside it part of a longer word: that would be no member."""
    before = b"" if is_first or piece[:1] in _ENDS else b" "
    return before + piece + (b"" if is_last or piece[-1:] in _ENDS else b" ")


def _mutation(piece: bytes, source: random.Random) -> bytes:
    start, end = sorted(source.randint(0, len(piece)) for _ in range(2))
    match source.randrange(6):
        case 0:
            return piece[:start] + piece[end:]
        case 1:
            return piece[:end] + piece[start:end] * source.randint(1, 20) + piece[end:]
        case 2:
            return piece[:start] + source.choice(_TOKENS) * source.choice((1, 1, 1, 50)) + piece[start:]
        case 3:
            return piece[:start] + source.randbytes(source.randint(1, 8)) + piece[start:]
        case 4:
            return bytes(
                byte ^ (1 << source.randrange(8)) if start <= at < end and not source.randrange(8) else byte
                for at, byte in enumerate(piece)
            )
        case _:
            return piece[end:] + piece[start:end] + piece[:start]
