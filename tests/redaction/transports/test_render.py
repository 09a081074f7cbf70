"""Shapes and times."""

import pytest

from captured_exchanges.redaction.transports.render import request_shape, response_shape, rfc3339
from support.redaction_exchanges import exchange


@pytest.mark.parametrize(
    ("moment", "text"),
    [
        (0, "1970-01-01T00:00:00.000000000Z"),
        (1_700_000_000_000_000_001, "2023-11-14T22:13:20.000000001Z"),
        (-1, "1969-12-31T23:59:59.999999999Z"),
        (4_102_444_800_123_456_789, "2100-01-01T00:00:00.123456789Z"),
    ],
)
def test_times_are_rfc3339_with_nanoseconds(moment, text):
    """In UTC."""
    assert rfc3339(moment) == text


def test_a_request_has_its_fields_in_order():
    """As FORMATS.md lists them."""
    shape = request_shape(
        "http",
        exchange().request,
        method="GET",
        url="u",
        headers=[],
        body=None,
        http_version="HTTP/2",
        call_id="c",
    )
    assert list(shape) == [
        "kind",
        "method",
        "url",
        "headers",
        "body",
        "started_at",
        "http_version",
        "attempt",
        "call_id",
    ]


def test_a_response_leaves_out_what_is_not_known():
    """And everything but the error where there was no answer."""
    known = exchange(remote_address="192.0.2.1").response
    shape = response_shape(
        known, reason="OK", headers=[], body=None, http_version="", error=None, remote_address="192.0.2.1"
    )
    assert list(shape) == ["status", "reason", "headers", "body", "duration_ms", "remote_address"]
    failed = response_shape(
        exchange(status=None).response,
        reason="",
        headers=[],
        body=None,
        http_version="",
        error={"type": "E", "message": ""},
        remote_address="",
    )
    assert failed == {"duration_ms": 12.346, "error": {"type": "E", "message": ""}}
