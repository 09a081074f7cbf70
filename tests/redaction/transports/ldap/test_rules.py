"""LDAP exchanges as a whole."""

import base64
import json
import time
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from captured_exchanges.exchange import MAX_EXCHANGE_BYTES, LdapChange, LdapEntry, LdapRequest, LdapResponse
from captured_exchanges.redaction import DEFAULT_POLICY, Redactor
from captured_exchanges.redaction.detail import Detail
from support.examples import EXAMPLES
from support.redaction_exchanges import (
    documents,
    exchange,
    fresh_secret,
    request_of,
    response_of,
    secrets,
    survives,
)
from support.redaction_ldap import ALICE, change, ldap, wide

REDACTOR = Redactor()
SECOND = Redactor()
"""What has seen no secret: only what the first has left."""
ODD = Redactor()
"""What is given odd things, and learns them."""
DEADLINE = 60
"""Seconds, for what takes a few on a busy machine."""


def plain(identity, password):
    return f"\0{identity}\0{password}".encode()


PLACES = {
    "a bind's password": lambda s: ldap("bind", dn=ALICE, credentials=(s,), description=f"no {s}"),
    "a bind's password in bytes": lambda s: ldap(
        "bind", dn=ALICE, credentials=(s.encode(),), error=f"bad {s}"
    ),
    "SASL's PLAIN": lambda s: ldap("bind", credentials=(plain("alice", s),), description=f"{s} is wrong"),
    "SASL's bearer": lambda s: ldap(
        "bind", credentials=(f"n,a=alice,\x01auth=Bearer {s}\x01\x01".encode(),), description=f"no {s}"
    ),
    "DIGEST-MD5": lambda s: ldap(
        "bind", credentials=(f'username="alice",response={s},qop=auth',), description=f"not {s}"
    ),
    "a token that is no text": lambda s: ldap(
        "bind",
        credentials=(b"\xff" + s.encode(),),
        description=base64.b64encode(b"\xff" + s.encode()).decode(),
    ),
    "a modified password": lambda s: ldap("modify", dn=ALICE, changes=(change("userPassword", s),)),
    "a modified password of AD": lambda s: ldap(
        "modify",
        dn=ALICE,
        changes=(change("unicodePwd", wide(s), operation="add"),),
        description=f"{s} is weak",
    ),
    "a deleted password": lambda s: ldap(
        "modify", dn=ALICE, changes=(change("2.5.4.35", s, operation="delete"), change("cn", s))
    ),
    "an added entry": lambda s: ldap(
        "add",
        dn=ALICE,
        changes=(change("cn", "Al", operation="add"), change("userPassword", s, operation="add")),
    ),
    "an added salt": lambda s: ldap(
        "add", dn=ALICE, changes=(change("userPassword", "x"), change("salt", s))
    ),
    "a compare": lambda s: ldap(
        "compare", dn=ALICE, changes=(change("userPassword", s, operation="compare"),)
    ),
    "a password modify": lambda s: ldap(
        "extended", dn=ALICE, credentials=(f"old {s}", s.encode()), description=f"{s} was used before"
    ),
    "a renamed entry": lambda s: ldap(
        "modify_dn", dn=ALICE, changes=(change("newrdn", f"userPassword={s}"),)
    ),
    "a name": lambda s: ldap("delete", dn=f"userPassword={s},dc=x"),
    "a base": lambda s: ldap(base=f"cn=a+unicodePwd={s},dc=x", scope="base"),
    "a filter": lambda s: ldap(filter=f"(&(uid=alice)(userPassword={s}))"),
    "a filter that cannot be read": lambda s: ldap(filter=f"(&(uid=alice)(cn={s}(x))"),
    "an asked attribute": lambda s: ldap(attributes=("cn", f"password={s}")),
    "an operation": lambda s: ldap(f"password={s}"),
    "a scope": lambda s: ldap(scope=f"password={s}"),
    "an entry's password": lambda s: ldap(
        entries=[{"userPassword": [f"{{SSHA}}{s}"]}, {"description": [f"{{SSHA}}{s}"]}]
    ),
    "an entry's name": lambda s: ldap(entries=[LdapEntry(f"userPassword={s},dc=x", {"cn": ["a"]})]),
    "an entry's password of AD": lambda s: ldap(entries=[{"unicodePwd": [wide(s)], "info": [f"x {s}"]}]),
    "settings": lambda s: ldap(entries=[{"olcSyncrepl": [f"rid=1 credentials={s}"], "description": [s]}]),
    "an error": lambda s: ldap(error=f"cannot bind with password={s}"),
    "an error with a URL": lambda s: ldap(error=f"no ldaps://bob:{s}@h.example.test/dc=x"),
    "an echo of a filter": lambda s: ldap(filter=f"(userPassword={s})", error=f"bad filter near {s}"),
    "an echo in a filter's escapes": lambda s: ldap(
        "bind", credentials=(f"{s}(*",), description=rf"(userPassword={s}\28\2A)"
    ),
    "an echo with every byte escaped": lambda s: ldap(
        "bind", credentials=(s,), description="".join(f"\\{byte:02X}" for byte in s.encode())
    ),
    "an echo in UTF-16": lambda s: ldap(
        "bind", credentials=(s,), description=f"unicodePwd:: {base64.b64encode(wide(s)).decode()}"
    ),
    "an echo in UTF-16, escaped": lambda s: ldap(
        "bind", credentials=(s,), description="".join(f"\\{byte:02x}" for byte in wide(s))
    ),
    "an echo in a name's escapes": lambda s: ldap(
        "bind", credentials=(f"{s},+",), description=rf"cn={s}\,\+,dc=x"
    ),
}


@pytest.mark.parametrize("place", PLACES)
def test_a_secret_survives_nowhere(place):
    """Wherever it is planted, in whatever spelling, and what is kept is JSON."""

    @settings(max_examples=1 + EXAMPLES // len(PLACES))
    @given(secrets)
    def check(secret):
        redactor = Redactor()
        redacted = redactor.redact(PLACES[place](secret))
        kept = documents(redacted)
        assert not survives(secret, kept), kept
        assert redactor.failures() == {}
        for document in (redacted.request_json, redacted.response_json):
            assert isinstance(json.loads(document), dict)

    check()


def test_the_documents_have_the_shapes_of_the_formats_page():
    """Of a search and of what it found."""
    asked = {"base": "dc=x", "scope": "subtree", "filter": "(cn=*)", "attributes": ("cn",), "page": 2}
    redacted = REDACTOR.redact(ldap(entries=[{"cn": [b"Al"]}], truncated=True, **asked))
    assert request_of(redacted) == {
        "kind": "ldap",
        "operation": "search",
        "base": "dc=x",
        "scope": "subtree",
        "filter": "(cn=*)",
        "attributes": ["cn"],
        "page": 2,
        "started_at": "2023-11-14T22:13:20.000000000Z",
        "redactions": [],
    }
    assert response_of(redacted) == {
        "result_code": 0,
        "description": "success",
        "entries": [{"dn": ALICE, "attributes": {"cn": ["Al"]}}],
        "truncated": True,
        "duration_ms": 12.5,
        "redactions": [],
    }


def test_a_removal_is_told_with_its_path_and_rule():
    """As it stands in the document."""
    kept = request_of(
        REDACTOR.redact(ldap("modify", dn=ALICE, changes=(change("cn", "a"), change("userPassword", "b"))))
    )
    assert kept["dn"] == ALICE
    assert kept["changes"] == [
        {"operation": "replace", "attribute": "cn", "values": ["a"]},
        {"operation": "replace", "attribute": "userPassword", "values": ["[REDACTED:ldap.userpassword]"]},
    ]
    assert kept["redactions"] == [{"path": "/changes/1/values/0", "rule": "ldap.userpassword"}]
    assert "base" not in kept


def test_what_a_directory_says_stays():
    """Codes of errors, names of binds."""
    said = "80090308: LdapErr: DSID-0C090439, comment: AcceptSecurityContext error, data 52e, v4563"
    redacted = REDACTOR.redact(
        ldap("bind", dn="DOMAIN\\alice", result=49, description="invalidCredentials", error=said)
    )
    assert response_of(redacted)["error"] == {"type": "LDAPException", "message": said}
    assert response_of(redacted)["description"] == "invalidCredentials"
    assert request_of(redacted)["dn"] == "DOMAIN\\alice"


def test_a_bind_password_is_remembered():
    """In every later exchange, of whatever transport; a token made for one bind is not."""
    redactor, password, token = Redactor(), fresh_secret(), fresh_secret()
    redactor.redact(ldap("bind", dn=ALICE, credentials=(password,)))
    redactor.redact(ldap("bind", dn=ALICE, credentials=(f"c=biws,r=abc,p={token}",)))
    redactor.redact(ldap("extended", dn=ALICE, credentials=(token,)))
    kept = documents(redactor.redact(exchange(received={"m": f"{password} {token}"})))
    assert not survives(password, kept)
    assert survives(token, kept)


def strict(detail):
    return Redactor(replace(DEFAULT_POLICY, detail=detail))


ASKED = ldap(
    base="ou=People,dc=test",
    scope="subtree",
    filter="(uid=alice)",
    attributes=("cn",),
    page=1,
    truncated=True,
    entries=[{"cn": ["Alice"], "mail": ["a@example.test", "b@example.test"]}],
    error="no entry Alice",
    result=4,
)


def test_strict_keeps_no_value():
    """Names of entries and attributes, how many values; a filter's shape."""
    redacted = strict(Detail.STRICT).redact(ASKED)
    assert request_of(redacted)["filter"] == "(uid=?)"
    assert request_of(redacted)["base"] == "ou=People,dc=test"
    assert response_of(redacted)["entries"] == [
        {
            "dn": ALICE,
            "attributes": {
                "cn": [{"type": "omitted", "reason": "detail", "count": 1}],
                "mail": [{"type": "omitted", "reason": "detail", "count": 2}],
            },
        }
    ]
    changed = strict(Detail.STRICT).redact(ldap("modify", dn=ALICE, changes=(change("cn", "a", "b"),)))
    assert request_of(changed)["changes"][0]["values"] == [
        {"type": "omitted", "reason": "detail", "count": 2}
    ]


def test_metadata_keeps_what_was_asked_and_how_it_ended():
    """No name of an entry, nothing that anybody said."""
    redacted = strict(Detail.METADATA).redact(ASKED)
    assert request_of(redacted) == {
        "kind": "ldap",
        "operation": "search",
        "scope": "subtree",
        "page": 1,
        "started_at": "2023-11-14T22:13:20.000000000Z",
        "redactions": [],
    }
    assert response_of(redacted) == {
        "result_code": 4,
        "entry_count": 1,
        "truncated": True,
        "duration_ms": 12.5,
        "error": {"type": "LDAPException"},
        "redactions": [],
    }


def test_too_many_entries_are_left_out():
    """What was asked and how it ended stays; the entries are counted."""
    many = [{"description": [f"{at} " * 20_000]} for at in range(60)]
    redacted = REDACTOR.redact(ldap(entries=many, filter="(cn=*)"))
    kept = response_of(redacted)
    assert len(documents(redacted)) < MAX_EXCHANGE_BYTES
    assert (kept["entry_count"], kept["result_code"]) == (60, 0)
    assert kept["redactions"] == [{"path": "/entries", "rule": "too_large"}]
    assert request_of(redacted)["filter"] == "(cn=*)"


class _Broken(dict):
    def items(self):
        raise RuntimeError


def test_where_a_rule_fails_its_part_alone_is_left_out():
    """One entry without attributes; the other stays."""
    redactor = Redactor()
    kept = response_of(redactor.redact(ldap(entries=[LdapEntry(ALICE, _Broken()), {"cn": ["Al"]}])))
    assert [entry["attributes"] for entry in kept["entries"]] == [{}, {"cn": ["Al"]}]
    assert redactor.failures() == {"redaction.part_failed": 1}
    assert {"path": "/entries/0", "rule": "failed"} in kept["redactions"]


def test_where_all_fails_the_bare_facts_stay():
    """The operation, and the result."""
    redactor = Redactor()
    known = ldap("compare", result=6)
    kept = redactor.redact(replace(known, request=replace(known.request, changes=7)))
    assert request_of(kept)["operation"] == "compare"
    assert response_of(kept)["result_code"] == 6
    assert redactor.failures() == {"redaction.failed": 1}


_TEXT = st.text(max_size=20)
_VALUE = st.one_of(_TEXT, st.binary(max_size=20), st.integers(), st.none())
_NAME = st.one_of(
    _TEXT,
    st.sampled_from(["cn", "userPassword", "objectGUID", "objectSid", "userCertificate", "olcSyncrepl"]),
)
_VALUES = st.one_of(st.lists(_VALUE, max_size=3), _VALUE)


@given(
    st.builds(
        LdapRequest,
        _TEXT,
        st.integers(0, 2**62),
        _TEXT,
        _TEXT,
        _TEXT,
        st.tuples(_TEXT),
        _TEXT,
        st.tuples(st.builds(LdapChange, _TEXT, _NAME, st.tuples(_VALUE))),
        st.none() | st.integers(0, 99),
        st.tuples(st.one_of(_TEXT, st.binary(max_size=20))),
    ),
    st.builds(
        LdapResponse,
        st.floats(0, 1e6),
        st.none() | st.integers(0, 200),
        _TEXT,
        st.tuples(st.builds(LdapEntry, _TEXT, st.dictionaries(_NAME, _VALUES, max_size=4))),
        st.booleans(),
    ),
)
@settings(max_examples=EXAMPLES)
def test_no_input_raises(request, response):
    """Whatever a library hands over, what is kept is JSON, and nothing had to be left out."""
    redacted = ODD.redact(replace(ldap(), request=request, response=response))
    json.loads(redacted.request_json)
    json.loads(redacted.response_json)
    assert ODD.failures() == {}


IDENTITIES = st.sampled_from(
    [
        "alice",
        "alice@example.test",
        "CN=Token Admins,OU=Secrets,DC=example,DC=test",
        "Password Administrator",
        "S-1-5-21-3623811015-3361044348-30300820-1013",
        "123e4567-e89b-12d3-a456-426614174000",
        "+1 415 555 0100",
        "133123456789012345",
        "20240101000000Z",
        "ldap://dc1.example.test/OU=x,DC=y??base?(objectClass=*)",
        "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIGq6vN7p0W alice@host",
        "uid=bob+cn=Bob,dc=x",
        "http://example.test/~bob",
    ]
)


@given(
    st.dictionaries(
        st.sampled_from(
            [
                "cn",
                "member",
                "manager",
                "uid",
                "secretary",
                "pwdLastSet",
                "pwdPolicySubentry",
                "description",
                "sshPublicKey",
                "krbLastPwdChange",
                "servicePrincipalName",
                "altSecurityIdentities",
            ]
        ),
        st.lists(IDENTITIES, min_size=1, max_size=3),
        min_size=1,
    ),
    secrets,
)
@settings(max_examples=EXAMPLES)
def test_identities_stay_beside_secrets_and_once_is_enough(attributes, secret):
    """As bytes and as text; what was redacted before is left as it is."""
    whole = {**attributes, "userPassword": [secret], "entryDN": [value.encode() for value in attributes]}
    once = response_of(REDACTOR.redact(ldap(entries=[whole])))["entries"][0]["attributes"]
    assert {name: once[name] for name in attributes} == attributes
    again = response_of(SECOND.redact(ldap(entries=[once])))["entries"][0]["attributes"]
    assert again == once


def hostile(size):
    """Texts that make a bad parser slow."""
    return {
        "brackets": ldap(filter="(" * size),
        "operators": ldap(filter="(&" * size),
        "items": ldap(filter="(&" + "(cn=a)" * (size // 6) + ")"),
        "backslashes": ldap(filter=f"(cn={chr(92) * size})"),
        "escapes": ldap(filter="(userPassword=" + r"\28" * (size // 3) + ")"),
        "stars": ldap(filter=f"(userPassword={'*a' * (size // 2)})"),
        "colons": ldap(filter=f"({':a' * (size // 2)}:=b)"),
        "commas": ldap(base="userPassword=a" + "," * size),
        "pieces": ldap(base="userPassword=a" + ",b=c" * (size // 4)),
        "quotes": ldap(base="userPassword=a" + '"' * size),
        "question marks": ldap(entries=[{"ref": ["ldap://h/dc=x??sub?(userPassword=a)" + "?" * size]}]),
        "extensions": ldap(entries=[{"ref": ["ldap://h/????x-bindpw=a," + "a=b," * (size // 4)]}]),
        "settings": ldap(entries=[{"olcSyncrepl": ['credentials="' * (size // 13)]}]),
        "attributes": ldap(entries=[{f"a{at}": ["b"] for at in range(size // 20)}]),
        "values": ldap(entries=[{"member": ["cn=a"] * (size // 4)}]),
    }


@pytest.mark.parametrize("shape", hostile(10))
def test_time_is_linear(shape):
    """What takes seconds at most would take hours if each piece looked at all others."""

    def took(size):
        known, begin = hostile(size)[shape], time.thread_time()
        REDACTOR.redact(known)
        return time.thread_time() - begin

    assert took(200_000) < DEADLINE
