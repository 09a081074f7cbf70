"""What goes by a policy's own rules."""

import json
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from captured_exchanges.exchange import (
    Intent,
    LdapEntry,
    LdapRequest,
    LdapResponse,
    SqlRequest,
    SqlResponse,
)
from captured_exchanges.redaction import Judge, Policy, Redactor, ValueRule
from captured_exchanges.redaction.json import dumps
from support.examples import EXAMPLES
from support.redaction_exchanges import (
    FORM,
    PLAIN,
    body,
    documents,
    exchange,
    request_of,
    response_of,
    unanswered,
)

PLAINLY = Policy.default()


def value_of(policy, document):
    """What is left of a JSON response."""
    return response_of(Redactor(policy).redact(exchange(received=document)))["body"]["value"]


def test_a_name_goes_wherever_names_decide():
    """In JSON at any depth and with all that is under it, in forms, URLs, headers, running text, pairs."""
    redactor = Redactor(PLAINLY.with_removed(names=["badge number"]))
    redacted = redactor.redact(
        exchange(
            url="https://x.test/?badge_number=B17&page=2",
            headers=[("X-Badge-Number", "B17")],
            method="POST",
            sent="badgeNumber=B17&a=b",
            sent_type=FORM,
            received={
                "userBadgeNumber": {"deep": ["B17"]},
                "attributes": [{"name": "BADGE NUMBER", "value": "B17"}],
                "note": "badge_number=B17",
                "xml": "<badgeNumber>B17</badgeNumber>",
                "badge": "kept",
            },
            intent=Intent(extra={"badge-number": "B17"}),
        )
    )
    assert b"B17" not in documents(redacted)
    assert b"page=2" in redacted.request_json
    assert response_of(redacted)["body"]["value"]["badge"] == "kept"


@pytest.mark.parametrize("policy", ["pagination", "suffix"])
def test_a_name_beats_the_tables_exemptions(policy):
    """The author knows better than a cursor's name or `…_status`."""
    name = {"pagination": "nextPageToken", "suffix": "passwordStatus"}[policy]
    assert value_of(PLAINLY, {name: "B17"}) == {name: "B17"}
    assert "B17" not in value_of(PLAINLY.with_removed(names=[name]), {name: "B17"})[name]


def test_a_header_goes_by_its_name_alone():
    """Whatever the case; a JSON member of the same name stays."""
    redactor = Redactor(PLAINLY.with_removed(headers=["X-Acme-Ticket"]))
    redacted = redactor.redact(
        exchange(headers=[("x-acme-ticket", "B17")], received={"x-acme-ticket": "B18"})
    )
    assert request_of(redacted)["headers"] == [["x-acme-ticket", "[REDACTED:header.x-acme-ticket]"]]
    assert response_of(redacted)["body"]["value"] == {"x-acme-ticket": "B18"}


def test_a_parameter_goes_in_urls_and_forms():
    """Also in URLs inside of bodies; a JSON member of the same name stays."""
    redactor = Redactor(PLAINLY.with_removed(parameters=["ticket id"]))
    redacted = redactor.redact(
        exchange(
            url="/x?ticketId=B17&a=1", sent="ticket_id=B17", sent_type=FORM,
            received={"next": "https://x.test/?ticket.id=B17", "ticketId": "B18"},
        )
    )  # fmt: skip
    assert b"B17" not in documents(redacted)
    assert response_of(redacted)["body"]["value"]["ticketId"] == "B18"


def test_a_session_cookie_is_known_from_then_on():
    """Its value is removed wherever else it turns up, in later exchanges too."""
    redactor = Redactor(PLAINLY.with_removed(cookies=["ACME"]))
    value = "Zq8Jw2Lm5Tx9"
    redactor.redact(exchange(headers=[("cookie", f"lang=en; acme={value}")]))
    assert value.encode() not in documents(redactor.redact(exchange(received={"echo": f"<{value}>"})))


def test_a_path_goes_with_all_under_it():
    """Strings, numbers and objects go; null and booleans stay; places beside it stay."""
    policy = PLAINLY.with_removed(paths=["$.users[*].ssn", "$..deep"])
    document = {
        "users": [{"ssn": 123456789, "id": 1}, {"ssn": None}, {"ssn": [True, "B17"]}],
        "deep": {"x": "B17"},
        "a": {"b": [{"deep": "B17"}]},
        "ssn": "kept",
    }
    gone = "[REDACTED:policy.path]"
    left = value_of(policy, document)
    assert left["users"][0]["ssn"].startswith("[REDACTED:policy.path:")
    assert left["users"][1:] == [{"ssn": None}, {"ssn": [True, gone]}]
    assert left["deep"].startswith("[REDACTED:policy.path")
    assert (left["a"], left["ssn"], left["users"][0]["id"]) == ({"b": [{"deep": gone}]}, "kept", 1)


def test_a_path_leads_into_requests_and_into_json_in_strings():
    """The body of either side is the root."""
    redactor = Redactor(PLAINLY.with_removed(paths=["$.payload.ssn"]))
    redacted = redactor.redact(
        exchange(sent={"payload": {"ssn": "B17"}}, received={"payload": json.dumps({"ssn": "B17"})})
    )
    assert b"B17" not in documents(redacted)
    assert request_of(redacted)["redactions"] == [{"path": "/body/value/payload/ssn", "rule": "policy.path"}]


PATTERN = PLAINLY.with_removed(values={"employee": r"EMP\d{4}"})
PLACES = {
    "a JSON value": lambda v: exchange(received={"a": v}),
    "a part of one": lambda v: exchange(received={"a": [f"see {v}."]}),
    "a JSON key": lambda v: exchange(received={v: 1}),
    "a whole document": lambda v: exchange(received=json.dumps(v)),
    "an escaped value": lambda v: exchange(received=json.dumps({"a": v}).replace("E", "\\u0045").encode()),
    "JSON in a string": lambda v: exchange(received={"a": json.dumps({"b": v})}),
    "a form": lambda v: exchange(sent=f"a={v}&b=1", sent_type=FORM),
    "text": lambda v: exchange(received=f"hello {v}", received_type=PLAIN),
    "a URL's query": lambda v: exchange(url=f"https://x.test/?q={v}"),
    "a URL's path": lambda v: exchange(url=f"https://x.test/{v}/x"),
    "a header": lambda v: exchange(headers=[("X-Note", v)]),
    "an error": unanswered,
    "a reason": lambda v: exchange(reason=v),
    "the intent": lambda v: exchange(intent=Intent(extra={"why": v})),
}


@pytest.mark.parametrize("gates", [(), ("emp",)])
@pytest.mark.parametrize("place", PLACES)
def test_a_pattern_goes_over_values_everywhere(place, gates):
    """With a gate as without."""
    policy = PLAINLY.with_removed(values=[ValueRule("employee", r"EMP\d{4}", gates)])
    redacted = Redactor(policy).redact(PLACES[place]("EMP1234"))
    assert b"EMP1234" not in documents(redacted)
    assert b"[REDACTED:policy.employee]" in documents(redacted)


def test_a_pattern_goes_over_numbers():
    """Nine digits are nine digits."""
    policy = PLAINLY.with_removed(values={"ssn": r"^\d{9}$"})
    left = value_of(policy, {"a": 123456789, "b": "123456789", "c": 12, "d": True})
    assert left["a"] == left["b"] != 123456789
    assert (left["c"], left["d"]) == (12, True)


KINDS = {
    "lines of JSON": ('{"a":1}\n{"badgeNumber":"B17","note":"EMP1234"}\n', "application/x-ndjson"),
    "a table": ("id,badge number,note\n1,B17,EMP1234\n2,B17,x\n", "text/csv"),
    "XML": ("<a><badgeNumber>B17</badgeNumber><note>EMP1234</note><i x='EMP1234'/></a>", "text/xml"),
    "HTML": ("<form><input name='badge_number' value='B17'><p>EMP1234</p></form>", "text/html"),
    "YAML": ("badge_number: B17\nnote: EMP1234\nother: 1\n", "text/yaml"),
    "cut JSON": ('{"badgeNumber":"B17","note":"EMP1234","more":"' + "x" * 40, "application/json"),
    "parts": (
        (
            '--b\r\nContent-Disposition: form-data; name="badgeNumber"\r\n\r\nB17\r\n'
            '--b\r\nContent-Disposition: form-data; name="x"\r\n\r\nEMP1234\r\n--b--\r\n'
        ),
        "multipart/form-data; boundary=b",
    ),
}


@pytest.mark.parametrize("pattern", [r"EMP\d{4}", r"^EMP\d{4}$"])
@pytest.mark.parametrize("kind", KINDS)
def test_own_rules_hold_in_every_kind_of_body(kind, pattern):
    """Names by the place they have there; patterns over each value by itself."""
    policy = PLAINLY.with_removed(names=["badge number"], values={"employee": pattern})
    content, media_type = KINDS[kind]
    state = "truncated" if kind == "cut JSON" else "complete"
    redacted = Redactor(policy).redact(exchange(received=content, received_type=media_type, state=state))
    kept = documents(redacted)
    assert response_of(redacted)["body"]["type"] != "omitted"
    assert b"B17" not in kept
    assert b"EMP1234" not in kept


def test_own_rules_hold_in_sql_and_ldap():
    """Literals, bind values, columns, attributes, filters."""
    policy = PLAINLY.with_removed(names=["badge number"], values={"employee": r"^EMP\d{4}$"})
    statement = "SELECT * FROM a WHERE badge_number = 'B17' AND b = 'EMP1234' AND c = ?"
    asked = SqlRequest(statement, 0, parameters=["EMP1234"])
    answered = SqlResponse(1.0, columns=("badge_number", "x"), rows=(("B17", "EMP1234"),))
    sql = replace(exchange(), transport_kind="sql", request=asked, response=answered)
    asked = LdapRequest("search", 0, base="dc=x", filter="(badgeNumber=B17)")
    entry = LdapEntry("cn=a,dc=x", {"badgeNumber": ["B17"], "note": [b"EMP1234"]})
    ldap = replace(
        exchange(), transport_kind="ldap", request=asked, response=LdapResponse(1.0, 0, entries=(entry,))
    )
    for captured in (sql, ldap):
        redactor = Redactor(policy)
        kept = documents(redactor.redact(captured))
        assert b"B17" not in kept
        assert b"EMP1234" not in kept
        assert redactor.failures() == {}


def test_a_path_leads_into_parts():
    """The root is the part's body."""
    content = '--b\r\nContent-Type: application/json\r\n\r\n{"ssn":"B17"}\r\n--b--\r\n'
    policy = PLAINLY.with_removed(paths=["$.ssn"])
    redacted = Redactor(policy).redact(
        exchange(received=content, received_type="multipart/mixed; boundary=b")
    )
    assert b"B17" not in documents(redacted)


def test_a_group_is_what_goes():
    """The rest of the match is context."""
    policy = PLAINLY.with_removed(values={"badge": r"badge no\.? (\w+)"})
    assert value_of(policy, {"a": "has badge no. B17 now"}) == {
        "a": "has badge no. [REDACTED:policy.badge] now"
    }


def test_a_gate_that_is_not_there_saves_the_search():
    """A text without the gate is not looked at, so a gate that does not fit is the author's mistake."""
    policy = PLAINLY.with_removed(values=[ValueRule("x", "B17", ("zzz",))])
    assert value_of(policy, {"a": "B17"}) == {"a": "B17"}


def test_a_function_sees_place_and_value():
    """JSON leaves, numbers, URLs, headers; what it takes goes as a whole by its name."""
    seen = []

    def is_odd(leaf):
        seen.append((leaf.path, leaf.value, leaf.rule))
        return leaf.value == "odd" or (leaf.path.endswith("/age") and leaf.value == "17")

    policy = PLAINLY.with_removed(judges=[Judge(is_odd, "1")])
    redactor = Redactor(policy)
    redacted = redactor.redact(
        exchange(headers=[("X-Note", "odd")], received={"a": "odd", "age": 17, "b": 17})
    )
    assert response_of(redacted)["body"]["value"] == {
        "a": "[REDACTED:policy.is_odd]",
        "age": "[REDACTED:policy.is_odd]",
        "b": 17,
    }
    assert request_of(redacted)["headers"] == [["X-Note", "[REDACTED:policy.is_odd]"]]
    assert ("/body/value/a", "odd", "") in seen


def test_a_function_that_raises_costs_its_part_alone():
    """And nothing of what it was asked about reaches a log."""

    def broken(leaf):
        raise ValueError(leaf.value)

    redactor = Redactor(PLAINLY.with_removed(judges=[Judge(broken, "1")]))
    redacted = redactor.redact(exchange(received={"a": "B17"}))
    assert response_of(redacted)["body"]["reason"] == "failed"
    assert response_of(redacted)["status"] == 200
    assert redactor.failures()["redaction.part_failed"] > 0


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
    max_leaves=20,
)
OWN = (
    PLAINLY.with_removed(
        names=["badge number"],
        paths=["$..ssn", "$[*][0]"],
        values={"digits": r"\d{3}", "word": r"[a-f]{2,}"},
        judges=[Judge(lambda leaf: leaf.value.endswith("!"), "1")],
    )
)  # fmt: skip


@given(json_values)
@settings(max_examples=EXAMPLES)
def test_redaction_by_own_rules_is_idempotent_and_never_raises(document):
    """What is left of what was left is the same."""
    redactor = Redactor(OWN)
    document = {"a": document}
    once = response_of(redactor.redact(exchange(received=body(document).data)))["body"]
    again = response_of(redactor.redact(exchange(received=dumps(once["value"]))))["body"]
    assert again["value"] == once["value"]
    assert redactor.failures() == {}
