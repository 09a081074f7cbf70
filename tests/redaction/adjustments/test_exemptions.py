"""What stays although a rule would remove it, and what no exemption can uncover."""

import base64
import json
import random
import string
from dataclasses import replace

import pytest

from captured_exchanges.exchange import LdapEntry, LdapRequest, LdapResponse, SqlRequest, SqlResponse
from captured_exchanges.redaction import Judge, Policy, Redactor
from captured_exchanges.redaction.values.table import FAMILIES, example
from support.redaction_exchanges import (
    FORM,
    PLAIN,
    documents,
    exchange,
    fresh_secret,
    request_of,
    response_of,
    survives,
)

PLAINLY = Policy.default()
HARMLESS = "svc-directory-reader"
SECRET_NAMES = ("token", "password", "api key", "pin", "client secret")


def value_of(policy, document):
    """What is left of a JSON response."""
    return response_of(Redactor(policy).redact(exchange(received=document)))["body"]["value"]


@pytest.mark.parametrize(
    "policy",
    [
        PLAINLY.with_kept(names=["token"]),
        PLAINLY.with_kept(paths=["$.users[*].token"]),
        PLAINLY.with_kept(values={"service": r"svc-[a-z-]+"}),
        PLAINLY.with_kept(judges=[Judge(lambda leaf: leaf.value == HARMLESS, "1")]),
    ],
    ids=["name", "path", "pattern", "function"],
)
def test_a_value_stays_where_an_exemption_says_so(policy):
    """It would go without; nothing else stays with it; it is not learned, so it stays beside its name too."""
    document = {"users": [{"token": HARMLESS}], "note": f"see {HARMLESS}", "password": "hunter2"}
    left = {**document, "password": "[REDACTED:name.password]"}
    assert value_of(policy, document) == left
    assert value_of(PLAINLY, document)["users"] != document["users"]


def test_an_exempt_name_stays_wherever_names_decide():
    """JSON, pairs, forms, URLs, headers, running text, markup."""
    redactor = Redactor(PLAINLY.with_kept(names=SECRET_NAMES))
    xml = "<a><apiKey>B17</apiKey></a>"
    redacted = redactor.redact(
        exchange(
            url="https://x.test/?api_key=B17",
            headers=[("X-Api-Key", "B17")],
            sent="client_secret=B17&pin=B17",
            sent_type=FORM,
            received={
                "password": {"x": ["B17"]}, "p": [{"name": "token", "value": "B17"}],
                "t": "apiKey=B17", "x": xml,
            },
        )
    )  # fmt: skip
    assert request_of(redacted)["redactions"] == response_of(redacted)["redactions"] == []
    assert documents(redacted).count(b"B17") == 8


KINDS = {
    "a table": ("id,password,note\n1,B17,x\n2,B17,y\n", "text/csv"),
    "XML": ("<a><password>B17</password><i name='password' value='B17'/></a>", "text/xml"),
    "HTML": ("<form><input name='password' value='B17'></form>", "text/html"),
    "YAML": ("password: B17\nnote: x\nother: 1\n", "text/yaml"),
    "lines of JSON": ('{"a":1}\n{"password":"B17"}\n', "application/x-ndjson"),
}


@pytest.mark.parametrize("kind", KINDS)
def test_an_exempt_name_stays_in_every_kind_of_body(kind):
    """Not a byte is changed."""
    content, media_type = KINDS[kind]
    redactor = Redactor(PLAINLY.with_kept(names=["password"]))
    kept = response_of(redactor.redact(exchange(received=content, received_type=media_type)))
    assert (kept["redactions"], kept["body"]["value"].strip()) == ([], content.strip())
    assert response_of(Redactor().redact(exchange(received=content, received_type=media_type)))["redactions"]


def test_an_exempt_name_stays_in_sql_and_ldap():
    """A column and what meets it, an attribute and what a filter asks of it."""
    policy = PLAINLY.with_kept(names=["password", "userPassword"])
    asked = SqlRequest("SELECT 1 FROM a WHERE password = 'B17'", 0)
    answered = SqlResponse(1.0, columns=("password",), rows=(("B17",),))
    sql = replace(exchange(), transport_kind="sql", request=asked, response=answered)
    asked = LdapRequest("search", 0, base="dc=x", filter="(userPassword=B17)")
    entry = LdapEntry("cn=a,dc=x", {"userPassword": ["B17"]})
    ldap = replace(
        exchange(), transport_kind="ldap", request=asked, response=LdapResponse(1.0, 0, entries=(entry,))
    )
    for captured in (sql, ldap):
        assert documents(Redactor(policy).redact(captured)).count(b"B17") == 2
        assert b"B17" not in documents(Redactor().redact(captured))


def test_an_exempt_name_is_a_whole_one():
    """`token` says nothing about `access_token`."""
    left = value_of(
        PLAINLY.with_kept(names=["token"]), {"token": "B17", "access_token": "B17", "x-token": "B17"}
    )
    assert left == {"token": "B17", "access_token": "[REDACTED:name.token]", "x-token": "B17"}


def test_an_exempt_name_says_nothing_about_values():
    """What is known by its looks goes still; a place or a pattern may exempt that, unless it is sure."""
    hashed = "md5" + "".join(random.Random(1).choices("0123456789abcdef", k=32))
    assert value_of(PLAINLY.with_kept(names=["pin"]), {"pin": hashed})["pin"] != hashed
    assert value_of(PLAINLY.with_kept(paths=["$.pin"]), {"pin": hashed}) == {"pin": hashed}


def test_an_exempt_object_is_looked_into():
    """What its own names say still holds."""
    left = value_of(
        PLAINLY.with_kept(paths=["$.password"]), {"password": {"changed": "today", "client_secret": "B17"}}
    )
    assert left == {"password": {"changed": "today", "client_secret": "[REDACTED:name.client_secret]"}}


def test_an_exempt_number_stays_a_number():
    """With its type."""
    assert value_of(PLAINLY.with_kept(paths=["$.pin"]), {"pin": 1234}) == {"pin": 1234}


def test_headers_parameters_and_cookies_are_exempt_by_name():
    """Each in its own place."""
    policy = PLAINLY.with_kept(headers=["X-Api-Key"], parameters=["sig"], cookies=["Theme"])
    redacted = Redactor(policy).redact(
        exchange(
            url="https://x.test/?sig=B17", headers=[("x-api-key", "B17"), ("Cookie", "theme=dark; sid=B17")],
            answer_headers=[("Set-Cookie", "theme=dark; Path=/"), ("Set-Cookie", "sid=B17; Path=/")],
            received={"api_key": "B17"},
        )
    )  # fmt: skip
    assert request_of(redacted)["url"] == "https://x.test/?sig=B17"
    assert request_of(redacted)["headers"] == [
        ["x-api-key", "B17"],
        ["Cookie", "theme=dark; sid=[REDACTED:header.cookie]"],
    ]
    assert response_of(redacted)["headers"][:2] == [
        ["Set-Cookie", "theme=dark; Path=/"],
        ["Set-Cookie", "sid=[REDACTED:header.set-cookie]; Path=/"],
    ]
    assert response_of(redacted)["body"]["value"] == {"api_key": "[REDACTED:name.api_key]"}


def test_a_kept_pattern_is_one_of_whole_values():
    """A harmless word in a secret does not make it one."""
    policy = PLAINLY.with_kept(values={"service": "svc-[a-z]+"})
    assert value_of(policy, {"token": "svc-a B"}) == {"token": "[REDACTED:name.token]"}
    assert value_of(policy, {"token": "svc-a"}) == {"token": "svc-a"}


def test_an_author_may_exempt_from_what_he_removes():
    """A place among places."""
    policy = PLAINLY.with_removed(paths=["$..id"]).with_kept(paths=["$.users[*].id"])
    assert value_of(policy, {"users": [{"id": 1}], "x": {"id": 2}}) == {
        "users": [{"id": 1}],
        "x": {"id": "[REDACTED:policy.path]"},
    }


def everything_kept():
    """As many exemptions as there can be."""
    return PLAINLY.with_kept(
        names=SECRET_NAMES,
        paths=["$", "$..*"],
        values={"printable": r"[A-Za-z0-9+/=_.:{}\[\]\" $,-]{1,1000}"},
        judges=[Judge(lambda _: True, "1")],
    )


def test_no_exemption_uncovers_a_registered_secret():
    """Whatever is exempt, however it is spelled."""
    redactor = Redactor(everything_kept())
    redactor.register_secret(secret := fresh_secret(5))
    encoded = base64.b64encode(secret.encode()).decode()
    redacted = redactor.redact(exchange(received={"token": secret, "a": [encoded, f"x{secret}x"]}))
    assert not survives(secret, documents(redacted))


def test_no_exemption_uncovers_what_the_request_shows():
    """The credential of the request registers itself."""
    redactor = Redactor(everything_kept())
    secret = fresh_secret(6)
    redacted = redactor.redact(
        exchange(headers=[("Authorization", f"Bearer {secret}")], received={"token": secret})
    )
    assert not survives(secret, documents(redacted))


def _key():
    lines = ["".join(random.Random(n).choices(string.ascii_letters, k=64)) for n in range(2)]
    return f"-----BEGIN PRIVATE KEY-----\n{lines[0]}\n{lines[1]}\n-----END PRIVATE KEY-----", lines[0]


KEYS = {
    "in PEM": lambda pem, _: {"token": pem},
    "in a note": lambda pem, _: {"note": f"here it is: {pem}"},
    "by its name": lambda _, bare: {"private_key": bare, "privateKey": {"pem": bare}},
    "of a pair": lambda _, bare: [{"name": "private_key", "value": bare}],
    "of a JWK": lambda _, bare: {"keys": [{"kty": "RSA", "n": "abc", "d": bare, "p": bare}]},
    "under a name that is exempt": lambda _, bare: {"password": {"private_key": bare}},
    "in JSON in a string": lambda _, bare: {"token": json.dumps({"private_key": bare})},
    "in running text": lambda _, bare: {"t": f"private_key={bare}"},
    "in base64": lambda pem, _: {"token": base64.b64encode(pem.encode()).decode()},
}


@pytest.mark.parametrize("key", KEYS)
def test_no_exemption_uncovers_a_private_key(key):
    """Neither name nor place nor pattern nor function."""
    pem, line = _key()
    redactor = Redactor(everything_kept())
    redacted = redactor.redact(exchange(received=KEYS[key](pem, line)))
    assert line.encode() not in documents(redacted)
    assert base64.b64encode(pem.encode())[40:80] not in documents(redacted)
    assert response_of(redacted)["body"]["type"] == "json"
    assert redactor.failures() == {}


@pytest.mark.parametrize("row", [row for row in FAMILIES if row.sure], ids=lambda row: row.name)
def test_no_exemption_uncovers_what_the_verifier_finds(row):
    """It would cost the whole body: the member is removed by itself, and the rest of the body stays."""
    member = example(row.templates[0], random.Random(11))
    redactor = Redactor(everything_kept())
    redacted = redactor.redact(exchange(received={"token": member, "id": "kept"}))
    assert response_of(redacted)["body"]["value"]["id"] == "kept"
    assert member not in response_of(redacted)["body"]["value"]["token"]
    assert redactor.failures() == {}


def test_no_exemption_undoes_a_profile():
    """What a profile does not keep is not there to be exempt; single headers and parameters by name are."""
    redactor = Redactor(
        Policy.strict()
        .with_kept(paths=["$..*"], judges=[Judge(lambda _: True, "1")])
        .with_kept(headers=["X-Request-Id"], parameters=["page"])
    )
    redacted = redactor.redact(
        exchange(
            url="https://x.test/?q=B17&page=2", headers=[("X-Note", "B17"), ("X-Request-Id", "r-1")],
            received="B17", received_type=PLAIN,
        )
    )  # fmt: skip
    assert b"B17" not in documents(redacted)
    assert request_of(redacted)["url"].endswith("&page=2")
    assert ["X-Request-Id", "r-1"] in request_of(redacted)["headers"]
