"""Cells."""

import datetime as dt
import decimal
import enum
import ipaddress
import json
import uuid
from collections import UserDict

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from captured_exchanges.redaction.transports.sql.cells import Cells
from support.examples import EXAMPLES

UTC = dt.UTC


def shown(value):
    return Cells(1_000, 1_000).json(value)


class Colour(enum.StrEnum):
    RED = "red"


class Loud(str):
    """A stranger's type that says what it should not."""

    __slots__ = ()

    def __str__(self):
        raise ValueError(self)

    __repr__ = __str__


class Stranger:
    def __repr__(self):
        raise ValueError


class BadZone(dt.tzinfo):
    def utcoffset(self, _):
        raise ValueError


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (None, None),
        (True, True),
        (7, 7),
        (2**63 - 1, 2**63 - 1),
        (2**64, "18446744073709551616"),
        pytest.param(
            10**6_000, {"type": "omitted", "reason": "too large", "size": 4096}, id="a long integer"
        ),
        (1.5, 1.5),
        (float("nan"), "NaN"),
        (float("-inf"), "-Infinity"),
        (decimal.Decimal("1.10"), "1.10"),
        (dt.datetime(2024, 1, 2, 3, 4, 5, tzinfo=UTC), "2024-01-02T03:04:05+00:00"),
        (dt.date(2024, 1, 2), "2024-01-02"),
        (dt.time(3, 4), "03:04:00"),
        (dt.timedelta(days=1, seconds=2), "1 day, 0:00:02"),
        (uuid.UUID(int=7), "00000000-0000-0000-0000-000000000007"),
        (ipaddress.ip_address("10.0.0.1"), "10.0.0.1"),
        (b"text", "text"),
        (bytearray(b"text"), "text"),
        (memoryview("zoë".encode()), "zoë"),
        ("secret".encode("utf-16-le"), "secret"),
        (b"\x00\xff\x01", {"type": "omitted", "reason": "binary", "size": 4}),
        ([1, (2, {3})], [1, [2, [3]]]),
        ({"a": b"x", 1: None}, {"a": "x", "1": None}),
        (UserDict({"a": 1}), {"a": 1}),
        (Colour.RED, "red"),
        pytest.param(Loud("x"), "x", id="a string of a stranger's"),
        pytest.param(Stranger(), {"type": "omitted", "reason": "Stranger"}, id="a stranger"),
        (dt.datetime(2024, 1, 2, tzinfo=BadZone()), {"type": "omitted", "reason": "datetime"}),
        ("x" * 1_001, {"type": "omitted", "reason": "too large", "size": 1024}),
        ("a\ud800", "a?"),
    ],
)
def test_every_type_has_a_shape(value, expected):
    """Exactly where JSON can, as text where it cannot, by name alone where nobody knows it."""
    assert shown(value) == expected


def test_nesting_and_number_are_bounded():
    """What holds itself ends somewhere."""
    endless = []
    endless.append(endless)
    assert "nested too deep" in json.dumps(shown(endless))
    cells = Cells(3, 10)
    assert cells.json([1, 2, 3]) == [1, 2, {"type": "omitted", "reason": "too many"}]
    assert cells.left < 0


@settings(max_examples=EXAMPLES)
@given(
    st.recursive(st.none() | st.booleans() | st.integers() | st.floats() | st.text() | st.binary(), st.lists)
)
def test_no_value_raises(value):
    """And all of it is JSON."""
    json.dumps(shown(value), allow_nan=False)
