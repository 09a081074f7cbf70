"""Records: what they say of themselves, and what they keep to themselves."""

import dataclasses

import pytest

from captured_exchanges.exchange import (
    ENTRY_OVERHEAD,
    MAX_BODY_BYTES,
    MAX_EXCHANGE_BYTES,
    Body,
    CapturedExchange,
    EncodedExchange,
    Entry,
    Exchange,
    Failure,
    HttpRequest,
    HttpResponse,
    Intent,
    RedactedExchange,
    StoredExchange,
    Watermark,
    records,
)

CANARY = "canary"
BYTES = CANARY.encode()
REQUEST = HttpRequest("GET", f"http://h/{CANARY}", ((CANARY, CANARY),), Body(BYTES, 6), 1)
RESPONSE = HttpResponse(200, 1.5, CANARY, ((CANARY, CANARY),), Body(BYTES, 6), error=Failure("E", CANARY))
REDACTED = RedactedExchange("id", "sync", "http", BYTES, BYTES, BYTES, 1)
ENCODED = EncodedExchange("id", "sync", "http", "", BYTES)
EXAMPLES = [
    REQUEST,
    RESPONSE,
    Body(BYTES, 6),
    Failure("E", CANARY),
    Intent("users", extra={CANARY: CANARY}),
    Exchange("id", "http", REQUEST, RESPONSE, Intent("users", extra={"x": CANARY}), 1),
    REDACTED,
    ENCODED,
    Entry(1, ENCODED),
    CapturedExchange(1, REDACTED),
    StoredExchange(1, "id", "sync", "http", BYTES, BYTES, BYTES, "2024-01-01 00:00:00"),
    Watermark("epoch", 3),
]


@pytest.mark.parametrize("record", EXAMPLES, ids=lambda record: type(record).__name__)
def test_reprs_keep_quiet(record):
    """No repr shows a URL, a header, a body, a message or a document."""
    assert CANARY not in repr(record)
    assert type(record).__name__ in repr(record)


@pytest.mark.parametrize("record", EXAMPLES, ids=lambda record: type(record).__name__)
def test_immutable(record):
    """Records cannot be changed and have no room for more."""
    field = dataclasses.fields(record)[0].name
    with pytest.raises(dataclasses.FrozenInstanceError):
        setattr(record, field, None)
    assert not hasattr(record, "__dict__")


@pytest.mark.parametrize(
    ("intent", "shape"),
    [
        (Intent(), {}),
        (Intent("users"), {"surface": "users"}),
        (
            Intent("grants", "ListGrants", "group", {"page": 2}),
            {"surface": "grants", "entrypoint": "ListGrants", "resourceType": "group", "page": 2},
        ),
        (Intent(extra={"a": {"b": [1, None]}}), {"a": {"b": [1, None]}}),
    ],
)
def test_intent_as_json(intent, shape):
    """An intent's JSON has its three names where they are known, then the extras."""
    assert intent.as_json() == shape
    assert list(intent.as_json()) == list(shape)


def test_sizes():
    """A size is the encoded bytes and what a batch adds; an entry's is its exchange's."""
    assert ENCODED.size == len(BYTES) + ENTRY_OVERHEAD == Entry(9, ENCODED).size


def test_bounds():
    """Two bodies of the most that capture keeps fit into the largest exchange with room to spare."""
    assert 2 * MAX_BODY_BYTES < MAX_EXCHANGE_BYTES // 2


def test_pinned():
    """Every public record is exported, and nothing else."""
    public = {
        name
        for name, value in vars(records).items()
        if getattr(value, "__module__", None) == records.__name__ and not name.startswith("_")
    }
    assert public <= set(records.__all__)
    assert {*records.__all__} - public == {
        "ENTRY_OVERHEAD", "MAX_EXCHANGE_BYTES", "MAX_SEQUENCE", "Json",
    }  # fmt: skip
