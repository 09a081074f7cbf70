"""The Redactor: makes a RedactedExchange of an Exchange, and never raises.

The way of an exchange: the credentials that its request shows register themselves; each part (URL, headers,
body, …) is redacted by its own rules, and left out where a rule fails; the documents are searched for every
known secret in every spelling; and a verifier looks at the finished bytes once more (`closing`).
"""

from __future__ import annotations

import logging
import threading
from collections import Counter
from collections.abc import Callable, Iterator
from typing import Any, TypeVar

from captured_exchanges.exchange import (
    Body,
    Exchange,
    HttpRequest,
    HttpResponse,
    Intent,
    PolicyInfo,
    RedactedExchange,
)
from captured_exchanges.redaction.bodies import Bodies, Rendered, omitted
from captured_exchanges.redaction.closing import Closing, Documents, bare
from captured_exchanges.redaction.credentials import credentials
from captured_exchanges.redaction.exact_json import dumps, loads
from captured_exchanges.redaction.families import Families
from captured_exchanges.redaction.headers import Headers, Pairs, first_value
from captured_exchanges.redaction.marker import Marker
from captured_exchanges.redaction.names import Names
from captured_exchanges.redaction.patterns import clean
from captured_exchanges.redaction.policy import DEFAULT_POLICY, Policy
from captured_exchanges.redaction.registry import Needles, Registry, is_findable
from captured_exchanges.redaction.render import request_shape, response_shape
from captured_exchanges.redaction.repair import repaired_text
from captured_exchanges.redaction.sweep import Path, Sweep
from captured_exchanges.redaction.text import Text
from captured_exchanges.redaction.urls import is_oauth

__all__ = ["Redactor"]

log = logging.getLogger(__name__)
T = TypeVar("T")

FAILED = "[REDACTED:failed]"
_LONGEST_LINE = 8_192
"""Characters of an error message, a reason, an intent's word; cut after redaction, never before."""
_FEW_LEARNED = 16
_UUID, _UUID_DIGITS = 36, "0123456789abcdef-"
_COMMON = frozenset({"GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS", "HTTP/1.1", "HTTP/2", "OK"})


class Redactor:
    """Redacts exchanges by one policy, and remembers the secrets it was told and has seen.

    Thread-safe. `on_failure` is called with a fixed, dotted name (`redaction.part_failed`) each time that
    something had to be left out because a rule failed or the verifier found something; it must not raise
    and gets no data.
    """

    def __init__(
        self, policy: Policy = DEFAULT_POLICY, *, on_failure: Callable[[str], None] | None = None
    ) -> None:
        names, families = Names(policy.names), Families(policy.families)
        self.policy: PolicyInfo = policy.info()
        self._names = names
        self._text = Text(names, families, policy.urls)
        self._headers = Headers(names, self._text, policy.headers)
        self._bodies = Bodies(
            self._text, max_decoded_bytes=policy.max_decoded_bytes, max_text_bytes=policy.max_text_bytes
        )
        self._marker = Marker()
        self._on_failure = on_failure
        self._failures: Counter[str] = Counter()
        self._lock = threading.Lock()
        self._registry = Registry(self._count)
        self._closing = Closing(families, self._marker, self._count)

    def redact(self, exchange: Exchange) -> RedactedExchange:
        """The exchange without its credentials, as the JSON documents of FORMATS.md, always below
        MAX_EXCHANGE_BYTES when encoded. Never raises.
        """
        try:
            documents = self._documents(exchange)
        except Exception as failure:  # noqa: BLE001 - capture is harmless: nothing may reach the caller
            self._failed("redaction.failed", failure)
            documents = bare(exchange)
        return RedactedExchange(
            exchange.request_id,
            exchange.sync_id,
            exchange.transport_kind,
            documents.request,
            documents.response,
            documents.intent,
            exchange.captured_at,
        )

    def register_secret(self, value: str | bytes) -> None:
        """From now on remove this value wherever it turns up: verbatim, escaped for JSON, XML or URLs, as
        base64 or hex. Under four bytes, or a word that documents are made of, it cannot be found, which is
        counted (`redaction.secret_not_registrable`). The 1,024 newest are kept.
        """
        self._registry.register(value)

    def scrub(self, text: str) -> str:
        """A name, an error message or a log line without credentials. Never raises."""
        sweep = Sweep(self._marker)
        scanned = self._part(sweep, (), lambda: self._line(text, sweep, ()), FAILED)
        return self._part(sweep, (), lambda: repaired_text(scanned, self._registry.needles(), sweep), FAILED)

    def failures(self) -> dict[str, int]:
        """How often something had to be left out, by the names that `on_failure` gets."""
        with self._lock:
            return dict(self._failures)

    def _documents(self, exchange: Exchange) -> Documents:
        oauth = _is_oauth(exchange.request)
        request_sweep, intent_sweep = (Sweep(self._marker, oauth=oauth) for _ in range(2))
        response_sweep = Sweep(self._marker, oauth=oauth, of_response=True)
        nothing: list[str] = []
        shown = self._part(request_sweep, (), lambda: list(self._shown(exchange.request)), nothing)
        request = self._request(exchange, request_sweep)
        response = None if exchange.response is None else self._response(exchange.response, response_sweep)
        intent = self._intent(exchange.intent, intent_sweep)
        documents = Documents(
            _dumped(request, request_sweep),
            None if response is None else _dumped(response, response_sweep),
            dumps(intent) if intent else None,
        )
        known = (*self._registry.needles(), *_learned([*shown, *request_sweep.learned], response_sweep))
        return self._closing.close(documents, exchange, known)

    def _shown(self, request: HttpRequest) -> Iterator[str]:
        """Credentials that the request shows: those that last are registered, the others returned."""
        for credential in credentials(request.headers, self._headers, self._names):
            if credential.lasting:
                self._registry.observe(credential.value)
            else:
                yield credential.value

    def _request(self, exchange: Exchange, sweep: Sweep) -> dict[str, Any]:
        request = exchange.request
        body = self._body(request.body, request.headers, sweep)
        return request_shape(
            exchange.transport_kind,
            request,
            method=self._said(request.method, sweep, "method"),
            url=self._part(sweep, ("url",), lambda: self._text.url(request.url, sweep, ("url",)), FAILED),
            headers=self._head(request.headers, sweep, body),
            body=body.shape,
            http_version=self._said(request.http_version, sweep, "http_version"),
            call_id=self._said(request.call_id, sweep, "call_id"),
        )

    def _response(self, response: HttpResponse, sweep: Sweep) -> dict[str, Any]:
        body = self._body(response.body, response.headers, sweep)
        error = response.error
        return response_shape(
            response,
            reason=self._said(response.reason, sweep, "reason"),
            headers=self._head(response.headers, sweep, body),
            body=body.shape,
            http_version=self._said(response.http_version, sweep, "http_version"),
            error=None if error is None else {
                "type": self._said(error.type, sweep, "error", "type"),
                "message": self._said(error.message, sweep, "error", "message"),
            },
            remote_address=self._said(response.remote_address, sweep, "remote_address"),
        )  # fmt: skip

    def _intent(self, intent: Intent, sweep: Sweep) -> dict[str, Any]:
        named = {
            "surface": intent.surface,
            "entrypoint": intent.entrypoint,
            "resourceType": intent.resource_type,
        }
        words = {key: self._said(value, sweep, key) for key, value in named.items() if value}
        return self._part(
            sweep, (), lambda: self._text.json.walk(loads(dumps(intent.as_json())), sweep, ()), words
        )

    def _body(self, body: Body | None, headers: Pairs, sweep: Sweep) -> Rendered:
        def render() -> Rendered:
            kind, encoding = first_value(headers, "content-type"), first_value(headers, "content-encoding")
            return self._bodies.render(body, kind, encoding, sweep)

        shape = None if body is None else omitted("failed", "", body)
        return self._part(sweep, ("body",), render, Rendered(shape, is_redacted=True))

    def _head(self, headers: Pairs, sweep: Sweep, body: Rendered) -> list[list[str]]:
        return self._part(
            sweep,
            ("headers",),
            lambda: self._headers.redact(headers, sweep, body_is_redacted=body.is_redacted),
            [],
        )

    def _said(self, text: str, sweep: Sweep, *path: str) -> str:
        if not text or text in _COMMON or (len(text) == _UUID and not text.strip(_UUID_DIGITS)):
            return text
        return self._part(sweep, path, lambda: self._line(text, sweep, path), FAILED)

    def _line(self, text: str, sweep: Sweep, path: Path) -> str:
        return self._text.scan(text, sweep, path)[:_LONGEST_LINE] if text else ""

    def _part(self, sweep: Sweep, path: Path, make: Callable[[], T], instead: T) -> T:
        """A part of a document; where a rule fails, what stands instead."""
        try:
            return make()
        except Exception as failure:  # noqa: BLE001 - fail closed: the part is left out and counted
            self._failed("redaction.part_failed", failure)
            sweep.forget(path)
            sweep.note(path, "failed")
            return instead

    def _failed(self, name: str, failure: Exception) -> None:
        log.warning("%s: %s", name, type(failure).__name__)  # its message may quote what was captured
        self._count(name)

    def _count(self, name: str) -> None:
        with self._lock:
            self._failures[name] += 1
        if self._on_failure is not None:
            try:
                self._on_failure(name)
            except Exception as failure:  # noqa: BLE001 - a broken hook is not the connector's problem
                log.warning("the on_failure hook raised %s", type(failure).__name__)


def _is_oauth(request: HttpRequest) -> bool:
    return is_oauth(clean(request.url))


def _dumped(document: dict[str, Any], sweep: Sweep) -> bytes:
    return dumps({**document, "redactions": sweep.redactions()})


def _learned(of_request: list[str], response_sweep: Sweep) -> Iterator[Needles]:
    """What this exchange taught. A page of people with passwords would teach more than it is worth: its
    own rules remove them, and nobody else knows them.
    """
    of_response = list(response_sweep.learned) if len(response_sweep.learned) <= _FEW_LEARNED else []
    secrets = {secret.encode() for secret in (*of_request, *of_response)}
    findable = [secret for secret in secrets if is_findable(secret)]
    if findable:
        yield Needles(findable)
