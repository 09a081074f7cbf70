"""An HTTP exchange: its documents, and the credentials that its request shows."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from captured_exchanges.exchange import Body, HttpRequest, HttpResponse
from captured_exchanges.redaction.bodies import Bodies, Rendered, media_type_of, omitted
from captured_exchanges.redaction.detail import Detail
from captured_exchanges.redaction.patterns import clean
from captured_exchanges.redaction.sweep import Sweep
from captured_exchanges.redaction.text import Text, is_oauth
from captured_exchanges.redaction.transports.credentials import Credential, credentials
from captured_exchanges.redaction.transports.headers import Headers, Pairs, first_value
from captured_exchanges.redaction.transports.parts import FAILED, Parts
from captured_exchanges.redaction.transports.reduction import HttpReduction
from captured_exchanges.redaction.transports.render import request_shape, response_shape
from captured_exchanges.redaction.transports.resources import Resources

__all__ = ["HttpRules"]


class HttpRules:
    """Redacts what crossed over HTTP. Thread-safe."""

    def __init__(
        self,
        text: Text,
        headers: Headers,
        bodies: Bodies,
        parts: Parts,
        reduction: HttpReduction,
        *,
        resources: Resources,
    ) -> None:
        self._names = text.names
        self._text = text
        self._headers = headers
        self._bodies = bodies
        self._parts = parts
        self._reduction = reduction
        self._resources = resources

    def is_oauth(self, request: HttpRequest) -> bool:
        """Whether the exchange is one of OAuth's, where a `code` is a credential."""
        return is_oauth(clean(request.url))

    def shown(self, request: HttpRequest) -> Iterator[Credential]:
        """The credentials that the request shows."""
        return credentials(request.headers, self._headers)

    def request(self, kind: str, request: HttpRequest, sweep: Sweep) -> dict[str, Any]:
        """The request document, `redactions` not yet in it."""
        sweep.place = self._resources.of(clean(request.url))
        said, body = self._parts.said, self._body(request.body, request.headers, sweep)
        document = request_shape(
            kind,
            request,
            method=said(request.method, sweep, "method"),
            url=self._parts.part(
                sweep, ("url",), lambda: self._text.url(request.url, sweep, ("url",)), FAILED
            ),
            headers=self._head(request.headers, sweep, body),
            body=body.shape,
            http_version=said(request.http_version, sweep, "http_version"),
            call_id=said(request.call_id, sweep, "call_id"),
        )
        return self._reduction.request(document, sweep)

    def response(self, response: HttpResponse, sweep: Sweep, _request: HttpRequest) -> dict[str, Any]:
        """The response document, `redactions` not yet in it."""
        said, body = self._parts.said, self._body(response.body, response.headers, sweep)
        error = response.error
        document = response_shape(
            response,
            reason=said(response.reason, sweep, "reason"),
            headers=self._head(response.headers, sweep, body),
            body=body.shape,
            http_version=said(response.http_version, sweep, "http_version"),
            error=None if error is None else {
                "type": said(error.type, sweep, "error", "type"),
                "message": said(error.message, sweep, "error", "message"),
            },
            remote_address=said(response.remote_address, sweep, "remote_address"),
        )  # fmt: skip
        return self._reduction.response(document, sweep)

    def _body(self, body: Body | None, headers: Pairs, sweep: Sweep) -> Rendered:
        if body is None and self._reduction.detail is Detail.FULL:
            return Rendered(None)

        def render() -> Rendered:
            kind, encoding = first_value(headers, "content-type"), first_value(headers, "content-encoding")
            if self._reduction.detail is Detail.FULL:
                return self._bodies.render(body, kind, encoding, sweep)
            if self._reduction.detail is Detail.STRICT:  # read for what it teaches about the rest
                self._bodies.render(body, kind, encoding, sweep)
            left = None if body is None else omitted("policy", media_type_of(kind), body)
            return Rendered(left, is_redacted=True)

        shape = None if body is None else omitted("failed", "", body)
        return self._parts.part(sweep, ("body",), render, Rendered(shape, is_redacted=True))

    def _head(self, headers: Pairs, sweep: Sweep, body: Rendered) -> list[list[str]]:
        return self._parts.part(
            sweep,
            ("headers",),
            lambda: self._headers.redact(headers, sweep, body_is_redacted=body.is_redacted),
            [],
        )
