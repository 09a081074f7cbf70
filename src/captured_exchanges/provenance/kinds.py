"""The kinds of objects that may carry request ids, in the order in which they are looked for."""

from __future__ import annotations

from captured_exchanges.store import ObjectKind

__all__ = ["KINDS"]

KINDS: tuple[ObjectKind, ...] = ("resource", "entitlement", "grant", "resource_type")
