"""All that a durable buffer must remember, but for the exchanges themselves, as JSON.

It is taken whole at each flush: epochs with their positions, leases and holes; accounts; what was dropped
after it had been sent. An exchange that it counts as retained and no segment holds is lost, and known to be.
JSON by Python's own writer: it keeps lone surrogates in a connector's sync ids.
"""

from __future__ import annotations

import json
from typing import Any, NamedTuple

from captured_exchanges.buffer.accounts import Account
from captured_exchanges.buffer.hole import HoleImage
from captured_exchanges.buffer.shelf import Shelf
from captured_exchanges.buffer.stock import Stock
from captured_exchanges.exchange import MAX_SEQUENCE, GapReason

__all__ = ["LEASE", "AccountImage", "Image", "ShelfImage", "dump", "image_of", "load"]

LEASE = 65_536
"""Sequences that a flush leases ahead: so many may be captured while the disk does not answer."""
_VERSION = 1


class AccountImage(NamedTuple):
    """An Account of that sync."""

    sync_id: str
    captured: int
    acked: int
    abandoned: int
    attested: bool
    retained: int
    retained_bytes: int
    dropped: dict[GapReason, tuple[int, int]]


class ShelfImage(NamedTuple):
    """A Shelf. Sequences through `lease` may have been used since."""

    epoch: str
    floor: int
    next_sequence: int
    acked_through: int
    written_through: int
    lease: int
    holes: list[HoleImage]


class Image(NamedTuple):
    """A Stock. `closed`: nothing was captured after it. `sent_drops` are sequence, sync id, bytes, reason and
    the name of the account.
    """

    closed: bool
    handed_through: int
    shelves: list[ShelfImage]
    accounts: list[AccountImage]
    sent_drops: list[tuple[int, str, int, GapReason, str]]


def image_of(stock: Stock, *, closed: bool) -> Image:
    """Ask under the buffer's lock."""
    names = {id(account): name for name, account in stock.accounts.items()}
    last = stock.shelves[-1]
    return Image(
        closed,
        stock.flight.handed_through,
        [_shelf(shelf, 0 if closed or shelf is not last else LEASE) for shelf in stock.shelves],
        [_account(name, account) for name, account in stock.accounts.items()],
        [(d.sequence, d.sync_id, d.size, d.reason, names[id(d.account)]) for d in stock.sent_drops],
    )


def dump(image: Image) -> bytes:
    """The bytes of an image."""
    return json.dumps([_VERSION, *image], separators=(",", ":")).encode()


def load(raw: bytes) -> Image:
    """The image of these bytes. Raises ValueError where they are none."""
    try:
        version, closed, handed, shelves, accounts, drops = json.loads(raw)
        if version != _VERSION:
            raise ValueError(f"a spool's state of version {version}: this one reads {_VERSION}")
        return Image(
            closed,
            handed,
            [_shelf_of(shelf) for shelf in shelves],
            [AccountImage(*account) for account in accounts],
            [tuple(drop) for drop in drops],
        )
    except (TypeError, KeyError, IndexError) as failure:
        raise ValueError("these bytes are no spool's state") from failure


def _shelf(shelf: Shelf, lease: int) -> ShelfImage:
    through = shelf.next_sequence - 1
    return ShelfImage(
        shelf.epoch,
        shelf.floor,
        shelf.next_sequence,
        shelf.acked_through,
        shelf.written_through,
        min(MAX_SEQUENCE, through + lease),
        [hole.image() for hole in shelf.holes()],
    )


def _shelf_of(parts: list[Any]) -> ShelfImage:
    *numbers, holes = parts
    return ShelfImage._make([*numbers, [HoleImage.of(hole) for hole in holes]])


def _account(sync_id: str, account: Account) -> AccountImage:
    return AccountImage(
        sync_id,
        account.captured,
        account.acked,
        account.abandoned,
        account.attested,
        account.retained,
        account.retained_bytes,
        dict(account.dropped),
    )
