"""What a scope remembers, its bounds, and what counts as a mention."""

import json
import threading

import pytest

from captured_exchanges.capture import memory as module
from captured_exchanges.capture.memory import MAX_REQUEST_IDS, MAX_RESPONSE_BYTES, Memory


def remembering(**responses):
    memory = Memory()
    for request_id, response in responses.items():
        memory.add(request_id)
        memory.remember(request_id, json.dumps(response).encode())
    return memory


def test_ids_are_bounded():
    """Beyond the bound ids are counted and not kept; a repeat is neither."""
    memory = Memory()
    for number in range(MAX_REQUEST_IDS + 5):
        memory.add(str(number))
    memory.add("3")
    assert len(memory.request_ids()) == MAX_REQUEST_IDS
    assert memory.omitted == 5


@pytest.mark.parametrize(
    ("object_id", "value"),
    [
        ("u-1", {"id": "u-1"}),
        ("42", {"id": 42}),
        ("42", [42, 43]),
        ("ada@example.com", {"emails": [{"value": "ada@example.com"}]}),
        ("2819c223-7f76-453a-919d-413861904646", {"$ref": "/Users/2819c223-7f76-453a-919d-413861904646?x=1"}),
        ("cn=Ada,ou=People", {"dn": "cn=Ada, ou=People, dc=example"}),
        ("Domain Admins", {"name": "Domain Admins"}),
        ('od"d', {"name": 'od"d'}),
        ("user:u-1", {"type": "user", "id": "u-1"}),
    ],
)
def test_mentioned(object_id, value):
    """An id is mentioned where all its words are words of the response."""
    assert remembering(r=value).mentions([object_id]) == {object_id: ("r",)}


@pytest.mark.parametrize(
    ("object_id", "value"),
    [
        ("u-1", {"id": "u-12"}),
        ("u-1", {"id": "xu-1"}),
        ("42", {"id": 421}),
        ("user:u-1", {"type": "user", "id": "u-2"}),
        ("", {"id": ""}),
        (":", {"id": ":"}),
        ("\ud800", {"id": "u"}),
    ],
)
def test_not_mentioned(object_id, value):
    """Part of a word is no mention, and an id without words is never mentioned."""
    assert remembering(r=value).mentions([object_id]) == {}


def test_not_ascii():
    """Ids outside of ASCII are found in JSON that spells them out."""
    memory = Memory()
    memory.add("r")
    memory.remember("r", '{"name":"Grüße"}'.encode())
    assert memory.mentions(["Grüße"]) == {"Grüße": ("r",)}


def test_start_order():
    """Mentions come in the order in which the exchanges started, not in which they ended."""
    memory = Memory()
    for request_id in ("a", "b", "c"):
        memory.add(request_id)
    for request_id in ("c", "a", "b"):
        memory.remember(request_id, b'["x"]')
    assert memory.mentions(["x", "y"]) == {"x": ("a", "b", "c")}


def test_of_other_scopes():
    """A response whose id is not in the list is no mention."""
    memory = Memory()
    memory.remember("stranger", b'["x"]')
    assert memory.mentions(["x"]) == {}


def test_responses_are_bounded():
    """Responses are kept up to the bound, the latest ones; the ids stay."""
    memory = Memory()
    part = b'["x"]'.ljust(MAX_RESPONSE_BYTES // 4)
    for request_id in ("a", "b", "c", "d"):
        memory.add(request_id)
        memory.remember(request_id, part)
    assert memory.mentions(["x"])["x"] == ("a", "b", "c", "d")
    memory.remember("d", part)
    assert memory.mentions(["x"])["x"] == ("a", "b", "c", "d")
    memory.remember("a", b'["x", "y"]')
    memory.add("e")
    memory.remember("e", part)
    assert memory.mentions(["x"])["x"] == ("a", "c", "d", "e")
    assert memory.request_ids() == ("a", "b", "c", "d", "e")


def test_too_large_alone():
    """A response larger than the bound is not kept, and leaves nothing behind."""
    memory = Memory()
    for request_id in ("a", "b"):
        memory.add(request_id)
    memory.remember("a", b'["x"]'.ljust(MAX_RESPONSE_BYTES + 1))
    assert memory.mentions(["x"]) == {}
    memory.remember("b", b'["x"]')
    assert memory.mentions(["x"]) == {"x": ("b",)}


def test_remember_never_waits():
    """While somebody is inside, `remember` returns at once, and the response is there afterwards."""
    memory = remembering(a="x")
    memory.add("b")
    with memory._lock:
        memory.remember("b", b'["x"]')
    assert memory.mentions(["x"]) == {"x": ("a", "b")}


def test_while_others_write():
    """Asking while others remember gives answers that were true at some moment."""
    memory = Memory()
    for number in range(300):
        memory.add(str(number))

    def write():
        for number in range(300):
            memory.remember(str(number), b'["x"]')

    thread = threading.Thread(target=write)
    thread.start()
    counts = [len(memory.mentions(["x"]).get("x", ())) for _ in range(50)]
    thread.join()
    assert counts == sorted(counts)
    assert len(memory.mentions(["x"])["x"]) == 300


def test_pinned():
    """The module offers what it says."""
    assert module.__all__ == ["MAX_REQUEST_IDS", "MAX_RESPONSE_BYTES", "Memory"]
