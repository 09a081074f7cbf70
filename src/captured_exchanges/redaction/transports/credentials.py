"""The live credentials that a request itself shows: they register themselves, so that an echo in a
response, in an error or in a later exchange is removed too.
"""

from __future__ import annotations

import base64
import binascii
from collections.abc import Iterator
from dataclasses import dataclass

from captured_exchanges.redaction.patterns import clean
from captured_exchanges.redaction.text import DEFAULT_URLS
from captured_exchanges.redaction.transports.headers import Headers, Pairs, credential_of
from captured_exchanges.redaction.values import looks_like_credential

__all__ = ["Credential", "credentials"]

_PER_REQUEST = frozenset(
    {"digest", "oauth", "hawk", "mac", "hmac", "hmac-sha256", "signature", "negotiate", "ntlm",
     "aws4-hmac-sha256", "dpop", "sharedkey", "sharedkeylite", "vapid", "eg1-hmac-sha256", "scram-sha-1",
     "scram-sha-256"}
)  # fmt: skip
_SIGNATURES = ("dpop", "signature", "signature-256")


@dataclass(frozen=True, slots=True)
class Credential:
    """A credential; `lasting` where later requests will carry it too."""

    value: str
    lasting: bool


def credentials(headers: Pairs, rules: Headers) -> Iterator[Credential]:
    """The credentials in the headers of a request."""
    for name, value in headers:
        lowered = name.strip().lower()
        if lowered == "cookie":
            yield from _cookies(clean(value), rules)
        elif rules.is_secret(name):
            yield from _authorization(lowered, clean(value).strip())


def _authorization(name: str, value: str) -> Iterator[Credential]:
    scheme, credential = credential_of(value)
    lasting = scheme not in _PER_REQUEST and not name.endswith(_SIGNATURES)
    yield Credential(credential, lasting)
    if scheme == "basic":
        yield from _halves(credential)


def _halves(credential: str) -> Iterator[Credential]:
    """The password of a basic-auth pair. The user name is an identity and stays readable, random as a client
    id may look; but where there is no real password, it is the credential.
    """
    try:
        pair = base64.b64decode(credential, validate=False)
    except (binascii.Error, ValueError):
        return
    text = pair.decode("utf-8", "replace") if b"\xff" not in pair else pair.decode("latin-1")
    user, _, password = text.partition(":")
    if password not in DEFAULT_URLS.placeholders:
        yield Credential(password, lasting=True)
    else:
        yield Credential(user, lasting=True)


def _cookies(value: str, rules: Headers) -> Iterator[Credential]:
    """Cookies that carry a session. Others hold user names and languages as often as anything."""
    for piece in value.split(";"):
        name, _, content = (part.strip() for part in piece.partition("="))
        if rules.is_session(name) and looks_like_credential(content):
            yield Credential(content, lasting=True)
