"""What a policy may be tried on, by its kind: read, redacted, and written as it was."""

from __future__ import annotations

from captured_exchanges.cli.sample_har import redact_har
from captured_exchanges.cli.sample_http import redact_http
from captured_exchanges.cli.summary import text_of
from captured_exchanges.cli.trial import Trial, compact_json, content, said_by
from captured_exchanges.exchange import Json, SqlRequest

__all__ = ["redact_sample", "sample_text"]

_TYPES = {"form": "application/x-www-form-urlencoded", "text": "text/plain", "json": "application/json"}


def redact_sample(kind: str, data: bytes, trial: Trial) -> Json:
    """What is left of it: JSON of a HAR and of JSON, a list of lines of NDJSON, text of all others."""
    match kind:
        case "har":
            return redact_har(data, trial)
        case "http":
            return redact_http(data, trial)
        case "sql":
            return _statement(data, trial)
        case "ndjson":
            lines = [line for line in data.splitlines() if line.strip()]
            return [said_by(trial.body(line, _TYPES["json"], entry=at)) for at, line in enumerate(lines, 1)]
        case "json":
            return said_by(trial.body(data, _TYPES["json"]))
        case _:
            return content(trial.body(data.strip() if kind == "form" else data, _TYPES[kind]))


def sample_text(kind: str, left: Json) -> str:
    """The same as it is printed."""
    if kind == "ndjson" and isinstance(left, list):
        return "\n".join(
            line if isinstance(line, str) and line.startswith("[omitted") else compact_json(line)
            for line in left
        )
    return left if isinstance(left, str) else compact_json(left, indent=2)


def _statement(data: bytes, trial: Trial) -> str:
    request = SqlRequest(data.decode("utf-8", "replace").strip(), 0)
    document, _ = trial.exchange(request, kind="sql")
    return text_of(document, "statement") or "[omitted: failed]"
