"""From the bytes on the wire to the text of a body: content encodings, then charset. Bounded.

What cannot be understood for certain raises NotUnderstood with the reason, for nothing may pass that the
rules could not read: a charset label that does not fit the bytes would hide a password from every rule.
"""

from __future__ import annotations

import codecs
import sys
import zlib
from collections.abc import Callable
from functools import lru_cache

from captured_exchanges.redaction.patterns import compiled

if sys.version_info >= (3, 14):
    from compression import zstd
else:
    from backports import zstd

__all__ = ["NotUnderstood", "charset_of", "decoded", "media_type_of", "text_of"]

_MAX_LAYERS = 3
_MAX_MEMBERS = 64
_WINDOW_LOG = 23
"""RFC 9659: a window of at most 8 MiB on the web."""
_CONTROLS = compiled(r"[\x00-\x08\x0e-\x1f\x7f]")
_BOMS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_ASCII_COMPATIBLE = {
    "": "", "utf-8": "", "utf8": "", "us-ascii": "", "ascii": "",
    "iso-8859-1": "latin-1", "latin1": "latin-1", "latin-1": "latin-1", "iso-8859-15": "iso-8859-15",
    "windows-1252": "cp1252", "cp1252": "cp1252",
}  # fmt: skip
_WIDE = {"utf-16", "utf-16le", "utf-16be", "utf-16-le", "utf-16-be", "utf-32", "utf-32le", "utf-32be"}
_CHARSET = compiled(r"(?i)charset\s*=\s*[\"']?([a-z0-9_.:-]+)")
_MEDIA_TYPE = compiled(r"[A-Za-z0-9!#$&^_.+-]{1,64}/[A-Za-z0-9!#$&^_.+-]{1,100}")


class NotUnderstood(Exception):
    """A body that cannot be read for certain; `reason` is fit to be stored."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


@lru_cache(maxsize=256)
def media_type_of(content_type: str) -> str:
    """The media type of a Content-Type, in lower case, without parameters; empty where it is none."""
    name = content_type.partition(";")[0].strip()
    return name.lower() if _MEDIA_TYPE.fullmatch(name) else ""


@lru_cache(maxsize=256)
def charset_of(content_type: str) -> str:
    """The charset that a Content-Type claims, in lower case, or empty."""
    match = _CHARSET.search(content_type)
    return match[1].lower() if match else ""


def decoded(data: bytes, content_encoding: str, limit: int) -> bytes:
    """The bytes without their content encodings, at most `limit` of them. Raises NotUnderstood."""
    layers = [name.strip().lower() for name in content_encoding.split(",") if name.strip()]
    if len(layers) > _MAX_LAYERS:
        raise NotUnderstood("too many content encodings")
    for layer in reversed(layers):
        data = _layer(data, layer, limit)
    for magic, name in ((b"\x1f\x8b\x08", "gzip"), (b"\x28\xb5\x2f\xfd", "zstd")):
        if data.startswith(magic):  # nobody said so
            data = _layer(data, name, limit)
    if len(data) > limit:
        raise NotUnderstood("too large")
    return data


def _layer(data: bytes, name: str, limit: int) -> bytes:
    if name == "identity" or not data:
        return data
    decode = _DECODERS.get(name)
    if decode is None:
        raise NotUnderstood("unknown content encoding")
    try:
        return decode(data, limit)
    except (zlib.error, zstd.ZstdError, EOFError) as error:
        if _is_plain(data):  # the label lies: the client library has decoded it already
            return data
        raise NotUnderstood("broken content encoding") from error


def _is_plain(data: bytes) -> bool:
    try:
        return _CONTROLS.search(data.decode()) is None
    except UnicodeDecodeError:
        return False


def _gunzip(data: bytes, limit: int) -> bytes:
    return _inflate(data, limit, 31)


def _deflate(data: bytes, limit: int) -> bytes:
    try:
        return _inflate(data, limit, 15)
    except zlib.error:
        return _inflate(data, limit, -15)


def _inflate(data: bytes, limit: int, window: int) -> bytes:
    """All members of a stream; what follows the last one is no data."""
    pieces: list[bytes] = []
    size = 0
    while data:
        if len(pieces) >= _MAX_MEMBERS:
            raise NotUnderstood("too many compressed members")
        machine = zlib.decompressobj(window)
        piece = machine.decompress(data, limit - size + 1)
        size += len(piece)
        pieces.append(piece)
        if size > limit:
            raise NotUnderstood("too large")
        if not machine.eof:
            raise EOFError
        data = machine.unused_data if machine.unused_data.startswith(b"\x1f\x8b") else b""
    return b"".join(pieces)


def _unzstd(data: bytes, limit: int) -> bytes:
    pieces: list[bytes] = []
    size = 0
    while data:
        if len(pieces) >= _MAX_MEMBERS:
            raise NotUnderstood("too many compressed members")
        machine = zstd.ZstdDecompressor(options={zstd.DecompressionParameter.window_log_max: _WINDOW_LOG})
        piece = machine.decompress(data, limit - size + 1)
        size += len(piece)
        pieces.append(piece)
        if size > limit:
            raise NotUnderstood("too large")
        if not machine.eof:
            raise EOFError
        data = machine.unused_data
    return b"".join(pieces)


_DECODERS: dict[str, Callable[[bytes, int], bytes]] = {
    "gzip": _gunzip,
    "x-gzip": _gunzip,
    "deflate": _deflate,
    "zstd": _unzstd,
}


def text_of(data: bytes, charset: str) -> str:
    """The text of a body. Raises NotUnderstood where bytes and label leave a doubt."""
    for bom, name in _BOMS:
        if data.startswith(bom):
            return _strictly(data[len(bom) :], name)
    if charset not in _ASCII_COMPATIBLE and charset not in _WIDE:
        raise NotUnderstood("unknown charset")
    if wide := _wide_charset(data):
        return _strictly(data, wide)
    if charset in _WIDE and not data.isascii():
        raise NotUnderstood("charset in doubt")
    try:
        return data.decode()
    except UnicodeDecodeError:
        return _single_byte(data, _ASCII_COMPATIBLE[charset] or "latin-1")


def _strictly(data: bytes, charset: str) -> str:
    try:
        return data.decode(charset).removeprefix("\ufeff")
    except UnicodeDecodeError:
        raise NotUnderstood("charset in doubt") from None


def _single_byte(data: bytes, charset: str) -> str:
    text = data.decode(charset, "replace")
    if _CONTROLS.search(text):
        raise NotUnderstood("binary")
    return text


def _wide_charset(data: bytes) -> str:
    """UTF-16 or UTF-32 without a byte order mark, told by the zeros of ASCII characters."""
    head = data[:4]
    zeros = tuple(byte == 0 for byte in head)
    patterns = {
        (False, True, True, True): "utf-32-le",
        (True, True, True, False): "utf-32-be",
        (False, True, False, True): "utf-16-le",
        (True, False, True, False): "utf-16-be",
        (False, True): "utf-16-le",
        (True, False): "utf-16-be",
    }
    return patterns.get(zeros, "") if len(data) % 2 == 0 else ""
