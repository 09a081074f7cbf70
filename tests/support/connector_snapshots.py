"""Exchanges as a capture adapter sees them, and a redactor that is quick because nothing is secret."""

import orjson

from captured_exchanges.exchange import Body, Exchange, HttpRequest, HttpResponse, RedactedExchange, Snapshot


def request(url: str = "https://directory.example/Users") -> HttpRequest:
    """A GET without a body."""
    return HttpRequest("GET", url, (), None, started_at=1_700_000_000_000_000_000)


def response(data: bytes = b"{}", status: int = 200) -> HttpResponse:
    """A JSON answer."""
    return HttpResponse(status, duration_ms=1.5, body=Body(data, len(data)))


def seen(answer: HttpResponse | None) -> Snapshot:
    """A snapshot that never changes."""
    return lambda: (request(), answer)


class PlainRedactor:
    """Renders an exchange as it is: for tests that send nothing secret and look at what is recorded."""

    def redact(self, exchange: Exchange) -> RedactedExchange:
        """The shapes of a real redactor, reduced to what these tests read."""
        answer = exchange.response
        body = answer.body.data.decode() if answer is not None and answer.body is not None else None
        return RedactedExchange(
            request_id=exchange.request_id,
            sync_id=exchange.sync_id,
            transport_kind=exchange.transport_kind,
            request_json=orjson.dumps({"kind": exchange.transport_kind, "url": exchange.request.url}),
            response_json=None if answer is None else orjson.dumps({"status": answer.status, "body": body}),
            intent_json=orjson.dumps(exchange.intent.as_json()),
            captured_at=exchange.captured_at,
        )
