"""What an operator chooses about the spool."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

from captured_exchanges.buffer.spool.disk import Disk

__all__ = ["DEFAULT_SPOOL_BYTES", "FLUSH_INTERVAL", "SpoolOptions"]

DEFAULT_SPOOL_BYTES = 1024 * 1024 * 1024
"""Bytes of exchanges that a spool keeps on disk at most."""
FLUSH_INTERVAL = 0.2
"""Seconds after which what was captured is on the disk, where the spool is durable."""


@dataclass(frozen=True, slots=True)
class SpoolOptions:
    """Where exchanges go that memory has no room for.

    Without `durable` they go to files without a name, in `folder` or where the system keeps temporary ones,
    and end with the process. With it, `folder` is the spool's own, for one process at a time: a connector
    that is killed comes back with its epoch, and with all that was accepted up to `flush_interval` seconds
    before. `max_bytes` bounds the files of exchanges; 128 KiB and more for the state of a durable spool come
    beside that. `disk` makes the system's calls.

    Raises ValueError for a durable spool without a folder, or a bound that is not above zero.
    """

    folder: Path | None = None
    durable: bool = False
    max_bytes: int = DEFAULT_SPOOL_BYTES
    flush_interval: float = FLUSH_INTERVAL
    disk: Disk = field(default_factory=Disk, repr=False)

    def __post_init__(self) -> None:
        if self.durable and self.folder is None:
            raise ValueError("a durable spool needs a folder of its own: give one")
        for name in ("max_bytes", "flush_interval"):
            if not getattr(self, name) > 0:
                raise ValueError(f"{name} of the spool is {getattr(self, name)}; it must be above zero")
