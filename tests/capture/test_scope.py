"""The scope: nesting, tasks, threads, annotations, and ids that come from a cache."""

import asyncio
import contextvars
import threading

import pytest

from captured_exchanges import capture
from captured_exchanges.capture import Scope, current_scope, intent, reuse
from captured_exchanges.exchange import Intent
from captured_exchanges.wire import REQUEST_ID_TYPE_URL, request_ids


def test_outside():
    """Outside of any block there is no scope, and reusing ids does nothing."""
    assert current_scope() is None
    reuse(["a"])
    assert current_scope() is None


def test_block():
    """In a block the scope is the current one, with what was said; after it, there is none."""
    with intent("groups", "ListGrants", "group", sync_id="s", page=3) as scope:
        assert current_scope() is scope
        assert scope.intent == Intent("groups", "ListGrants", "group", {"page": 3})
        assert scope.intent.as_json() == {
            "surface": "groups",
            "entrypoint": "ListGrants",
            "resourceType": "group",
            "page": 3,
        }
        assert scope.sync_id == "s"
    assert current_scope() is None


def test_inherits():
    """An inner block takes over what it does not say itself, and the outer one stays as it was."""
    with intent("groups", "ListGrants", sync_id="s", page=1, kind="a") as outer:
        with intent(resource_type="user", page=2) as inner:
            assert inner.intent == Intent("groups", "ListGrants", "user", {"page": 2, "kind": "a"})
            assert inner.sync_id == "s"
            with intent("users", sync_id="t") as innermost:
                assert (innermost.sync_id, innermost.intent.surface) == ("t", "users")
        assert current_scope() is outer
        assert outer.intent == Intent("groups", "ListGrants", "", {"page": 1, "kind": "a"})


def test_ids_reach_outwards():
    """Ids reach the scopes around, in start order and each once, and no scope beside."""
    with intent() as outer:
        outer.add("1")
        with intent() as first:
            first.add("2")
            with intent() as innermost:
                innermost.add("3")
        with intent() as second:
            second.add("4")
            second.add("2")
    assert outer.request_ids == ("1", "2", "3", "4")
    assert first.request_ids == ("2", "3")
    assert second.request_ids == ("4", "2")
    assert outer.omitted == 0


def test_annotations():
    """Annotations are ready for an object: one RequestId for each id, in order."""
    with intent() as scope:
        scope.add("b")
        scope.add("a")
    annotations = scope.annotations()
    assert [annotation.type_url for annotation in annotations] == [REQUEST_ID_TYPE_URL] * 2
    assert request_ids(annotations) == ["b", "a"]


def test_reuse():
    """What comes from a cache brings the ids it was loaded with."""
    with intent() as loading:
        loading.add("load")
    with intent() as using:
        using.add("own")
        reuse(loading.request_ids)
    assert using.request_ids == ("own", "load")


def test_responses_reach_outwards():
    """A response is remembered by the scopes around, under the ids that started there; None is nothing."""
    with intent() as outer, intent() as inner:
        inner.add("1")
        inner.add("2")
        inner.finished("1", b'{"id":"u-1"}')
        inner.finished("2", None)
    assert outer.mentions(["u-1", "u-2"]) == inner.mentions(["u-1"]) == {"u-1": ("1",)}


def test_raising_block():
    """A block that raises is left like any other."""
    with pytest.raises(KeyError), intent("a"):
        raise KeyError
    assert current_scope() is None


async def test_tasks():
    """Tasks collect into the scope they were started in, and change nothing of each other's."""

    async def work(name):
        current_scope().add(name)
        with intent(name) as own:
            await asyncio.sleep(0)
            assert current_scope() is own
            own.add(f"{name}-inner")
        return own

    with intent("all") as scope:
        scopes = await asyncio.gather(*(work(f"t{number}") for number in range(10)))
        assert current_scope() is scope
    assert [own.request_ids for own in scopes] == [(f"t{number}-inner",) for number in range(10)]
    assert [own.intent.surface for own in scopes] == [f"t{number}" for number in range(10)]
    assert len(scope.request_ids) == 20


async def test_to_thread():
    """A thread that asyncio hands the context is in the scope."""
    with intent() as scope:
        assert await asyncio.to_thread(current_scope) is scope


def test_threads():
    """A thread that is handed the context is in the scope; a bare one is in none."""
    seen = []

    def look():
        seen.append(current_scope())

    with intent() as scope:
        handed = contextvars.copy_context()
        for target in (look, lambda: handed.run(look)):
            thread = threading.Thread(target=target)
            thread.start()
            thread.join()
    assert seen == [None, scope]


def test_many_threads():
    """Ids added by many threads at once are all there."""
    scope = Scope(Intent())
    barrier = threading.Barrier(8)

    def work(name):
        barrier.wait()
        for number in range(500):
            scope.add(f"{name}-{number}")
            scope.finished(f"{name}-{number}", b'"%d"' % number)

    threads = [threading.Thread(target=work, args=(name,)) for name in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(set(scope.request_ids)) == 4000
    assert len(scope.mentions(["499"])["499"]) == 8


async def test_closed_elsewhere():
    """A block in an asynchronous generator that is closed in another context raises nothing."""

    async def pages():
        with intent("pages"):
            yield current_scope()

    generator = pages()
    scope = await asyncio.create_task(anext(generator))
    assert scope.intent.surface == "pages"
    await generator.aclose()
    assert current_scope() is None


def test_pinned():
    """The room offers the scope and what belongs to it; adapters are imported by name."""
    assert capture.__all__ == ["Scope", "current_scope", "intent", "reuse"]
