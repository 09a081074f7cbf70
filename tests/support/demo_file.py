"""A small `.c1z` as the demo's syncer leaves it, made by hand."""

import time

import orjson

from captured_exchanges.demo.objects import ObjectWriter
from captured_exchanges.demo.options import CONNECTOR_NAME
from captured_exchanges.demo.people import ACCOUNT_SCHEMA
from captured_exchanges.exchange import CapturedExchange, RedactedExchange
from captured_exchanges.store import Delivery, open_store
from captured_exchanges.wire import baton, request_id_annotation

SYNC_ID = "s1"


def user(identity, *request_ids):
    annotations = [request_id_annotation(each) for each in request_ids]
    name = baton.ResourceId(resource_type="user", resource=identity)
    return baton.Resource(id=name, display_name=f"User {identity}", annotations=annotations)


def exchange(request_id, *identities):
    """One page of users: redacted, as it would be stored."""
    marker = "[REDACTED:test]"
    resources = [
        {"id": each, "userName": each, "password": marker, ACCOUNT_SCHEMA: {"passwordLastChanged": "2026"}}
        for each in identities
    ]
    request = {
        "kind": "http",
        "method": "GET",
        "url": "http://127.0.0.1:1/v2/Users",
        "headers": [["accept", "*/*"], ["authorization", f"Bearer {marker}"]],
        "redactions": [{"path": "/headers/1", "rule": "header.authorization"}],
    }
    response = {
        "status": 200,
        "duration_ms": 12.4,
        "body": {"type": "json", "value": {"Resources": resources}},
        "redactions": [{"path": "/body/value", "rule": "name.password"} for _ in resources],
    }
    return RedactedExchange(
        request_id,
        SYNC_ID,
        "http",
        orjson.dumps(request),
        orjson.dumps(response),
        orjson.dumps({"surface": "sync", "entrypoint": "ListResources", "resourceType": "user"}),
        time.time_ns(),
    )


def demo_file(path, users, exchanges, connector=CONNECTOR_NAME):
    """Write it; returns the path."""
    with open_store(path, "rw") as store:
        writer = ObjectWriter(store, SYNC_ID)
        writer.begin()
        writer.write_resources(users)
        captured = [CapturedExchange(number, each) for number, each in enumerate(exchanges, start=1)]
        store.exchanges().commit(Delivery(connector, "epoch", 0, len(captured), captured, sync_id=SYNC_ID))
        writer.end()
    return path
