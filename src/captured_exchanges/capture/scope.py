"""The scope: why upstream calls are made, and which calls were made for that reason.

Lives here: the current scope as a context variable, so that it follows asyncio tasks and every thread that
is handed the context (`asyncio.to_thread`, `contextvars.copy_context().run`). What a scope remembers is in
`memory`; who fills it is the Recorder of `connector`, who asks it the interceptor or a connector's author.

    with intent("groups", "ListGrants", "group", sync_id=request.active_sync_id) as scope:
        members = client.get(f"/Groups/{group}/members").json()
        grant.annotations.extend(scope.annotations())

A connector that builds objects from a cache keeps the ids with the value, and hands them on when it is used:

    with intent() as scope:
        cache[key] = (load(key), scope.request_ids)
    ...
    value, request_ids = cache[key]
    reuse(request_ids)
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from contextvars import ContextVar
from typing import TYPE_CHECKING

from captured_exchanges.capture.memory import Memory
from captured_exchanges.exchange import Intent, Json

if TYPE_CHECKING:
    from google.protobuf.any_pb2 import Any

__all__ = ["Scope", "current_scope", "intent", "reuse"]

_current: ContextVar[Scope | None] = ContextVar("captured_exchanges_scope", default=None)


class Scope:
    """What one `intent` block stands for. Thread-safe; usable after the block has ended.

    `intent` and `sync_id` are final. What a scope collects, the scopes around it collect too: `memories`
    are its own and theirs, from the inside out.
    """

    __slots__ = ("__weakref__", "intent", "memories", "sync_id")

    def __init__(self, intent: Intent, sync_id: str = "", around: tuple[Memory, ...] = ()) -> None:
        self.intent = intent
        self.sync_id = sync_id
        self.memories = (Memory(), *around)

    @property
    def request_ids(self) -> tuple[str, ...]:
        """The ids of the exchanges that started in this scope, in start order, each once; at most
        100,000 (see `omitted`).
        """
        return self.memories[0].request_ids()

    @property
    def omitted(self) -> int:
        """How many ids came after the first 100,000 and are not in `request_ids`."""
        return self.memories[0].omitted

    def annotations(self) -> list[Any]:
        """One RequestId annotation for each of `request_ids`, ready for an object's `annotations`."""
        from captured_exchanges.wire import request_id_annotation  # noqa: PLC0415 - protobuf only when asked

        return [request_id_annotation(request_id) for request_id in self.request_ids]

    def mentions(self, object_ids: Iterable[str]) -> Mapping[str, tuple[str, ...]]:
        """For each of these ids of objects: the request ids whose responses mention it, in start order;
        ids that no remembered response mentions are left out.

        A response mentions an id when every word of the id is a word of its JSON: words end at quotes,
        blanks, brackets and the punctuation of URLs, DNs and composite ids, so `u-1` is in
        `{"ref": "/Users/u-1"}` and not in `"u-12"`. Give ids as upstream spells them. Asks once for all
        objects: each call reads the remembered responses (the latest 8 MiB) once, some 10 ms a MiB.
        """
        return self.memories[0].mentions(object_ids)

    def add(self, request_id: str) -> None:
        """An exchange has started here. Called by the Recorder."""
        for memory in self.memories:
            memory.add(request_id)

    def finished(self, request_id: str, response_json: bytes | None) -> None:
        """An exchange that started here has ended with this redacted response. Called by the Recorder,
        from any thread and any moment, destructors included.
        """
        if response_json is None:
            return
        for memory in self.memories:
            memory.remember(request_id, response_json)


def current_scope() -> Scope | None:
    """The innermost scope of this context, or None."""
    return _current.get()


def reuse(request_ids: Iterable[str]) -> None:
    """What is built from now on in the current scope rests on these earlier exchanges too (from a cache:
    see above). Without a scope this does nothing.
    """
    scope = _current.get()
    if scope is not None:
        for request_id in request_ids:
            scope.add(request_id)


@contextmanager
def intent(
    surface: str = "",
    entrypoint: str = "",
    resource_type: str = "",
    sync_id: str = "",
    **extra: Json,
) -> Iterator[Scope]:
    """Say why the upstream calls of this block are made; yields the Scope that collects them.

    What is left empty, and extras that are not named again, come from the scope around. Usable as `with`
    in synchronous and asynchronous code.
    """
    scope = _inside(_current.get(), Intent(surface, entrypoint, resource_type, extra), sync_id)
    token = _current.set(scope)
    try:
        yield scope
    finally:
        # An asynchronous generator may be closed in another context than it ran in: nothing to go back to.
        with suppress(ValueError):
            _current.reset(token)


def _inside(outer: Scope | None, inner: Intent, sync_id: str) -> Scope:
    if outer is None:
        return Scope(inner, sync_id)
    around = outer.intent
    inherited = Intent(
        inner.surface or around.surface,
        inner.entrypoint or around.entrypoint,
        inner.resource_type or around.resource_type,
        {**around.extra, **inner.extra},
    )
    return Scope(inherited, sync_id or outer.sync_id, outer.memories)
