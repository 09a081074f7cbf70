"""What base64 and hex hide: a run of either is decoded where it holds a telling word in that encoding, or is
a script or compressed, as the user data of machines are; it goes as a whole where something in it would.
"""

from __future__ import annotations

import base64
import binascii
import zlib
from collections.abc import Callable

from captured_exchanges.redaction.encodings import base64_cores
from captured_exchanges.redaction.patterns import Match, compiled, quoted
from captured_exchanges.redaction.sweep import Path, Sweep

__all__ = ["DEFAULT_ENCODED", "Encoded"]

DEFAULT_ENCODED = frozenset(
    {"password", "passwd", "secret", "token", "api_key", "apikey", "apiKey", "access_key", "accessKey",
     "private_key", "privateKey", "authorization", "bearer", "credential"}
)  # fmt: skip
"""Words that a text which names its secrets has in it; they are looked for as they are and with capitals."""
_SCRIPTS = ("#!/bin", "#!/usr", "#cloud-config", "<powershell>")
"""How scripts begin, in which commands and files hold secrets that no name stands beside."""
_GZIP, _GZIP_BASE64 = b"\x1f\x8b", "H4sIA"
_MOST_INFLATED = 256 * 1024
_URL_SAFE = str.maketrans("-_", "+/")


class Encoded:
    """Removes runs of base64 and hex that hide something. Thread-safe."""

    def __init__(self, words: frozenset[str] = DEFAULT_ENCODED) -> None:
        spelled = {form for word in words for form in (word, word[:1].upper() + word[1:], word.upper())}
        forms = {form.encode() for form in (*spelled, *_SCRIPTS)}
        cores = "|".join(sorted({quoted(core) for form in forms for core in base64_cores(form)}))
        cores = f"{cores}|{_GZIP_BASE64}"
        hexes = "|".join(sorted(form.hex() for form in forms))
        self._source = rf"{cores}|(?i:{hexes})"
        self._base64 = compiled(
            rf"[A-Za-z0-9+/_-]*(?:{cores})[A-Za-z0-9+/_-]*(?:\r?\n[A-Za-z0-9+/_-]+)*={{0,2}}"
        )
        self._hex = compiled(rf"[0-9a-fA-F]*(?i:{hexes})[0-9a-fA-F]*")
        self._any = compiled(self._source)

    def source(self) -> str:
        """A pattern that occurs in every text in which something is decoded."""
        return self._source

    def redact(self, text: str, sweep: Sweep, path: Path, scanned: Callable[[str], str]) -> str:
        """The text without what hides something that `scanned` would change."""
        if self._any.search(text) is None:
            return text

        def replaced(match: Match[str], decoded: Callable[[str], str], rule: str) -> str:
            plain = decoded(match[0])
            return match[0] if scanned(plain) == plain else sweep.remove(path, rule, match[0])

        text = self._base64.sub(lambda match: replaced(match, _from_base64, "value.base64"), text)
        return self._hex.sub(lambda match: replaced(match, _from_hex, "value.hex"), text)


def _from_base64(run: str) -> str:
    """What a run of base64 says, in whatever alphabet; empty where it is none."""
    letters = "".join(run.split()).rstrip("=").translate(_URL_SAFE)
    letters = letters[: len(letters) - (len(letters) % 4 == 1)]
    try:
        return _text(_inflated(base64.b64decode(letters + "=" * (-len(letters) % 4), validate=True)))
    except (binascii.Error, ValueError, zlib.error):
        return ""


def _from_hex(run: str) -> str:
    try:
        return _text(bytes.fromhex(run))
    except ValueError:
        return ""


def _inflated(data: bytes) -> bytes:
    """The beginning of what was compressed, which is more than anything else would say."""
    if not data.startswith(_GZIP):
        return data
    return zlib.decompressobj(zlib.MAX_WBITS | 16).decompress(data, _MOST_INFLATED)


def _text(data: bytes) -> str:
    return data.decode("utf-8", "replace").replace("\0", "")
