"""What a file of `counting_syncer` or `failpoint_syncer` holds, and what was ever done to its rows."""

from collections import Counter

from captured_exchanges.store import open_store


def stored_ids(path, sync_id):
    """The request ids of a sync in the order of their rows."""
    with open_store(path) as store:
        rows = store.exchanges().iterate(limit=10**9, sync_id=sync_id)
    return [row.request_id for row in rows]


def writes_of(path, names="req-%"):
    """How often each request id (of such names) was inserted and updated, as the triggers saw it."""
    with open_store(path) as store, store._database.reading() as connection:
        rows = connection.execute(
            "select request_id, operation from writes_seen where request_id like ?", (names,)
        ).fetchall()
    return Counter(rows)
