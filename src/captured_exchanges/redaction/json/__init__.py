"""JSON: read and written without surprises, and the walk that redacts a document."""

from captured_exchanges.redaction.json.cut import Completed, completed, in_doubt
from captured_exchanges.redaction.json.exact import (
    UNTIDY,
    NotJson,
    TooDeep,
    decoded_at,
    dumps,
    dumps_text,
    ends_long_number,
    has_doubles,
    is_json,
    loads,
    loads_and_tidies,
    loads_of_doubles,
)
from captured_exchanges.redaction.json.lenient import respelled
from captured_exchanges.redaction.json.moods import CALM, Level, Mood, mood_below, rule_for
from captured_exchanges.redaction.json.siblings import Siblings
from captured_exchanges.redaction.json.walk import JsonWalk

__all__ = [
    # cut
    "Completed",
    "completed",
    "in_doubt",
    # exact
    "UNTIDY",
    "NotJson",
    "TooDeep",
    "decoded_at",
    "dumps",
    "dumps_text",
    "ends_long_number",
    "has_doubles",
    "is_json",
    "loads",
    "loads_and_tidies",
    "loads_of_doubles",
    # lenient
    "respelled",
    # moods
    "CALM",
    "Level",
    "Mood",
    "mood_below",
    "rule_for",
    # siblings
    "Siblings",
    # walk
    "JsonWalk",
]
