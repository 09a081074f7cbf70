"""What the corpus is written in: exchanges as real APIs have them, with fresh secrets planted in them.

A case is a function from a `Plant` to one exchange, or to a list of them that one Redactor sees in order. An
exchange is a dictionary of what `support.redaction_exchanges.exchange` takes. What the plant made by being
called is a secret and must go; everything else in the exchange must stay, byte for byte.
"""

import base64
import json
import random
import urllib.parse

from captured_exchanges.redaction.values.table import example
from support.redaction_exchanges import FORM, PLAIN

__all__ = [
    "FORM",
    "PLAIN",
    "Nested",
    "Plant",
    "Spelled",
    "Whole",
    "asked",
    "failed",
    "form",
    "got",
    "sent",
    "text",
]


class Plant:
    """Makes what stands in exchanges. `plant(template)` is a secret, `plant.id(template)` an identity.

    Templates are those of the table of value families: `<a*20>` is twenty letters and digits.
    """

    def __init__(self, seed):
        self._random = random.Random(seed)
        self.secrets = []

    def __call__(self, template="<a*32>"):
        """A secret."""
        return self.known(self.id(template))

    def id(self, template):
        """What looks random and is no secret."""
        return example(template, self._random)

    def known(self, secret):
        """A text that is a secret as a whole."""
        self.secrets.append(secret)
        return secret

    def number(self, digits=6):
        """A secret number."""
        return int(self.known(str(self._random.randrange(10 ** (digits - 1), 10**digits))))

    def basic(self, user, password):
        """The base64 of a pair, a secret too."""
        return self.known(base64.b64encode(f"{user}:{password}".encode()).decode())

    def base64(self, secret):
        """The base64 of a secret."""
        return self.known(base64.b64encode(secret.encode()).decode())

    def jwt(self, **claims):
        """A signed token that says something."""
        head = _base64url(json.dumps({"alg": "RS256", "kid": self.id("<w*20>"), "typ": "JWT"}))
        body = _base64url(json.dumps({"iss": "https://issuer.example.test", "sub": "alice", **claims}))
        return self.known(f"{head}.{body}.{self.id('<w*86>')}")

    def pem(self, kind="PRIVATE KEY"):
        """A private key."""
        lines = "\n".join(self.id("<b*64>") for _ in range(6))
        return self.known(f"-----BEGIN {kind}-----\n{lines}\n{self.id('<b*40>')}==\n-----END {kind}-----")

    def certificate(self, kind="CERTIFICATE"):
        """A certificate or a public key: no secret."""
        lines = "\n".join(self.id("<b*64>") for _ in range(6))
        return f"-----BEGIN {kind}-----\n{lines}\n{self.id('<b*40>')}==\n-----END {kind}-----\n"


class Whole(dict):
    """An object that may go as a whole, under the name of a secret."""


class Spelled(bytes):
    """The bytes of a JSON body, which remember what they say."""

    def __new__(cls, data, value):
        made = super().__new__(cls, data)
        made.value = value
        return made


class Nested(str):
    """JSON in a string, which remembers what it says."""

    __slots__ = ("value",)

    def __new__(cls, value):
        made = super().__new__(cls, json.dumps(value, separators=(",", ":")))
        made.value = value
        return made


def got(value, **more):
    """What a server answered."""
    return {"received": value, **more}


def stored(value, **more):
    """What a store of secrets answered, told by its URL: in no other document does it mean the same."""
    return {"received": value, "whole": True, **more}


def sent(value, **more):
    """What a client sent."""
    return {"method": "POST", "sent": value, **more}


def form(pairs, **more):
    """A form that a client sent, from a dictionary or from pairs."""
    return {"method": "POST", "sent": urllib.parse.urlencode(pairs), "sent_type": FORM, **more}


def text(value, **more):
    """A text that a server answered."""
    return {"received": value, "received_type": PLAIN, **more}


def asked(url, **more):
    """A request to a URL."""
    return {"url": url, **more}


def failed(message, **more):
    """An exchange that ended in an exception."""
    return {"status": None, "error": message, **more}


def _base64url(text):
    return base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")
