"""From the bytes on the wire to the bytes of a body: content encodings, undone within bounds.

What is told by its first bytes is decoded whether or not a header says so. A stream that ends too early gives
what was in it; what cannot be decoded raises NotUnderstood with the reason, for nothing may pass that the
rules could not read.
"""

from __future__ import annotations

import sys
import zlib
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from typing import Protocol

import brotli

from captured_exchanges.redaction.patterns import compiled

if sys.version_info >= (3, 14):
    from compression import zstd
else:
    from backports import zstd

__all__ = ["Decoded", "NotUnderstood", "decoded", "media_type_of"]

_MAX_LAYERS = 3
_MAX_MEMBERS = 64
_WINDOW_LOG = 23
"""RFC 9659: a window of at most 8 MiB on the web."""
_CONTROLS = compiled(r"[\x00-\x08\x0e-\x1f\x7f]")
_MAGIC = (
    (b"\x1f\x8b\x08", "gzip"), (b"\x28\xb5\x2f\xfd", "zstd"),
    (b"\x78\x01", "deflate"), (b"\x78\x5e", "deflate"), (b"\x78\x9c", "deflate"), (b"\x78\xda", "deflate"),
)  # fmt: skip
"""How a stream of each begins. Brotli has no such mark: only its header tells."""
_MEDIA_TYPE = compiled(r"[A-Za-z0-9!#$&^_.+-]{1,64}/[A-Za-z0-9!#$&^_.+-]{1,100}")


class NotUnderstood(Exception):
    """A body that cannot be read for certain; `reason` is fit to be stored."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


@dataclass(frozen=True, slots=True)
class Decoded:
    """Bytes without a content encoding, and whether the stream was there to its end."""

    data: bytes
    is_whole: bool = True


class _Machine(Protocol):
    """A streaming decompressor of the standard library's kind."""

    @property
    def eof(self) -> bool: ...

    @property
    def unused_data(self) -> bytes: ...

    def decompress(self, data: bytes, max_length: int, /) -> bytes: ...


@lru_cache(maxsize=256)
def media_type_of(content_type: str) -> str:
    """The media type of a Content-Type, in lower case, without parameters; empty where it is none."""
    name = content_type.partition(";")[0].strip()
    return name.lower() if _MEDIA_TYPE.fullmatch(name) else ""


def decoded(data: bytes, content_encoding: str, limit: int) -> Decoded:
    """The bytes without their content encodings, at most `limit` of them. Raises NotUnderstood."""
    layers = [name.strip().lower() for name in content_encoding.split(",") if name.strip()]
    if len(layers) > _MAX_LAYERS:
        raise NotUnderstood("too many content encodings")
    plain = Decoded(data)
    for layer in reversed(layers):
        plain = _without(plain, layer, limit)
    for _ in range(_MAX_LAYERS + 1):
        if not (name := _told_by_magic(plain.data)):
            break
        before, plain = plain, _without(plain, name, limit)
        if plain.data == before.data:
            break
    else:
        raise NotUnderstood("too many content encodings")
    if len(plain.data) > limit:
        raise NotUnderstood("too large")
    return plain


def _told_by_magic(data: bytes) -> str:
    return next((name for magic, name in _MAGIC if data.startswith(magic)), "")


def _without(outer: Decoded, name: str, limit: int) -> Decoded:
    inner = _layer(outer.data, name, limit)
    return Decoded(inner.data, is_whole=inner.is_whole and outer.is_whole)


def _layer(data: bytes, name: str, limit: int) -> Decoded:
    if name == "identity" or not data:
        return Decoded(data)
    decode = _DECODERS.get(name)
    if decode is None:
        raise NotUnderstood("unknown content encoding")
    try:
        return decode(data, limit)
    except (zlib.error, zstd.ZstdError, brotli.error, EOFError) as error:
        if _is_plain(data):  # the label lies: the client library has decoded it already
            return Decoded(data)
        raise NotUnderstood("broken content encoding") from error


def _is_plain(data: bytes) -> bool:
    try:
        return _CONTROLS.search(data.decode()) is None
    except UnicodeDecodeError:
        return False


def _gunzip(data: bytes, limit: int) -> Decoded:
    return _members(data, limit, lambda: zlib.decompressobj(31), b"\x1f\x8b")


def _deflate(data: bytes, limit: int) -> Decoded:
    try:
        return _members(data, limit, lambda: zlib.decompressobj(15), None)
    except zlib.error:
        return _members(data, limit, lambda: zlib.decompressobj(-15), None)


def _unzstd(data: bytes, limit: int) -> Decoded:
    options = {int(zstd.DecompressionParameter.window_log_max): _WINDOW_LOG}
    return _members(data, limit, lambda: zstd.ZstdDecompressor(options=options), b"")


def _members(
    data: bytes, limit: int, machine_of: Callable[[], _Machine], next_magic: bytes | None
) -> Decoded:
    """All members of a stream. What follows one and does not begin like another (`next_magic`; None: there
    is but one) is no data.
    """
    pieces: list[bytes] = []
    size = 0
    while data:
        if len(pieces) >= _MAX_MEMBERS:
            raise NotUnderstood("too many compressed members")
        machine = machine_of()
        pieces.append(machine.decompress(data, limit - size + 1))
        size += len(pieces[-1])
        if size > limit:
            raise NotUnderstood("too large")
        if not machine.eof:
            return _cut(b"".join(pieces))
        rest = machine.unused_data
        data = rest if next_magic is not None and rest.startswith(next_magic) else b""
    return Decoded(b"".join(pieces))


def _unbrotli(data: bytes, limit: int) -> Decoded:
    """One stream. The limit is one that the machine may overshoot by a block of its own, of 32 KiB."""
    machine = brotli.Decompressor()
    pieces = [machine.process(data, output_buffer_limit=limit + 1)]
    while len(pieces[-1]) and not machine.is_finished():
        if sum(map(len, pieces)) > limit:
            break
        pieces.append(machine.process(b"", output_buffer_limit=limit + 1))
    plain = b"".join(pieces)
    if len(plain) > limit:
        raise NotUnderstood("too large")
    return Decoded(plain) if machine.is_finished() else _cut(plain)


def _cut(data: bytes) -> Decoded:
    """What a stream without an end held; one that held nothing may as well be none. Raises EOFError."""
    if not data:
        raise EOFError
    return Decoded(data, is_whole=False)


_DECODERS: dict[str, Callable[[bytes, int], Decoded]] = {
    "gzip": _gunzip,
    "x-gzip": _gunzip,
    "deflate": _deflate,
    "zstd": _unzstd,
    "br": _unbrotli,
}
