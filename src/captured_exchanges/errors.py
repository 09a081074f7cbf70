"""The errors that callers may want to tell apart.

One shallow tree: a subclass exists only where a caller acts differently on it. Every message says what
was wrong, where, and what to do about it, and never quotes captured data.
"""

from __future__ import annotations

__all__ = [
    "CapturedExchangesError",
    "ConnectionRefused",
    "ConsumerStopped",
    "CorruptStore",
    "MissingExtra",
    "PolicyError",
    "ProtocolViolation",
    "ReadOnlyStore",
    "SpoolRefused",
    "StoreError",
    "StoreLocked",
    "UnsupportedStore",
    "WatermarkMoved",
]


class CapturedExchangesError(Exception):
    """The root: `except CapturedExchangesError` catches all that this package raises on purpose.

    Messages name what files and peers are called by, and end in logs and on terminals: as text each is one
    line in which nothing acts, unprintable characters being escapes.
    """

    def __str__(self) -> str:
        """The message, printable."""
        said = super().__str__()
        return said if said.isprintable() else "".join(map(_shown, said))


def _shown(character: str) -> str:
    return character if character.isprintable() else character.encode("unicode_escape").decode("ascii")


class MissingExtra(CapturedExchangesError):
    """An optional library is not installed; the message names the extra that brings it."""


class PolicyError(CapturedExchangesError):
    """A redaction policy cannot be used; the message names file, line and key."""


class ConnectionRefused(CapturedExchangesError):
    """An address or a credential does not meet the rules of who may connect; nothing was opened."""


class SpoolRefused(CapturedExchangesError):
    """The folder of a durable spool cannot be used; nothing in it was touched."""


class StoreError(CapturedExchangesError):
    """A store cannot be read or written; the file is as it was before."""


class UnsupportedStore(StoreError):
    """The file is of a format or version that this package does not handle."""


class CorruptStore(StoreError):
    """The file is damaged, truncated, or larger than the bound allows."""


class StoreLocked(StoreError):
    """Another process is writing this store."""


class ReadOnlyStore(StoreError):
    """A write was asked of a store that was opened for reading."""


class WatermarkMoved(StoreError):
    """The stored watermark is not the one the batch assumed; nothing was written: reopen the stream."""


class ProtocolViolation(CapturedExchangesError):
    """The peer said something the protocol forbids; `code` is the gRPC status to answer with."""

    def __init__(self, message: str, *, code: int = 3) -> None:
        super().__init__(message)
        self.code = code


class ConsumerStopped(CapturedExchangesError):
    """The consumer ended for a reason that a retry cannot heal; `code` is the gRPC status behind it."""

    def __init__(self, message: str, *, code: int = 2) -> None:
        super().__init__(message)
        self.code = code
