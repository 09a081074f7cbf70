"""What makes a spool durable: the image of the buffer in its slots, and the leases of sequences in force.

No sequence is used that a slot, whichever of the two is left after a crash, does not tell as leased: in force
is the lease of the older one. A flush leases LEASE ahead, so a disk that does not answer for a while stops
nobody; where it is gone for longer, the epoch is full and what is captured goes to a new one, in memory.
"""

from __future__ import annotations

import os
from pathlib import Path

from captured_exchanges.buffer.spool.disk import Disk
from captured_exchanges.buffer.spool.image import Image, dump, image_of, load
from captured_exchanges.buffer.spool.slots import Slots
from captured_exchanges.buffer.stock import Stock
from captured_exchanges.exchange import MAX_SEQUENCE

__all__ = ["Ledger"]


class Ledger:
    """One durable spool's. `lock`: the descriptor of its folder's lock. What is not asked under the buffer's
    lock blocks, and raises OSError.
    """

    def __init__(self, disk: Disk, folder: Path, lock: int) -> None:
        self._slots = Slots(disk, folder)
        self._lock = lock
        self._leased: dict[str, int] = {}

    def last_image(self) -> Image | None:
        """What an earlier process has left; None: nothing that can be read."""
        for content in self._slots.contents():
            try:
                image = load(content)
            except ValueError:
                continue
            self._leased = {shelf.epoch: shelf.lease for shelf in image.shelves}
            return image
        return None

    def take(self, stock: Stock, *, closed: bool) -> Image:
        """The image of this moment; asked under the buffer's lock. An epoch that no slot knows yet uses no
        more from now on than what is leased in it, and a closed one nothing.
        """
        image = image_of(stock, closed=closed)
        last, lease = stock.shelves[-1], image.shelves[-1].lease
        if closed or (last.limit == MAX_SEQUENCE and last.epoch not in self._leased):
            last.limit = lease
        return image

    def keep(self, image: Image) -> None:
        """Return when the image is safe."""
        self._slots.write(dump(image))

    def grant(self, stock: Stock, image: Image) -> None:
        """The image is safe: what the older slot leases is in force. Asked under the buffer's lock."""
        leased = {shelf.epoch: shelf.lease for shelf in image.shelves}
        for shelf in stock.shelves:
            if shelf.epoch in leased and not image.closed:
                shelf.limit = self._leased.get(shelf.epoch, leased[shelf.epoch])
        self._leased = leased

    def close(self) -> None:
        """Let go of the folder."""
        self._slots.close()
        os.close(self._lock)
