"""What somebody wants to try a policy on, told by looking at it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import PurePath

from captured_exchanges.redaction.bodies.forms import looks_like_form
from captured_exchanges.redaction.patterns import clean, compiled

__all__ = ["KINDS", "kind_of"]

KINDS = ("har", "json", "ndjson", "form", "sql", "http", "text")
_SUFFIXES: Mapping[str, str] = {
    ".har": "har",
    ".sql": "sql",
    ".ndjson": "ndjson",
    ".jsonl": "ndjson",
    ".http": "http",
}
_MESSAGE = compiled(
    r"(?m)\A(?:\* .*\n|[{}] \[.*\n)*(?:[<>] )?"
    r"(?:HTTP/\d(?:\.\d)? \d{3}\b|[A-Z]{3,10} \S+ HTTP/\d(?:\.\d)?\s*$)"
)
_STATEMENT = compiled(
    r"(?i)\A(?:\s|--[^\n]*\n|/\*(?s:.*?)\*/)*(?:SELECT|INSERT|UPDATE|DELETE|MERGE|UPSERT|REPLACE|WITH|CREATE|ALTER|DROP"
    r"|GRANT|REVOKE|EXEC|EXECUTE|CALL|SET|TRUNCATE|COPY|DECLARE|BEGIN)\s"
)
_PIECE = 65_536


def kind_of(name: str, data: bytes) -> str:
    """One of KINDS, by the file's name where that says it, else by what it holds."""
    if kind := _SUFFIXES.get(PurePath(name).suffix.lower()):
        return kind
    text = clean(data.decode("utf-8", "replace")).removeprefix("\ufeff")
    if text.lstrip()[:1] in ("{", "["):
        return _json_kind(text)
    head = text[:_PIECE].replace("\r\n", "\n")
    if _MESSAGE.search(head) is not None:
        return "http"
    if _STATEMENT.search(head) is not None:
        return "sql"
    return "form" if looks_like_form(text.strip()) else "text"


def _json_kind(text: str) -> str:
    try:
        document = json.loads(text)
    except (ValueError, RecursionError):
        return "ndjson" if _is_lines(text) else "json"
    log = document.get("log") if isinstance(document, dict) else None
    return "har" if isinstance(log, dict) and isinstance(log.get("entries"), list) else "json"


def _is_lines(text: str) -> bool:
    """Whether the first two lines are documents, each by itself."""
    lines = [line for line in text.splitlines() if line.strip()][:2]
    return len(lines) > 1 and all(map(_is_json, lines))


def _is_json(line: str) -> bool:
    try:
        json.loads(line)
    except (ValueError, RecursionError):
        return False
    return True
