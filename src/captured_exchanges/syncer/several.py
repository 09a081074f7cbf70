"""Several connectors told apart, and one consumer's bounds shared out among them. For both styles."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import replace
from typing import TypeVar

from captured_exchanges.exchange import Limits
from captured_exchanges.handoff.consuming import ClientSettings

__all__ = ["named", "settings_of_each"]

_Target = TypeVar("_Target")


def named(connectors: Mapping[str, _Target] | Iterable[str]) -> dict[str, _Target | str]:
    """Each connector's target by its name; an address without a name is its own.

    Raises ValueError where there is none, where one is given twice, and where one has an empty name.
    """
    if isinstance(connectors, str):
        raise TypeError(f"give a list of connectors or a mapping, not the text {connectors!r}")
    if isinstance(connectors, Mapping):
        targets: dict[str, _Target | str] = dict(connectors)
    else:
        addresses = list(connectors)
        targets = {address: address for address in addresses}
        if len(targets) < len(addresses):
            raise ValueError("a connector is named twice: each has one consumer")
    if not targets or "" in targets:
        raise ValueError("name at least one connector, and none by an empty name")
    return targets


def settings_of_each(
    connectors: Mapping[str, object] | Iterable[str], names: Collection[str], settings: ClientSettings
) -> dict[str, ClientSettings]:
    """The settings of each connector's consumer.

    The store knows a connector by the name that the host gives it: two may call themselves alike. One
    alone that was given no name keeps its own, as with a consumer of one.
    """
    alone = len(names) == 1 and not isinstance(connectors, Mapping)
    limits = _share(settings.limits, len(names))
    return {name: replace(settings, connector_name="" if alone else name, limits=limits) for name in names}


def _share(limits: Limits, shares: int) -> Limits:
    """An equal share of what may be outstanding, a batch at least: all hold no more than one would."""
    return replace(
        limits,
        max_outstanding_exchanges=max(limits.max_outstanding_exchanges // shares, limits.max_batch_exchanges),
        max_outstanding_bytes=max(limits.max_outstanding_bytes // shares, limits.max_batch_bytes),
    )
