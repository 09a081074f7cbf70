"""Who a consumer says it is, where the host does not say it: one id per store, the same after a crash.

A connector keeps ownership for a consumer that was cut off, for 30 s, and tells consumers apart by this
id. So it is derived from the machine and the store's path: a syncer that is started again after a crash
gets its place back at once, and two syncers of two files never pass for one another. A store that has no
path gets a random id: after a crash its host waits for the 30 s.
"""

from __future__ import annotations

import hashlib
import os
import socket
import uuid

__all__ = ["default_consumer_id"]


def default_consumer_id(store: object) -> str:
    """The consumer id of a store: of its `path`, if it has one, else random. At most 256 bytes."""
    path = getattr(store, "path", None)
    if not isinstance(path, str | os.PathLike):
        return f"consumer-{uuid.uuid4()}"
    place = f"{socket.gethostname()}\0{os.path.realpath(path)}"
    return f"store-{hashlib.sha256(place.encode('utf-8', 'surrogateescape')).hexdigest()[:32]}"
