"""The end of redaction."""

import json
from dataclasses import replace

import pytest

from captured_exchanges.exchange import MAX_EXCHANGE_BYTES
from captured_exchanges.redaction.closing import Closing, Documents, bare
from captured_exchanges.redaction.json.exact import dumps
from captured_exchanges.redaction.marker import Marker
from captured_exchanges.redaction.registry import Needles
from captured_exchanges.redaction.values.families import Families
from support.redaction_exchanges import exchange, fresh_secret
from support.redaction_ldap import ldap
from support.redaction_sql import sql_exchange

FAMILIES = Families()


def closed(request, response=None, intent=None, known=()):
    told = []
    documents = Documents(*(None if value is None else dumps(value) for value in (request, response, intent)))
    return Closing(FAMILIES, Marker(), told.append).close(documents, exchange(), known), told


def test_clean_documents_pass_as_they_are():
    """Not a byte is touched."""
    documents, told = closed({"a": 1}, {"b": 2}, {"c": 3})
    assert documents == Documents(b'{"a":1}', b'{"b":2}', b'{"c":3}')
    assert told == []


def test_known_secrets_are_taken_out():
    """Of every document."""
    secret = fresh_secret()
    documents, told = closed({"a": secret}, {"b": secret}, {"c": secret}, (Needles([secret.encode()]),))
    assert all(
        secret.encode() not in (document or b"")
        for document in (documents.request, documents.response, documents.intent)
    )
    assert told == []


def test_a_member_of_a_family_costs_the_body():
    """And is counted."""
    member = f"ghp_{fresh_secret(length=36)}"
    shape = {"type": "text", "value": member, "size": 40}
    documents, told = closed(
        {"a": 1}, {"status": 200, "body": shape, "redactions": [{"path": "/body/value", "rule": "x"}]}
    )
    assert json.loads(documents.response) == {
        "status": 200,
        "body": {"type": "omitted", "reason": "verifier", "size": 64},
        "redactions": [{"path": "/body", "rule": "verifier"}],
    }
    assert told == ["redaction.verifier_hit"]


def test_an_intent_that_does_not_pass_is_left_out():
    """It is not worth the exchange."""
    documents, told = closed({"a": 1}, {"b": 2}, {"c": f"ghp_{fresh_secret(length=36)}"})
    assert documents == Documents(b'{"a":1}', b'{"b":2}', None)
    assert told == ["redaction.verifier_hit"]


@pytest.mark.parametrize(
    ("name", "kept"), [("entries", {"result_code": 0, "entry_count": 2}), ("changes", {"result_code": 0})]
)
def test_of_a_directory_entries_and_changes_are_the_body(name, kept):
    """They go, entries with their number; what was removed elsewhere is still told."""
    leak = f"ghp_{fresh_secret(length=36)}"
    elsewhere = {"path": "/error/message", "rule": "x"}
    held = [{"dn": leak}, {}]
    documents, told = closed(
        {"a": 1},
        {"result_code": 0, name: held, "redactions": [elsewhere, {"path": f"/{name}/0/dn", "rule": "x"}]},
    )
    assert json.loads(documents.response) == {
        **kept,
        "redactions": [elsewhere, {"path": f"/{name}", "rule": "verifier"}],
    }
    assert told == ["redaction.verifier_hit"]


def test_the_larger_body_goes_first():
    """Until the exchange fits."""
    half = "x" * (MAX_EXCHANGE_BYTES * 5 // 8)
    shape = {"type": "text", "size": 5}
    documents, _ = closed({"body": {**shape, "value": half}}, {"body": {**shape, "value": half + half}})
    assert json.loads(documents.response)["body"]["reason"] == "too large"
    assert json.loads(documents.request)["body"]["value"] == half
    documents, _ = closed({"url": half + half, "body": {**shape, "value": "x"}}, {"url": half})
    assert documents == bare(exchange())


def test_the_bare_facts_hold_nothing_of_a_stranger():
    """Method, status and time, as far as they are what they should be."""
    odd = exchange(method="token=abc")
    odd = replace(odd, transport_kind="http\ud800", response=None)
    documents = bare(odd)
    assert json.loads(documents.request) == {
        "kind": "http?",
        "started_at": "2023-11-14T22:13:20.123456789Z",
        "redactions": [{"path": "", "rule": "failed"}],
    }
    assert documents.response is documents.intent is None


def test_the_bare_facts_of_a_directory_are_operation_and_result():
    """As far as they are what they should be."""
    documents = bare(ldap("compare", result=6))
    assert json.loads(documents.request)["operation"] == "compare"
    assert json.loads(documents.response)["result_code"] == 6
    odd = bare(ldap("password=abc", result="password=abc"))
    assert "operation" not in json.loads(odd.request)
    assert "result_code" not in json.loads(odd.response)


def test_of_a_document_without_a_body_what_it_holds_goes():
    """A database's rows: the facts stay."""
    secret = f"ghp_{fresh_secret(length=36)}"
    request = {"kind": "sql", "statement": "SELECT 1", "parameters": None, "redactions": []}
    response = {"columns": ["a"], "rows": [[secret]], "row_count": 1, "truncated": False, "redactions": []}
    documents, told = closed(request, response)
    assert json.loads(documents.request) == request
    assert json.loads(documents.response) == {
        **response,
        "rows": [],
        "truncated": True,
        "redactions": [{"path": "/rows", "rule": "verifier"}],
    }
    assert told == ["redaction.verifier_hit"]


def test_of_an_exchange_with_a_database_the_count_is_a_fact():
    """It holds nothing of a stranger."""
    documents = bare(sql_exchange("SELECT 1", row_count=7))
    assert json.loads(documents.response)["row_count"] == 7
    for odd in (True, "7", -(10**40)):
        assert "row_count" not in json.loads(bare(sql_exchange("SELECT 1", row_count=odd)).response)
