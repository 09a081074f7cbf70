"""The content of the frames in a segment: its heading, then exchanges.

    heading    "CESPOOL1" and the epoch's name
    exchange   u64 sequence    u8 flags    u32 × 4 lengths    request id, sync id, kind, surface, data

Texts are UTF-8, lone surrogates included: a spool keeps what the connector said, whatever it is. Flag 1: the
exchange is counted under the empty sync id, though it has another (see `accounts`).
"""

from __future__ import annotations

import struct

from captured_exchanges.exchange import EncodedExchange, Entry

__all__ = ["epoch_of", "heading", "pack", "unpack"]

_MAGIC = b"CESPOOL1"
_HEAD = struct.Struct("<QBIIII")
_NAMELESS = 1


def heading(epoch: str) -> bytes:
    """The first record of a segment."""
    return _MAGIC + _bytes(epoch)


def epoch_of(record: bytes) -> str | None:
    """The epoch that a heading names; None: it is no heading."""
    return _text(record[len(_MAGIC) :]) if record.startswith(_MAGIC) else None


def pack(entry: Entry, *, nameless: bool) -> bytes:
    """The record of an exchange; `nameless`: it is counted under the empty sync id."""
    exchange = entry.exchange
    texts = [
        _bytes(text)
        for text in (exchange.request_id, exchange.sync_id, exchange.transport_kind, exchange.surface)
    ]
    head = _HEAD.pack(entry.sequence, _NAMELESS if nameless else 0, *map(len, texts))
    return b"".join((head, *texts, exchange.data))


def unpack(record: bytes) -> tuple[Entry, bool]:
    """The exchange of a record, and whether it is nameless. Raises ValueError where it is none."""
    if len(record) < _HEAD.size:
        raise ValueError(f"a record of {len(record)} bytes is no exchange")
    sequence, flags, *lengths = _HEAD.unpack_from(record)
    texts, at = [], _HEAD.size
    for length in lengths:
        texts.append(_text(record[at : at + length]))
        at += length
    if at > len(record):
        raise ValueError(f"a record of {len(record)} bytes is shorter than it says")
    request_id, sync_id, kind, surface = texts
    return Entry(sequence, EncodedExchange(request_id, sync_id, kind, surface, record[at:])), bool(flags)


def _bytes(text: str) -> bytes:
    return text.encode(errors="surrogatepass")


def _text(raw: bytes) -> str:
    return raw.decode(errors="surrogatepass")
