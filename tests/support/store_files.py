"""Store files, made and looked at, for tests that open them."""

from captured_exchanges.store import open_store
from support.store_builders import redacted

COMMITS = """
from captured_exchanges.store import open_store
from support.store_builders import delivery, run
store = open_store(sys.argv[1], "rw")
held = sum(mark.through_sequence for mark in store.exchanges().watermarks())
print("open", store.recovered, held, flush=True)
while True:
    store.exchanges().commit(delivery(run(held + 1, held + 8), after=held))
    held += 8
    print(held, flush=True)
"""
"""A script that commits to a store until it is killed, and tells each commit."""

HOLDS = """
from captured_exchanges.store import open_store
from support.store_builders import redacted
with open_store(sys.argv[1], "rw") as store:
    store.exchanges().put_exchanges([redacted("mine")])
    print("held", flush=True)
    sys.stdin.read()
"""
"""A script that writes to a store and keeps it open until its stdin ends."""


def ids(store):
    """The request ids in a store, in order."""
    return [row.request_id for row in store.exchanges().iterate(limit=100_000)]


def made(path, *request_ids):
    """A saved store with these exchanges."""
    with open_store(path, "rw") as store:
        store.exchanges().put_exchanges(redacted(request_id) for request_id in request_ids)
    return path


def names(folder):
    """The names in a folder, sorted."""
    return sorted(path.name for path in folder.iterdir())


def everything(folder):
    """Name and path of all that lies under a folder."""
    return [(found.name, found) for found in folder.rglob("*")]
