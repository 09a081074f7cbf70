"""The messages of the handoff: their defaults mean "unset", and their variants are all named."""

import dataclasses
import typing

import pytest

from captured_exchanges.exchange import messages

RECORDS = [
    value
    for value in vars(messages).values()
    if dataclasses.is_dataclass(value) and value.__module__ == messages.__name__
]


@pytest.mark.parametrize("record", RECORDS, ids=lambda record: record.__name__)
def test_frozen_and_slotted(record):
    """Messages are immutable and have no room for more."""
    assert record.__dataclass_params__.frozen
    assert "__slots__" in vars(record)


@pytest.mark.parametrize("record", RECORDS, ids=lambda record: record.__name__)
def test_defaults_are_unset(record):
    """What is left out is zero or empty, as on the wire; only the protocol's version is stated."""
    for field in dataclasses.fields(record):
        if field.name == "protocol_version":
            continue
        if field.default is not dataclasses.MISSING:
            assert not field.default
        if field.default_factory is not dataclasses.MISSING:
            assert field.default_factory() == field.default_factory()


def test_variants():
    """Requests, messages as they leave, and as they arrive, are the protocol's variants."""
    names = {
        alias: {variant.__name__ for variant in typing.get_args(getattr(messages, alias))}
        for alias in ("Request", "ServerMessage", "Response")
    }
    assert names["Request"] == {"Open", "Ack", "Drain", "Heartbeat"}
    assert names["ServerMessage"] - names["Response"] == {"OutgoingBatch"}
    assert names["Response"] - names["ServerMessage"] == {"Batch"}


def test_reasons():
    """The reasons of gaps are those of the protocol."""
    assert set(typing.get_args(messages.GapReason)) == {
        "overflow", "oversize", "spool_failure", "retention",
        "observer_lag", "unclean_restart", "unknown_loss", "released_elsewhere",
    }  # fmt: skip


def test_pinned():
    """Every message is exported."""
    assert {record.__name__ for record in RECORDS} < set(messages.__all__)
    assert sorted(messages.__all__, key=str.lower) == sorted(set(messages.__all__), key=str.lower)
