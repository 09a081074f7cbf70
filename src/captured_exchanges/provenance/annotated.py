"""What an object's stored protobuf says that provenance needs: its name for people, its request ids."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from google.protobuf.message import DecodeError

from captured_exchanges.errors import CorruptStore
from captured_exchanges.store import ObjectKind, ObjectRow
from captured_exchanges.wire import request_ids
from captured_exchanges.wire.baton import Entitlement, Grant, Resource, ResourceType

__all__ = ["Annotated", "read_annotated"]

_MESSAGES: Mapping[ObjectKind, type[Resource | Entitlement | Grant | ResourceType]] = {
    "resource": Resource,
    "entitlement": Entitlement,
    "grant": Grant,
    "resource_type": ResourceType,
}


@dataclass(frozen=True, slots=True)
class Annotated:
    """`request_ids` in their order, each once, none empty."""

    display_name: str = field(repr=False)
    request_ids: tuple[str, ...]


def read_annotated(kind: ObjectKind, row: ObjectRow) -> Annotated:
    """Read the `data` of an object's row. Raises CorruptStore where it is not the message of that kind."""
    try:
        message = _MESSAGES[kind].FromString(row.data)
        ids = request_ids(message.annotations)
    except DecodeError as error:
        raise CorruptStore(
            f"the data of {kind} {row.external_id!r} in sync {row.sync_id!r} is not a baton "
            f"{_MESSAGES[kind].__name__}: the row is damaged, or not of baton's making"
        ) from error
    return Annotated(_display_name(message), tuple(dict.fromkeys(filter(None, ids))))


def _display_name(message: Resource | Entitlement | Grant | ResourceType) -> str:
    """A grant has no name of its own: it reads `principal → entitlement`."""
    if not isinstance(message, Grant):
        return message.display_name
    principal, entitlement = message.principal.display_name, message.entitlement.display_name
    return f"{principal} → {entitlement}" if principal and entitlement else principal or entitlement
