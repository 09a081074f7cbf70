"""The spellings in which a known secret may turn up, and the way back from percent-encoding."""

from __future__ import annotations

import base64
import html
import json
import string
import unicodedata
import urllib.parse
from collections.abc import Iterator
from html.entities import html5

from captured_exchanges.redaction.patterns import clean, compiled

__all__ = ["base64_cores", "dereferenced", "hiding_references", "spellings", "unescaped", "unquoted"]

_SHORTEST_ENCODED = 8
"""Characters below which a piece of base64 or hex may stand in any text by chance."""
_PLAIN = (string.ascii_letters + string.digits + "-_.").encode()
"""What JSON, XML and URLs spell as it is."""
_ROUNDS = 3
_QUOTE = b'"\0'
_LONGEST_PASSWORD = 256
"""Bytes; what is longer is a token or a key, which no directory escapes."""
_TO_JSON = {flag: json.JSONEncoder(ensure_ascii=flag).encode for flag in (False, True)}
_IN_A_FILTER = (
    str.maketrans({char: f"\\{ord(char):02x}" for char in "\0()*\\"}),
    str.maketrans({char: f"\\{ord(char):02X}" for char in "\0()*\\"}),
)
_IN_A_NAME = str.maketrans({char: f"\\{char}" for char in '\\",+;<>'})
_ESCAPE = compiled(r"\\+(?:u00|x)([2-7][0-9a-fA-F])")
_REFERENCE = compiled(r"&(?:#[0-9]+;?|#[xX][0-9a-fA-F]+;?|[A-Za-z][A-Za-z0-9]{0,31};?)")
_LONGEST_NUMBER = 7
_NEEDED = frozenset({"amp;", "lt;", "gt;", "quot;", "apos;"})
_PUNCTUATION = str.maketrans("_-.:=@/%+?#", "a" * 11)


def spellings(secret: bytes) -> frozenset[bytes]:
    """Every spelling of a secret that is looked for: verbatim, escaped for JSON (once, and once more for
    JSON inside a JSON string), for XML, SQL and URLs, base64 at three alignments in both alphabets, hex;
    what may be a password, for LDAP too, and as the UTF-16 of Windows. All as UTF-8.
    """
    encoded = [*base64_cores(secret), secret.hex(), secret.hex().upper()]
    text = secret.decode("utf-8", "replace")
    texts = {*_texts(text)} if secret.rstrip(_PLAIN) else {text}
    if len(secret) <= _LONGEST_PASSWORD:
        wide = text.encode("utf-16-le")
        encoded += [*base64_cores(wide), wide.hex(), wide.hex().upper()]
        escaped = {*_of_directories(text, secret, wide)} - texts
        texts |= escaped | {*map(_json, escaped)}
    long_enough = [form for form in encoded if len(form) >= _SHORTEST_ENCODED]
    return frozenset(form.encode("utf-8", "replace") for form in (*long_enough, *texts) if form)


def _texts(text: str) -> Iterator[str]:
    once = {_json(text, ascii_only=False), _json(text, ascii_only=True)}
    once |= {form.replace("/", "\\/") for form in once}
    yield text
    yield from once
    yield from (_json(form, ascii_only=False) for form in once)
    yield from (html.escape(text, quote=True), html.escape(text, quote=False))
    yield from _sql(text)
    for safe in ("", "/", "!'()*~", "!$&'()*+,;=:@/?~"):
        quoted = urllib.parse.quote(text, safe=safe)
        yield from (quoted, quoted.replace("%20", "+"), quoted.lower() if "%" in quoted else quoted)


def _sql(text: str) -> Iterator[str]:
    """In a literal of SQL: quotes doubled or behind a backslash; and that in JSON."""
    doubled = text.replace("'", "''"), text.replace('"', '""')
    behind = text.replace("\\", "\\\\").replace("'", "\\'"), text.replace("\\", "\\\\").replace("'", "''")
    for form in {*doubled, *behind} - {text}:
        yield from (form, _json(form, ascii_only=False), _json(form, ascii_only=True))


def _of_directories(text: str, plain: bytes, wide: bytes) -> Iterator[str]:
    """The escapes of filters (RFC 4515) and names (RFC 4514), of what must be escaped and of every byte, in
    either case; and UTF-16 that was taken for single bytes.
    """
    yield from ("\0".join(text), text.translate(_IN_A_NAME))
    for escapes in _IN_A_FILTER:
        yield from (text.translate(escapes), wide.decode("latin-1").translate(escapes))
    for data in (plain, wide):
        every = "\\" + data.hex("\\")
        yield from (every, every.upper())


def _json(text: str, *, ascii_only: bool = False) -> str:
    return _TO_JSON[ascii_only](text)[1:-1]


def base64_cores(data: bytes) -> Iterator[str]:
    """What base64 of anything that contains `data` contains: for each of the three alignments the
    characters that `data` alone decides, in the standard and the URL-safe alphabet.
    """
    for shift in range(3):
        encoded = base64.b64encode(bytes(shift) + data).decode()
        core = encoded[-(-8 * shift // 6) : 8 * (shift + len(data)) // 6]
        yield core
        yield core.replace("+", "-").replace("/", "_")


def unescaped(text: str) -> str:
    """Text without the escapes of ASCII characters that JSON and most languages know, and nobody needs."""
    return _ESCAPE.sub(lambda match: chr(int(match[1], 16)), text) if "\\" in text else text


def dereferenced(text: str) -> str:
    """Text without the character references of XML and HTML. The standard library's reader refuses a number
    of thousands of digits with an exception; XML allows any number of zeros before one.
    """
    return _REFERENCE.sub(lambda match: _character(match[0]), text) if "&" in text else text


def hiding_references() -> str:
    """A pattern of the references that spell by name what nobody need: letters, digits, punctuation of names
    and assignments, and what is invisible.
    """
    hiding = sorted(name for name, said in html5.items() if name.endswith(";") and _hides(name, said))
    return rf"&(?:{'|'.join(hiding)}|shy)"


def _hides(name: str, said: str) -> bool:
    folded = unicodedata.normalize("NFKC", said)
    shown = "".join(char for char in folded if unicodedata.category(char) not in {"Cf", "Mn", "Cc"})
    return name not in _NEEDED and shown.isascii() and shown.translate(_PUNCTUATION).isalnum() >= bool(shown)


def _character(reference: str) -> str:
    if reference[1] != "#":
        return html.unescape(reference)
    base = "#x" if reference[2] in "xX" else "#"
    digits = reference[1 + len(base) :].rstrip(";").lstrip("0")
    return html.unescape(f"&{base}{digits or 0};") if len(digits) <= _LONGEST_NUMBER else "\ufffd"


def unquoted(data: bytes) -> Iterator[bytes]:
    """What percent-encoded bytes decode to, and again while that changes anything; at most three times."""
    for _ in range(_ROUNDS):
        if b"%" not in data or (decoded := urllib.parse.unquote_to_bytes(data)) == data:
            return
        data = decoded
        yield data
        if b"+" in data:
            yield data.replace(b"+", b" ")


def spoken(value: object) -> tuple[str, ...]:
    """What a secret value says, as the texts in which it may be said again elsewhere. A password of Active
    Directory is UTF-16LE in quotes; SASL's PLAIN has it behind two names, which are identities.
    """
    data = bytes(value) if isinstance(value, (bytes, bytearray, memoryview)) else clean(str(value)).encode()
    if _is_wide(data):
        return (data.decode("utf-16-le", "replace").removeprefix('"').removesuffix('"'),)
    try:
        *_, last = data.decode().split("\0")
    except UnicodeDecodeError:
        return (base64.b64encode(data).decode(), data.hex())
    return (last,)


def _is_wide(data: bytes) -> bool:
    """Whether bytes are UTF-16LE: in quotes, or ASCII throughout."""
    if not data or len(data) % 2:
        return False
    in_quotes = data.startswith(_QUOTE) and data.endswith(_QUOTE)
    return in_quotes or not any(data[1::2])
