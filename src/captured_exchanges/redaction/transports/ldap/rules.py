"""An LDAP exchange: its documents, and the credentials that its request shows.

How much is kept at all is decided here (`Detail`); what of it is a secret, by `values`, `names`, `filters`.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from captured_exchanges.exchange import Failure, Json, LdapChange, LdapEntry, LdapRequest, LdapResponse
from captured_exchanges.redaction.detail import Detail
from captured_exchanges.redaction.encodings import spoken
from captured_exchanges.redaction.names import Attributes
from captured_exchanges.redaction.patterns import compiled
from captured_exchanges.redaction.sweep import Path, Sweep
from captured_exchanges.redaction.text import Text
from captured_exchanges.redaction.transports.credentials import Credential
from captured_exchanges.redaction.transports.ldap.filters import Filters
from captured_exchanges.redaction.transports.ldap.values import Values
from captured_exchanges.redaction.transports.parts import FAILED, Parts
from captured_exchanges.redaction.transports.render import rfc3339

__all__ = ["LdapRules"]

_SEARCH, _BIND = "search", "bind"
_TOKEN = compiled(r"(?s)[ny],.*|[pcr]=.*|user=.*|(?:.*,)?\s*(?:response|rspauth|nonce)=.*")
"""What SASL's mechanisms say: made for one bind."""
_INSIDE = compiled(r"(?i)(?:\bauth=[a-z]+ |(?:^|[\x01,\s])(?:response|p)=)([^\x01,]+)")
"""The credential in it: a bearer's token, a proof."""


class LdapRules:
    """Redacts what crossed over LDAP. Thread-safe. `limit`: characters of a value that are kept."""

    def __init__(
        self, attributes: Attributes, text: Text, parts: Parts, *, detail: Detail, limit: int
    ) -> None:
        self._filters = Filters(attributes, text, detail)
        self._values = Values(attributes, text, self._filters, detail=detail, limit=limit)
        self._parts = parts
        self._detail = detail

    def is_oauth(self, _: LdapRequest) -> bool:
        """Never: a `code` is no credential in a directory."""
        return False

    def shown(self, request: LdapRequest) -> Iterator[Credential]:
        """The credentials that the request shows: the password of a bind will be used again."""
        for value in request.credentials:
            said = spoken(value)
            is_token = len(said) > 1 or _TOKEN.fullmatch(said[0]) is not None
            for secret in said:
                yield Credential(secret, lasting=request.operation == _BIND and not is_token)
            if is_token:
                yield from (Credential(match[1], lasting=False) for match in _INSIDE.finditer(said[0]))

    def request(self, kind: str, request: LdapRequest, sweep: Sweep) -> dict[str, Any]:
        """The request document, `redactions` not yet in it."""
        operation = self._parts.said(str(request.operation), sweep, "operation")
        asked: dict[str, Any] = {"kind": kind, "operation": operation}
        if request.scope or request.operation == _SEARCH:
            asked["scope"] = self._parts.said(str(request.scope), sweep, "scope")
        if self._detail > Detail.METADATA:
            asked |= self._asked(request, sweep)
        if request.page is not None:
            asked["page"] = request.page
        return {**asked, "started_at": rfc3339(request.started_at)}

    def response(self, response: LdapResponse, sweep: Sweep, _: LdapRequest) -> dict[str, Any]:
        """The response document, `redactions` not yet in it. Without a result there is but the error."""
        answered: dict[str, Any] = {}
        if response.result_code is not None:
            answered["result_code"] = response.result_code
        if self._detail > Detail.METADATA:
            answered |= self._answered(response, sweep)
        else:
            answered["entry_count"] = len(response.entries)
        if response.truncated:
            answered["truncated"] = True
        answered["duration_ms"] = round(response.duration_ms, 3)
        if response.error is not None:
            answered["error"] = self._error(response.error, sweep)
        return answered

    def _asked(self, request: LdapRequest, sweep: Sweep) -> dict[str, Any]:
        asked: dict[str, Any] = {}
        if request.operation == _SEARCH or request.base:
            asked["base"] = self._line(request.base, sweep, "base")
        if request.filter:
            asked["filter"] = self._filter(request.filter, sweep)
        if request.attributes:
            wanted = enumerate(request.attributes)
            asked["attributes"] = [self._line(name, sweep, "attributes", at) for at, name in wanted]
        if request.operation != _SEARCH or request.dn:
            asked["dn"] = self._line(request.dn, sweep, "dn")
        if request.changes:
            names = [change.attribute for change in request.changes]
            asked["changes"] = [
                self._change(change, names, sweep, ("changes", at))
                for at, change in enumerate(request.changes)
            ]
        return asked

    def _answered(self, response: LdapResponse, sweep: Sweep) -> dict[str, Any]:
        answered: dict[str, Any] = {}
        if response.description:
            answered["description"] = self._said(response.description, sweep, "description")
        if response.entries:
            answered["entries"] = [
                self._entry(entry, sweep, ("entries", at)) for at, entry in enumerate(response.entries)
            ]
        return answered

    def _change(self, change: LdapChange, names: list[str], sweep: Sweep, path: Path) -> dict[str, Json]:
        operation = self._line(str(change.operation), sweep, *path, "operation")
        attribute = self._line(change.attribute, sweep, *path, "attribute")
        instead: list[Json] = [FAILED]
        values = self._parts.part(
            sweep,
            path,
            lambda: self._values.of(change.attribute, change.values, names, sweep, (*path, "values")),
            instead,
        )
        return {"operation": operation, "attribute": attribute, "values": values}

    def _entry(self, entry: LdapEntry, sweep: Sweep, path: Path) -> dict[str, Json]:
        instead: dict[str, Json] = {}
        attributes = self._parts.part(
            sweep, path, lambda: self._values.entry(entry.attributes, sweep, (*path, "attributes")), instead
        )
        return {"dn": self._line(entry.dn, sweep, *path, "dn"), "attributes": attributes}

    def _filter(self, text: str, sweep: Sweep) -> str:
        return self._parts.part(
            sweep, ("filter",), lambda: self._filters.redact(text, sweep, ("filter",)), FAILED
        )

    def _line(self, text: str, sweep: Sweep, *path: str | int) -> str:
        return self._parts.part(sweep, path, lambda: self._values.text(text, sweep, path), FAILED)

    def _said(self, text: str, sweep: Sweep, *path: str) -> str:
        return self._parts.said(self._line(text, sweep, *path), sweep, *path)

    def _error(self, error: Failure, sweep: Sweep) -> dict[str, str]:
        told = {"type": self._parts.said(error.type, sweep, "error", "type")}
        if self._detail > Detail.METADATA:
            told["message"] = self._said(error.message, sweep, "error", "message")
        return told
