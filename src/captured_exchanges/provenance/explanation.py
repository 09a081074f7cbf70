"""What provenance answers with."""

from __future__ import annotations

from dataclasses import dataclass, field

from captured_exchanges.errors import CapturedExchangesError
from captured_exchanges.exchange import StoredExchange
from captured_exchanges.store import ObjectKind

__all__ = ["Explanation", "ObjectNotFound"]


@dataclass(frozen=True, slots=True)
class Explanation:
    """Which exchanges built one object in one sync.

    `request_ids` are the object's annotations in their order, each once. Each of them is either the id of
    one of `exchanges` (in the same order) or in `dangling`: annotated, but not in this file. An exchange
    is the one stored for the object's own sync where there is one, else the newest of that id; those ids
    are `from_other_syncs` too. All three are empty for an object that was synced without capture.
    """

    kind: ObjectKind
    object_id: str
    display_name: str = field(repr=False)
    sync_id: str
    request_ids: tuple[str, ...]
    exchanges: tuple[StoredExchange, ...]
    dangling: tuple[str, ...]
    from_other_syncs: tuple[str, ...] = ()


class ObjectNotFound(CapturedExchangesError):
    """No object of that name is in the file; `similar` holds at most three ids that begin alike."""

    def __init__(self, message: str, *, similar: tuple[str, ...] = ()) -> None:
        super().__init__(message)
        self.similar = similar
