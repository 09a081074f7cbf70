"""One user of the directory, and the exchange that built it, in a dozen lines.

The stored documents are read as any reader of the file reads them; what they lack is left out.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import Any

import orjson
from rich.text import Text

from captured_exchanges.demo.layout import field, title
from captured_exchanges.demo.people import ACCOUNT_SCHEMA
from captured_exchanges.exchange import StoredExchange
from captured_exchanges.provenance import Explanation

__all__ = ["explained"]

SHOWN = ("userName", "title", "password")


def explained(explanation: Explanation) -> Iterator[Text]:
    """The lines, for an explanation with at least one exchange."""
    exchange = explanation.exchanges[0]
    request, response, intent = map(_parsed, _documents(exchange))
    yield title(f"Where does {explanation.display_name} come from?")
    yield field("object", explanation.object_id)
    yield field("request id", exchange.request_id)
    yield field("intent", " / ".join(str(each) for each in intent.values()))
    yield field("request", f"{request.get('method')} {request.get('url')}")
    for name, value in request.get("headers", []):
        if str(value).find("[REDACTED:") >= 0:
            yield field("", f"{name}: {value}", "yellow")
    yield field("response", f"{response.get('status')} in {response.get('duration_ms', 0):.0f} ms, of which:")
    for name, value in _attributes(response, explanation.object_id):
        yield field("", f'"{name}": {value}', "yellow" if "[REDACTED:" in value else "")
    yield field("redacted", _redactions(request, response))


def _documents(exchange: StoredExchange) -> tuple[bytes | None, bytes | None, bytes | None]:
    return exchange.request_json, exchange.response_json, exchange.intent_json


def _parsed(document: bytes | None) -> dict[str, Any]:
    parsed = orjson.loads(document) if document else {}
    return parsed if isinstance(parsed, dict) else {}


def _attributes(response: dict[str, Any], object_id: str) -> Iterator[tuple[str, str]]:
    """What the response says of the user: plain attributes, a credential, what only looks like one."""
    value = response.get("body", {}).get("value")
    resources = value.get("Resources", []) if isinstance(value, dict) else []
    user: dict[str, Any] = next((each for each in resources if f"user:{each.get('id')}" == object_id), {})
    for name in SHOWN:
        if name in user:
            yield name, orjson.dumps(user[name]).decode()
    changed = user.get(ACCOUNT_SCHEMA, {}).get("passwordLastChanged")
    if changed is not None:
        yield "passwordLastChanged", orjson.dumps(changed).decode()


def _redactions(request: dict[str, Any], response: dict[str, Any]) -> str:
    made = [*request.get("redactions", []), *response.get("redactions", [])]
    rules = Counter(str(each.get("rule")) for each in made)
    listed = ", ".join(f"{rule} {count}" for rule, count in rules.most_common())
    return f"{len(made)} values ({listed})" if made else "nothing"
