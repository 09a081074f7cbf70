"""Parameters and rows: what a driver was given and what it gave back, as JSON without secrets."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from captured_exchanges.redaction.detail import Detail
from captured_exchanges.redaction.json import dumps
from captured_exchanges.redaction.marker import is_marker
from captured_exchanges.redaction.names import Effect, NameInfo
from captured_exchanges.redaction.sweep import Path, Sweep
from captured_exchanges.redaction.transports.parts import FAILED, Parts
from captured_exchanges.redaction.transports.sql.binding import Bound, is_sequence, key_of
from captured_exchanges.redaction.transports.sql.cells import Cells, omitted
from captured_exchanges.redaction.transports.sql.judging import Judged
from captured_exchanges.redaction.transports.sql.results import Columns
from captured_exchanges.redaction.transports.sql.statements import LITERAL, Statements, goes

__all__ = ["Values"]

_HIDDEN = f"[REDACTED:{LITERAL}]"


class Values:
    """The values of one document; belongs to one thread."""

    def __init__(self, statements: Statements, request: Judged, sweep: Sweep, detail: Detail) -> None:
        self._statements = statements
        self._table = statements.reader.table
        self._request = request
        self._sweep = sweep
        self._detail = detail
        self._cells = Cells(self._table.max_cells, self._table.max_cell)

    def parameters(self, path: Path) -> Any:  # noqa: ANN401 - any JSON
        """Bind values: an array or an object, of an `executemany` an array of such."""
        request = self._request
        if not request.is_many:
            shown = self._set(request.sets[0], request.bounds[0], path)
        else:
            pairs = enumerate(zip(request.sets, request.bounds, strict=True))
            shown = [self._set(one, bound, (*path, at)) for at, (one, bound) in pairs]
            shown += [omitted("too many", count=request.left_out)] if request.left_out else []
        if len(dumps(shown)) <= self._table.max_result:
            return shown
        self._sweep.forget(path)
        self._sweep.note(path, "too_large")
        return omitted("too large")

    def rows(self, rows: Sequence[Sequence[object]], columns: Columns, parts: Parts) -> list[list[Any]]:
        """As many rows as may be kept."""
        shown: list[list[Any]] = []
        size = 0
        for at, row in enumerate(rows[: self._table.max_rows]):
            made = self._row_or_failed(row, columns, parts, ("rows", at))
            size += len(dumps(made))
            if self._cells.left < 0 or size > self._table.max_result:
                self._sweep.forget(("rows", at))
                break
            shown.append(made)
        return shown

    def _row_or_failed(self, row: Any, columns: Columns, parts: Parts, path: Path) -> list[Any]:  # noqa: ANN401
        return parts.part(self._sweep, path, lambda: self._row(row, columns, path), [FAILED])

    def _set(self, parameters: Any, bound: Bound, path: Path) -> Any:  # noqa: ANN401
        json = self._cells.json
        if isinstance(parameters, Mapping):
            named = {self._label(key, path): (key_of(key), value) for key, value in parameters.items()}
            return {
                label: self._value(json(value), bound.infos.get(key), (*path, label))
                for label, (key, value) in named.items()
            }
        items = parameters if is_sequence(parameters) else [parameters]
        return [self._value(json(value), bound.infos.get(at), (*path, at)) for at, value in enumerate(items)]

    def _label(self, key: object, path: Path) -> str:
        return self._statements.text.scan(str(key_of(key)), self._sweep, path)

    def _row(self, row: Any, columns: Columns, path: Path) -> list[Any]:  # noqa: ANN401
        values = [row.get(name) for name in columns.names] if isinstance(row, Mapping) else list(row)
        made = [self._cells.json(value) for value in values]
        infos = columns.of_row(made)
        return [
            self._value(value, infos[at] if at < len(infos) else None, (*path, at))
            for at, value in enumerate(made)
        ]

    def _value(self, value: Any, info: NameInfo | None, path: Path) -> Any:  # noqa: ANN401
        """A cell or a bind value, as JSON already."""
        if self._detail is not Detail.FULL:
            self._sweep.note(path, LITERAL)
            return _HIDDEN
        if isinstance(value, str) and info is not None and info.secret:
            return self._secret(value, info, path)
        if goes(info, value) or isinstance(value, (dict, list)):
            return self._statements.text.json.walk(value, self._sweep, path, under=info)
        if isinstance(value, str):
            return self._statements.scan(value, self._request.dialect, self._sweep, path)
        return value

    def _secret(self, value: str, info: NameInfo, path: Path) -> str:
        harmless = info.effect is Effect.SCALAR and self._statements.reader.names.is_harmless(value)
        if not value or harmless or is_marker(value):
            return value
        self._sweep.learn(value)
        return self._sweep.remove(path, info.rule, value)
