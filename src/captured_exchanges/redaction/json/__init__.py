"""JSON: read and written without surprises, and the walk that redacts a document."""

from captured_exchanges.redaction.json.exact import (
    NotJson,
    decoded_at,
    dumps,
    dumps_text,
    loads,
    loads_and_tidies,
)
from captured_exchanges.redaction.json.siblings import Siblings
from captured_exchanges.redaction.json.walk import JsonWalk, TooDeep

__all__ = [
    # exact
    "NotJson",
    "decoded_at",
    "dumps",
    "dumps_text",
    "loads",
    "loads_and_tidies",
    # siblings
    "Siblings",
    # walk
    "JsonWalk",
    "TooDeep",
]
