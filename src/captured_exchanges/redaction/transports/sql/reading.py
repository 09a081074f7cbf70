"""A statement, read: its tokens and what goes of them. Which dialect it is read by, where nobody says.

Dialects disagree about where a string ends: a backslash before a quote, `#`, `q'[`, `$$`. Where the dialect
is not known and such a thing occurs, the statement counts as read only if those that disagree find the same
strings in it.
"""

from __future__ import annotations

from captured_exchanges.redaction.names import Names
from captured_exchanges.redaction.patterns import clean, compiled
from captured_exchanges.redaction.transports.sql.meeting import Meeting
from captured_exchanges.redaction.transports.sql.placeholders import with_placeholders
from captured_exchanges.redaction.transports.sql.sense import Sense
from captured_exchanges.redaction.transports.sql.table import SqlTable
from captured_exchanges.redaction.transports.sql.tokens import Kind, NotRead, Token, tokens
from captured_exchanges.redaction.transports.sql.tree import Group, tree

__all__ = ["Reader", "Reading"]

_KNOWN = frozenset(
    """
    athena bigquery clickhouse databricks doris dremio drill druid duckdb exasol fabric hive materialize mysql
    oracle postgres presto redshift risingwave snowflake spark sqlite starrocks teradata trino tsql
    """.split()  # noqa: SIM905 - a table of words
)
_DISAGREEING = ("postgres", "mysql", "tsql", "oracle")
_DOUBTFUL = compiled(r"\\|(?i:q)'|\$[A-Za-z_0-9]*\$|/\*[^*]*/\*|#|--\S|\[[^\]]*['\"`]|//")
_BRACKETED = compiled(r"(?:^|[\s.,(=])\[[\pL_][^\]]*\]")


class Reading:
    """A statement as it was read; belongs to one thread."""

    def __init__(
        self, statement: str, found: list[Token], names: Names, table: SqlTable, dialect: str
    ) -> None:
        self.statement = statement
        self.tokens = found
        self.dialect = dialect
        self.root: Group = tree(found)
        self.sense = Sense(names, table, dialect, self.root)
        self.meeting = Meeting(self.sense, self.root)

    @property
    def binds(self) -> list[Token]:
        """The placeholders and variables, in order."""
        return [token for token in self.tokens if token.kind is Kind.BIND]


class Reader:
    """Reads statements. Thread-safe."""

    def __init__(self, names: Names, table: SqlTable) -> None:
        self.names = names
        self.table = table

    def read(self, statement: str, dialect: str) -> Reading:
        """The statement as it is understood. `dialect` as the adapter names it. Raises NotRead."""
        if len(statement) > self.table.max_statement:
            raise NotRead
        known = self._dialect(dialect)
        statement = clean(statement)
        found = with_placeholders(tokens(statement, known) if known else _agreed(statement))
        return Reading(statement, found, self.names, self.table, known)

    def _dialect(self, name: str) -> str:
        lowered = name.strip().lower().partition("+")[0]
        lowered = self.table.dialects.get(lowered, lowered)
        return lowered if lowered in _KNOWN else ""


def _agreed(statement: str) -> list[Token]:
    """The tokens of a statement in an unknown dialect."""
    if _DOUBTFUL.search(statement) is not None:
        readings = [_strings(statement, dialect) for dialect in _DISAGREEING]
        if any(reading != readings[0] for reading in readings):
            raise NotRead
    if "`" in statement:
        return tokens(statement, "mysql")
    return tokens(statement, "tsql" if _BRACKETED.search(statement) is not None else "postgres")


def _strings(statement: str, dialect: str) -> list[tuple[int, int]]:
    found = tokens(statement, dialect)
    return [(token.start, token.end) for token in found if token.kind is Kind.TEXT or token.source[0] == '"']
