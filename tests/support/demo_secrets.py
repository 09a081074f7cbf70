"""Looking for secrets in all the shapes that a leak may take."""

import base64
import json
from collections.abc import Iterable, Iterator, Mapping
from urllib.parse import quote, quote_plus

import re2


def shapes(secret: str) -> set[bytes]:
    """The secret raw, JSON-escaped, URL-encoded, in hex, and in base64 at each of its three alignments."""
    raw = secret.encode()
    texts = {
        secret,
        json.dumps(secret)[1:-1],
        json.dumps(secret, ensure_ascii=False)[1:-1],
        json.dumps(json.dumps(secret)[1:-1])[1:-1],
        quote(secret, safe=""),
        quote(secret),
        quote_plus(secret),
        raw.hex(),
        raw.hex().upper(),
    }
    return {text.encode() for text in texts} | set(_base64(raw))


def _base64(raw: bytes) -> Iterator[bytes]:
    """The characters that depend on the secret alone, whatever stands before and after it."""
    for before in range(3):
        first, last = -(-before * 8 // 6), (before + len(raw)) * 8 // 6
        yield base64.b64encode(bytes(before) + raw)[first:last]
        yield base64.urlsafe_b64encode(bytes(before) + raw)[first:last]


def leaks(secrets: Iterable[str], places: Mapping[str, bytes]) -> set[str]:
    """The places where any of the secrets is found in any shape.

    All shapes are looked for in one pass: thousands of them one by one take seconds a megabyte.
    """
    options = re2.Options()
    options.encoding = re2.Options.Encoding.LATIN1  # bytes as they are
    options.literal = True
    options.max_mem = 1 << 30  # where memory runs out a set matches nothing
    search = re2.Set.SearchSet(options)
    for shape in {shape for secret in secrets for shape in shapes(secret)}:
        search.Add(shape)
    search.Compile()
    return {place for place, content in places.items() if search.Match(content)}
