"""SQL: what one execution of a statement is made of, and how its parts are redacted."""

from captured_exchanges.redaction.transports.sql.rules import SqlRules
from captured_exchanges.redaction.transports.sql.table import DEFAULT_SQL, SqlTable

__all__ = [
    # rules
    "SqlRules",
    # table
    "DEFAULT_SQL",
    "SqlTable",
]
