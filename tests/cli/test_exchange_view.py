"""One exchange in full, for people."""

from hypothesis import given
from hypothesis import strategies as st

from captured_exchanges.cli.exchange_view import view
from support.cli_rows import http, stored

json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
)
names = ["headers", "body", "error", "redactions", "method", "url", "status", "reason"]
http_parts = st.dictionaries(st.sampled_from(names), json_values) | json_values


def _shown(row):
    return "\n".join(line.plain for line in view(row))


def test_request_and_response_read_as_they_crossed_the_wire():
    """First line, headers, body: the shapes of FORMATS look like HTTP."""
    row = http(
        request={
            "http_version": "HTTP/1.1",
            "headers": [["Authorization", "Bearer [REDACTED:h:ab1]"], ["Accept", "*/*"]],
            "body": {"type": "form", "value": [["grant", "x"]], "media_type": "text/f", "size": 7},
        },
        response={
            "reason": "OK",
            "headers": [["Content-Type", "application/json"]],
            "body": {
                "type": "json",
                "value": {"id": "u1"},
                "size": 2000,
                "decoded_size": 4096,
                "state": "truncated",
            },
        },
    )
    shown = _shown(row)
    for expected in (
        "GET https://api.example.com/Users HTTP/1.1\nAuthorization: Bearer [REDACTED:h:ab1]\nAccept: */*\n",
        "(form body, text/f, 7 B)\ngrant = x\n",
        "200 OK\nContent-Type: application/json\n",
        '(json body, 2.0 KiB, 4.0 KiB decoded, truncated)\n{\n  "id": "u1"\n}',
    ):
        assert expected in shown


def test_an_error_is_shown_in_place_of_the_response():
    """Type and message of what went wrong stand where the status line would."""
    row = stored(
        request={"method": "GET"}, response={"error": {"type": "ConnectTimeout", "message": "too late"}}
    )
    assert "ConnectTimeout: too late" in _shown(row)


def test_what_was_removed_is_listed_with_its_rule():
    """The redactions of both halves end the view, by path and rule."""
    row = http(
        request={"redactions": [{"path": "/headers/3", "rule": "header.authorization"}]},
        response={"redactions": [{"path": "/body/value/password", "rule": "name.password"}]},
    )
    assert _shown(row).endswith(
        "REDACTED\n"
        "  request   /headers/3            header.authorization\n"
        "  response  /body/value/password  name.password"
    )


def test_removals_alike_are_told_together():
    """A page of a hundred passwords is one line that counts them; a single one keeps its whole path."""
    paths = [*(f"/body/value/{n}/password" for n in range(100)), "/body/value/7/pin"]
    redactions = [{"path": path, "rule": "name.x"} for path in paths]
    assert _shown(http(response={"redactions": redactions})).endswith(
        "REDACTED\n"
        "  response  /body/value/*/password (100 times)  name.x\n"
        "  response  /body/value/7/pin                   name.x"
    )


def test_nothing_stored_is_hidden():
    """Fields that no view knows are shown too, of every transport."""
    assert '"surprise": 1' in _shown(http(request={"surprise": 1}))
    assert '"odd": [' in _shown(http(request={"headers": {"odd": [1]}}))
    assert '"server": "x"' in _shown(stored(kind="sql", request={"server": "x"}))
    assert '"charset": "x"' in _shown(http(response={"body": {"type": "text", "value": "", "charset": "x"}}))
    assert '"value": "kept"' in _shown(http(response={"body": {"type": "riddle", "value": "kept"}}))


def test_headers_as_an_object_are_headers():
    """The shape that baton's own tests write reads the same."""
    assert "Authorization: [REDACTED]" in _shown(http(request={"headers": {"Authorization": "[REDACTED]"}}))


def test_an_absent_document_is_told():
    """No response was stored: that is said, not left to guess."""
    assert "RESPONSE\n(none was stored)" in _shown(stored(request={"method": "GET"}))


def test_the_intent_says_why():
    """Every member of the intent is shown, one a line."""
    shown = _shown(stored(intent={"surface": "grants", "n": [1]}))
    assert "intent    surface = grants\n            n = [1]" in shown


def test_nesting_of_any_depth_is_shown_or_told():
    """Documents nested deeper than can be printed say so, in every part."""
    deep = b"[" * 1000 + b"]" * 1000
    shown = _shown(stored(request=deep, response=b'{"body":' + deep + b"}", intent=b'{"x":' + deep + b"}"))
    assert shown.count("nested too deep to show") == 3


@given(st.sampled_from(["http", "sql", ""]), http_parts, http_parts, json_values)
def test_no_row_can_break_the_view(kind, request, response, intent):
    """Whatever the documents hold is shown, and every line is printable."""
    for line in view(stored(kind=kind, request=request, response=response, intent=intent)):
        assert "\n" not in line.plain
        assert "\x1b" not in line.plain
