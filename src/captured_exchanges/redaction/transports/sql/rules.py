"""An SQL exchange: its documents, and the credentials that its request shows.

A response is understood by the request it answers: what was selected under a name, which values a driver's
message may quote. So both are judged from the statement, each by itself.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator
from typing import Any

from captured_exchanges.exchange import Failure, SqlRequest, SqlResponse
from captured_exchanges.redaction.detail import Detail
from captured_exchanges.redaction.names import Names
from captured_exchanges.redaction.sweep import Sweep
from captured_exchanges.redaction.text import Text
from captured_exchanges.redaction.transports.credentials import Credential
from captured_exchanges.redaction.transports.parts import FAILED, Parts
from captured_exchanges.redaction.transports.render import rfc3339
from captured_exchanges.redaction.transports.sql.connection import connection_secrets
from captured_exchanges.redaction.transports.sql.failures import Failures
from captured_exchanges.redaction.transports.sql.judging import NOTHING, Judged, judged, removed
from captured_exchanges.redaction.transports.sql.reading import Reader
from captured_exchanges.redaction.transports.sql.results import columns_of_result
from captured_exchanges.redaction.transports.sql.statements import LITERAL, Statements
from captured_exchanges.redaction.transports.sql.stripping import UNREAD, mentions_secret
from captured_exchanges.redaction.transports.sql.table import DEFAULT_SQL, SqlTable
from captured_exchanges.redaction.transports.sql.values import Values

__all__ = ["SqlRules"]

_FEW = 16
"""Secrets up to which those of a request are looked for in its response; an import of people with passwords
would teach more than it is worth.
"""


class SqlRules:
    """Redacts what crossed to a database. Thread-safe."""

    def __init__(
        self,
        names: Names,
        text: Text,
        parts: Parts,
        table: SqlTable = DEFAULT_SQL,
        detail: Detail = Detail.FULL,
    ) -> None:
        self._names = names
        self._text = text
        self._parts = parts
        self._detail = detail
        self._reader = Reader(names, table)
        self._statements = Statements(self._reader, text, detail)
        self._failures = Failures(names)
        self._last = threading.local()

    def is_oauth(self, request: SqlRequest) -> bool:  # noqa: ARG002 - a database is no authorization server
        """Never."""
        return False

    def shown(self, request: SqlRequest) -> Iterator[Credential]:
        """The credentials that the driver connected with."""
        for secret in connection_secrets(request.connection, self._names):
            yield Credential(secret, lasting=True)

    def request(self, kind: str, request: SqlRequest, sweep: Sweep) -> dict[str, Any]:
        """The request document, `redactions` not yet in it."""
        said = self._parts.said
        understood = self._judged(request, sweep)
        document = {
            "kind": kind,
            "statement": self._statement(request, understood, sweep),
            **self._parameters(request, understood, sweep),
            "database": said(request.database, sweep, "database"),
            "dialect": said(request.dialect, sweep, "dialect"),
            "started_at": rfc3339(request.started_at),
        }
        if len(sweep.learned) > _FEW:
            sweep.learned.clear()
        return document

    def response(self, response: SqlResponse, sweep: Sweep, request: SqlRequest) -> dict[str, Any]:
        """The response document, `redactions` not yet in it."""
        understood = self._judged(request, sweep)
        document: dict[str, Any] = {}
        if response.error is None or response.columns:
            document = self._parts.part(
                sweep, ("rows",), lambda: self._result(response, understood, request, sweep), {"rows": []}
            )
            document["row_count"] = response.row_count if isinstance(response.row_count, int) else None
            document["truncated"] = response.truncated or len(document.get("rows", ())) < len(response.rows)
        document["duration_ms"] = round(response.duration_ms, 3)
        if response.error is not None:
            document["error"] = self._error(response.error, understood, request, sweep)
        return document

    def _judged(self, request: SqlRequest, sweep: Sweep) -> Judged:
        """The request as it is understood. Both documents need it, one after the other in one thread."""
        known = getattr(self._last, "judged", None)
        self._last.judged = None
        if known is not None and known[0] is request:
            found: Judged = known[1]
            return found
        understood = self._parts.part(sweep, (), lambda: judged(request, self._reader), NOTHING)
        self._last.judged = (request, understood)
        return understood

    def _statement(self, request: SqlRequest, understood: Judged, sweep: Sweep) -> str:
        def statement() -> str:
            path = ("statement",)
            return self._statements.redact(
                request.statement, understood.reading, understood.marks, sweep, path
            )

        return self._parts.part(sweep, ("statement",), statement, FAILED)

    def _parameters(self, request: SqlRequest, understood: Judged, sweep: Sweep) -> dict[str, Any]:
        if self._detail is Detail.METADATA:
            return {}
        path = ("parameters",)
        values = Values(self._statements, understood, sweep, self._detail)
        given = request.parameters is not None
        shown: Any = self._parts.part(sweep, path, lambda: values.parameters(path), FAILED) if given else None
        return {"parameters": shown}

    def _result(
        self, response: SqlResponse, understood: Judged, request: SqlRequest, sweep: Sweep
    ) -> dict[str, Any]:
        """Columns and rows."""
        if self._detail is Detail.METADATA:
            return {}
        width = len(response.rows[0]) if response.rows else 0
        columns = columns_of_result(
            response.columns or ("",) * width, understood.reading, self._names, understood.named
        )
        untold = understood.reading is None and mentions_secret(request.statement, self._names)
        if untold or self._detail is Detail.STRICT:
            sweep.note(("rows",), LITERAL if self._detail is Detail.STRICT else UNREAD)
            rows: list[list[Any]] = []
        else:
            values = Values(self._statements, understood, sweep, self._detail)
            rows = values.rows(response.rows, columns, self._parts)
        labels = [self._text.scan(name, sweep, ("columns", at)) for at, name in enumerate(columns.names)]
        return {"columns": labels, "rows": rows}

    def _error(self, error: Failure, understood: Judged, request: SqlRequest, sweep: Sweep) -> dict[str, str]:
        kind = self._parts.said(error.type, sweep, "error", "type")
        if self._detail is Detail.METADATA:
            return {"type": kind}
        path = ("error", "message")

        def message() -> str:
            values = {*removed(understood), *connection_secrets(request.connection, self._names)}
            wary = bool(values) or understood.reading is None or self._detail is not Detail.FULL
            text = self._failures.redact(error.message, values, sweep, path, wary=wary)
            return self._parts.line(text, sweep, path)

        return {"type": kind, "message": self._parts.part(sweep, path, message, FAILED)}
