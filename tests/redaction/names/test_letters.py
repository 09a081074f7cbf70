"""Letters beyond ASCII, however they are written."""

import json
import unicodedata
import urllib.parse

import pytest

from captured_exchanges.redaction import Redactor
from captured_exchanges.redaction.names import DEFAULT_NAMES
from captured_exchanges.redaction.names.letters import in_any_spelling
from captured_exchanges.redaction.patterns import compiled
from support.redaction_exchanges import FORM, PLAIN, documents, exchange, fresh_secret

REDACTOR = Redactor()
FOREIGN = sorted(phrase for row in DEFAULT_NAMES.strong.values() for phrase in row if not phrase.isascii())
PLACES = {
    "JSON": lambda name, secret: {"received": {name: secret}},
    "JSON in UTF-8": lambda name, secret: {
        "received": json.dumps({name: secret}, ensure_ascii=False).encode()
    },
    "JSON in a string": lambda name, secret: {"received": {"message": json.dumps({name: secret})}},
    "JSON in two": lambda name, secret: {"received": {"m": json.dumps({"m": json.dumps({name: secret})})}},
    "a URL": lambda name, secret: {"url": f"https://x.test/?{urllib.parse.quote(name)}={secret}"},
    "a URL in JSON": lambda name, secret: {
        "received": {"u": f"https://x.test/?{urllib.parse.quote(name)}={secret}"}
    },
    "a form": lambda name, secret: {"sent": urllib.parse.urlencode({name: secret}), "sent_type": FORM},
    "a form in JSON": lambda name, secret: {"received": {"body": urllib.parse.urlencode({name: secret})}},
    "text": lambda name, secret: {"received": f"log: {name}={secret}", "received_type": PLAIN},
    "JSON in text": lambda name, secret: {
        "received": f"log: {json.dumps({name: secret})}",
        "received_type": PLAIN,
    },
}


@pytest.mark.parametrize("place", PLACES)
@pytest.mark.parametrize("name", FOREIGN)
def test_a_name_in_any_script_takes_its_value_along(name, place):
    """As it is written, in capitals, and with its accents by themselves."""
    secret = fresh_secret()
    for spelled in (name, name.title(), name.upper(), unicodedata.normalize("NFD", name)):
        assert secret.encode() not in documents(REDACTOR.redact(exchange(**PLACES[place](spelled, secret))))


@pytest.mark.parametrize(
    "text", ["ÀBC def", "a\u0300bc_Def", r"\u00e0bc def", r"\\u00C0bc def", "%C3%a0bc%20def", "àbcdef"]
)
def test_a_pattern_finds_every_spelling(text):
    """Of words too, whatever stands between them; another letter is another."""
    assert compiled(f"(?i:{in_any_spelling('àbc def')})").fullmatch(text)
    assert not compiled(f"(?i:{in_any_spelling('ábc def')})").search(text)


def test_ascii_is_looked_for_as_it_is():
    """Whatever hides it is told by the scan."""
    assert in_any_spelling("api key") == r"api[^A-Za-z\"]{0,3}key"
