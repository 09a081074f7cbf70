"""The corpus: exchanges written down as one sees them on the wire, secrets and identities marked in them.

A file of `tests/corpus` holds cases, each under a line `=== name`, then `METHOD URL`, headers, an empty line
and a body; a line `< 200 OK` begins the answer, written the same way, and a line `! message` says how it
failed instead. In all of it:

- `⟨w*40⟩` is a secret of 40 characters, made now, of an alphabet of the table of values; `⟨…⟩` around
  anything else is a secret in which `<X*n>` are such blanks. What is in there must not be kept.
- `«…»` is an identity, with blanks alike. It must be kept as it is.
- `<X*n>` anywhere else is filled and neither.
- A case that begins with no request is a note in an answer of JSON.
- `⟦b64 …⟧`, `⟦hex …⟧`, `⟦url …⟧`, `⟦json …⟧` are what is in there, encoded.
"""

import base64
import json
import random
import urllib.parse
from dataclasses import dataclass
from pathlib import Path

from captured_exchanges.redaction.patterns import compiled
from captured_exchanges.redaction.values.table import example
from support.examples import CHANCE
from support.redaction_exchanges import FORM, JSON, PLAIN, exchange

FOLDER = Path(__file__).parents[1] / "corpus"
_PLANTED = compiled(r"⟨([^⟨⟩]*)⟩|«([^«»]*)»")
_ENCODED = compiled(r"⟦(\w+) ([^⟦⟧]*)⟧")
_SHORTHAND = compiled(r"[a-zA-Z]\*\d+")
_STARTS_REQUEST = compiled(r"[A-Z]{3,8} \S*[/:]")
_STARTS_ANSWER = compiled(r"(?m)^([<!]) ")
_FORM = compiled(r"[\w.%\[\]-]+=[^\s]*")
_ENCODERS = {
    "b64": lambda text: base64.b64encode(text.encode()).decode(),
    "b64url": lambda text: base64.urlsafe_b64encode(text.encode()).decode().rstrip("="),
    "hex": lambda text: text.encode().hex(),
    "url": lambda text: urllib.parse.quote(text, safe=""),
    "json": lambda text: json.dumps(text)[1:-1],
}


@dataclass(frozen=True)
class Case:
    """One case as it is written."""

    name: str
    text: str


@dataclass(frozen=True)
class Planted:
    """A case with its blanks filled: the exchange, and what must go and what must stay of it."""

    exchange: object
    secrets: tuple[str, ...]
    identities: tuple[str, ...]


def cases():
    """All cases, by name."""
    return [case for file in sorted(FOLDER.glob("*.txt")) for case in _cases(file)]


def _cases(file):
    for block in f"\n{file.read_text()}".split("\n=== ")[1:]:
        name, _, text = block.partition("\n")
        yield Case(f"{file.stem}: {name.strip()}", text.strip("\n"))


def planted(case, seed=None):
    """A case with fresh secrets; a seed makes them the same each time."""
    source = CHANCE if seed is None else random.Random(f"{seed} {case.name}")
    secrets, identities = [], []

    def fill(match):
        shelf, template = (secrets, match[1]) if match.start(1) >= 0 else (identities, match[2])
        shelf.append(example(f"<{template}>" if _SHORTHAND.fullmatch(template) else template, source))
        return shelf[-1]

    text = example(_PLANTED.sub(fill, case.text), source)
    while (encoded := _ENCODED.sub(lambda match: _ENCODERS[match[1]](match[2]), text)) != text:
        text = encoded
    return Planted(_exchange(text), tuple(secrets), tuple(identities))


def _exchange(text):
    if _STARTS_REQUEST.match(text) is None:
        return exchange(received={"note": text.replace("\\n", "\n")})
    start = _STARTS_ANSWER.search(text)
    asked = text if start is None else text[: start.start()]
    first, headers, sent = _message(asked)
    method, _, url = first.partition(" ")
    request = {"method": method, "url": url, **_parts(headers, sent, "headers", "sent")}
    if start is None:
        return exchange(**request)
    if start[1] == "!":
        return exchange(**request, status=None, error=text[start.end() :].strip("\n"))
    first, headers, received = _message(text[start.end() :])
    status, _, reason = first.partition(" ")
    answer = _parts(headers, received, "answer_headers", "received")
    return exchange(**request, status=int(status), reason=reason, **answer)


def _message(text):
    head, _, body = text.strip("\n").partition("\n\n")
    first, *headers = head.split("\n")
    return first, [_header(line) for line in headers], body


def _header(line):
    """Its name may begin with a colon, as in HTTP/2."""
    at = line.index(":", 1)
    return line[:at], line[at + 1 :].strip()


def _parts(headers, body, headers_key, body_key):
    kind = next((value for name, value in headers if name.lower() == "content-type"), None)
    if not body:
        return {headers_key: headers}
    headers = [pair for pair in headers if pair[0].lower() != "content-type"]
    return {headers_key: headers, body_key: body, f"{body_key}_type": kind or _kind(body)}


def _kind(body):
    if body[:1] in ("{", "["):
        return JSON
    return FORM if _FORM.fullmatch(body) else PLAIN
