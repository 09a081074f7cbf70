"""Claims of JWTs, told on request."""

import base64
import json

import pytest

from captured_exchanges.redaction import Policy, Redactor
from captured_exchanges.redaction.sweep import Sweep
from support.redaction_exchanges import documents, exchange, fresh_secret, request_of, response_of


def part(document):
    """A part of a JWT."""
    data = document if isinstance(document, bytes) else json.dumps(document).encode()
    return base64.urlsafe_b64encode(data).decode().rstrip("=")


SIGNATURE = part(fresh_secret(1).encode())
HEADER, PAYLOAD = {"alg": "RS256", "kid": "key-1"}, {"sub": "alice", "exp": 1_700_000_000, "aud": ["app"]}
TOKEN = f"{part(HEADER)}.{part(PAYLOAD)}.{SIGNATURE}"
REDACTOR = Redactor(Policy.default().with_jwt("claims"))

PLACES = {
    "a header": lambda t: exchange(headers=[("Authorization", f"Bearer {t}")]),
    "a name": lambda t: exchange(sent={"id_token": t}),
    "a value": lambda t: exchange(sent={"note": f"it is {t}"}),
    "a parameter": lambda t: exchange(url=f"https://x.test/?id_token={t}"),
}


@pytest.mark.parametrize("place", PLACES)
def test_claims_are_told_beside_the_removal(place):
    """Header and payload, wherever the token stood; the signature never, the marker as ever."""
    redacted = REDACTOR.redact(PLACES[place](TOKEN))
    (removal,) = request_of(redacted)["redactions"]
    assert removal["jwt"] == {"header": HEADER, "payload": PAYLOAD}
    assert SIGNATURE.encode() not in documents(redacted)
    assert TOKEN.rpartition(".")[0].encode() not in documents(redacted)
    assert b"[REDACTED:" in documents(redacted)


def test_none_is_told_by_default():
    """Unless somebody asks."""
    redacted = Redactor().redact(PLACES["a name"](TOKEN))
    assert request_of(redacted)["redactions"] == [{"path": "/body/value/id_token", "rule": "name.token"}]
    assert b"alice" not in documents(redacted)


def test_of_an_encrypted_token_there_is_the_header():
    """Its payload is for others."""
    token = f"{part(HEADER)}.{part(b'k' * 8)}.{part(b'i' * 8)}.{part(b'c' * 20)}.{part(b't' * 8)}"
    (removal,) = request_of(REDACTOR.redact(PLACES["a name"](token)))["redactions"]
    assert removal["jwt"] == {"header": HEADER}


def test_claims_are_redacted_like_any_json():
    """A credential in a payload goes; a registered one too."""
    redactor = Redactor(Policy.default().with_jwt("claims"))
    redactor.register_secret(known := fresh_secret(3))
    token = f"{part(HEADER)}.{part({'sub': 'alice', 'password': 'B17', 'x': known})}.{SIGNATURE}"
    redacted = redactor.redact(exchange(received={"id_token": token}))
    payload = response_of(redacted)["redactions"][0]["jwt"]["payload"]
    assert (payload["sub"], payload["password"]) == ("alice", "[REDACTED:name.password]")
    assert known.encode() not in documents(redacted)


@pytest.mark.parametrize(
    "value",
    ["", "a.b.c", f"{part(b'no JSON here')}.{part(b'x')}.z", f"{part([1, 2, 3, 4, 5])}..z",
     f"{'A' * 20_000}.a.b", f"{part(HEADER)}.{part(PAYLOAD)}", f"x {TOKEN}"],
)  # fmt: skip
def test_what_is_no_token_as_a_whole_tells_nothing(value):
    """No error, no claims."""
    sweep = Sweep(REDACTOR._marker, whims=REDACTOR._whims)
    sweep.remove(("body",), "name.token", value)
    assert sweep.redactions() == [{"path": "/body", "rule": "name.token"}]


def test_a_document_tells_so_many_and_no_more():
    """A page of tokens is no page of claims."""
    redacted = REDACTOR.redact(exchange(received={"tokens": [{"id_token": TOKEN}] * 50}))
    told = [removal for removal in response_of(redacted)["redactions"] if "jwt" in removal]
    assert len(told) == 32
