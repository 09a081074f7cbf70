# ruff: noqa: E501 - a row of a table is a line
"""Raw HTTP as curl prints it, and as people write it down."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from captured_exchanges.cli.sample_http import redact_http
from captured_exchanges.cli.trial import Trial
from captured_exchanges.redaction import Redactor
from support.redaction_exchanges import fresh_secret

SECRET = fresh_secret(31)


def redacted(text):
    """What is left, and what was removed from which exchange."""
    trial = Trial(Redactor())
    data = text if isinstance(text, bytes) else text.encode()
    left = redact_http(data, trial)
    return left, [(removal.entry, removal.part, removal.path, removal.rule) for removal in trial.removals]


VERBOSE = f"""\
*   Trying 192.0.2.1:443...
* Connected to x.test
> POST /login?a=1 HTTP/1.1
> Host: x.test
> Authorization: Bearer {SECRET}
>
* upload completely sent off
}} [20 bytes data]
< HTTP/1.1 200 OK
< Content-Type: application/json
<
{{ [45 bytes data]
{{"token":"{SECRET}","user":"bob"}}
* Connection #0 to host x.test left intact
"""


def test_curl_s_verbose_output_is_a_request_and_its_response():
    """Marks and notes are left out."""
    left, removals = redacted(VERBOSE)
    lines = left.splitlines()
    assert lines[:2] == ["POST /login?a=1 HTTP/1.1", "Host: x.test"]
    assert lines[2].startswith("Authorization: Bearer [REDACTED:header.authorization:")
    assert lines[4:6] == ["HTTP/1.1 200 OK", "Content-Type: application/json"]
    assert lines[7].endswith(',"user":"bob"}')
    assert SECRET not in left
    assert removals == [
        (1, "request", "/headers/1", "header.authorization"),
        (1, "response", "/body/value/token", "name.token"),
    ]


def test_redirects_are_exchanges_of_their_own():
    """As `curl -iL` prints them, with an answer after a `100 Continue` too."""
    text = f"HTTP/1.1 100 Continue\n\nHTTP/1.1 302 Found\nLocation: /cb#access_token={SECRET}\n\nHTTP/2 200\nX-A: b\n\nhello\n"
    left, removals = redacted(text.replace("\n", "\r\n"))
    assert [line for line in left.splitlines() if line.startswith("HTTP")] == [
        "HTTP/1.1 100 Continue", "HTTP/1.1 302 Found", "HTTP/2 200",
    ]  # fmt: skip
    assert removals == [(2, "response", "/headers/0", "url.token")]
    assert left.endswith("hello\n")


def test_a_request_and_a_response_may_stand_one_after_the_other():
    """As in documentation; a request's credential is removed from its response."""
    text = f"GET /me HTTP/1.1\nX-Api-Key: {SECRET}\n\nHTTP/1.1 400 Bad\nContent-Type: text/plain\n\nkey {SECRET} is unknown\n"
    left, removals = redacted(text)
    assert SECRET not in left
    assert [removal[-1] for removal in removals] == ["header.x-api-key", "registered"]


def test_a_body_may_hold_blank_lines_and_bytes_that_are_no_text():
    """It ends where the file or the next message does."""
    left, _ = redacted("POST /x HTTP/1.1\nContent-Type: text/plain\n\none\n\nX: y\n")
    assert left.endswith("\n\none\n\nX: y\n")
    left, removals = redacted(b"HTTP/1.1 200 OK\nContent-Type: image/png\n\n\x89PNG\x00\xff\n")
    assert left.splitlines()[-1].startswith("[omitted")
    assert len(removals) == 1


@pytest.mark.parametrize("text", [":path: /a?token=" + SECRET, "X: a: b", "no colon"])
def test_odd_header_lines_are_headers(text):
    """HTTP/2's own, values with colons, lines without."""
    left, _ = redacted(f"GET / HTTP/2\n{text}\n\n")
    assert SECRET not in left
    assert left.splitlines()[1].startswith(text.partition("token")[0].rstrip(":")[:5])


@given(
    st.lists(st.sampled_from([*VERBOSE.splitlines(), "", "x", "HTTP/1.1 200 OK", "GET / HTTP/1.1", "\ud800"]))
)
def test_no_order_of_lines_raises(lines):
    """Nor lets the secret through where it stands in a header or a body."""
    left, _ = redacted("\n".join(lines).encode("utf-8", "surrogatepass"))
    assert isinstance(left, str)
