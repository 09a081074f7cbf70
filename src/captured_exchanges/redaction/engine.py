"""The Redactor: makes a RedactedExchange of an Exchange, and never raises.

The way of an exchange: the credentials that its request shows register themselves; each part (URL, headers,
body, …) is redacted by its own rules, and left out where a rule fails; the documents are searched for every
known secret in every spelling; and a verifier looks at the finished bytes once more (`closing`).
"""

from __future__ import annotations

import logging
import threading
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any, Protocol, TypeVar

from captured_exchanges.exchange import (
    Exchange,
    HttpRequest,
    Intent,
    LdapRequest,
    PolicyInfo,
    RedactedExchange,
    SqlRequest,
    UpstreamRequest,
    UpstreamResponse,
)
from captured_exchanges.redaction.adjustments import Additions, Exemptions
from captured_exchanges.redaction.bodies import Bodies
from captured_exchanges.redaction.closing import Closing, Documents, bare
from captured_exchanges.redaction.detail import Detail
from captured_exchanges.redaction.harmless import Harmless
from captured_exchanges.redaction.json import dumps, loads
from captured_exchanges.redaction.marker import Marker
from captured_exchanges.redaction.names import Attributes, Names
from captured_exchanges.redaction.policy import DEFAULT_POLICY, Policy
from captured_exchanges.redaction.registry import Needles, Registry, is_findable
from captured_exchanges.redaction.repair import repaired_text
from captured_exchanges.redaction.sweep import Sweep, Whims
from captured_exchanges.redaction.text import Claims, ReducedUrls, Text
from captured_exchanges.redaction.transports import (
    FAILED,
    Credential,
    Headers,
    HttpReduction,
    HttpRules,
    LdapRules,
    Parts,
    Resources,
    SqlRules,
)
from captured_exchanges.redaction.values import Families

__all__ = ["Redactor"]

log = logging.getLogger(__name__)
_Request_contra = TypeVar("_Request_contra", bound=UpstreamRequest, contravariant=True)
_Response_contra = TypeVar("_Response_contra", bound=UpstreamResponse, contravariant=True)

_FEW_LEARNED = 16
_FEW_LASTING = 8


class Rules(Protocol[_Request_contra, _Response_contra]):
    """What the engine asks of a transport's rules. Thread-safe."""

    def is_oauth(self, request: _Request_contra) -> bool:
        """Whether the exchange is one of OAuth's, where a `code` is a credential."""
        ...

    def shown(self, request: _Request_contra) -> Iterable[Credential]:
        """The credentials that the request shows, to be removed wherever else they turn up."""
        ...

    def request(self, kind: str, request: _Request_contra, sweep: Sweep) -> dict[str, Any]:
        """The request document, `redactions` not yet in it."""
        ...

    def response(self, response: _Response_contra, sweep: Sweep, request: _Request_contra) -> dict[str, Any]:
        """The response document, `redactions` not yet in it; `request` is what it answers."""
        ...


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
        self._lasting = policy.names.lasting
        self.policy: PolicyInfo = policy.info()
        self._detail = policy.detail
        self._text = Text(
            names,
            families,
            policy.urls,
            markup=policy.markup,
            encoded=policy.encoded,
            additions=Additions(policy.remove),
        )
        self._parts = Parts(self._text, self._count)
        headers = Headers(names, self._text, policy.headers)
        bodies = Bodies(
            self._text,
            max_decoded_bytes=policy.max_decoded_bytes,
            max_text_bytes=policy.max_text_bytes,
            headers=headers,
            table=policy.bodies,
            ldap=policy.ldap,
        )
        reduction = HttpReduction(policy.detail, policy.headers, ReducedUrls(names, policy.urls))
        self._transports: Mapping[type[UpstreamRequest], Rules[Any, Any]] = {
            HttpRequest: HttpRules(
                self._text, headers, bodies, self._parts, reduction, resources=Resources(policy.resources)
            ),
            SqlRequest: SqlRules(names, self._text, self._parts, policy.sql, policy.detail),
            LdapRequest: LdapRules(
                Attributes(names, policy.ldap),
                self._text,
                self._parts,
                detail=policy.detail,
                limit=policy.max_text_bytes,
            ),
        }
        self._marker = Marker()
        self._whims = Whims(
            Exemptions(policy.keep, policy.names, families) if policy.keep else None,
            Claims(self._text, self._marker) if policy.jwt == "claims" else None,
        )
        self._on_failure = on_failure
        self._failures: Counter[str] = Counter()
        self._lock = threading.Lock()
        self._registry = Registry(self._count)
        self._is_clean_intent = Harmless(self._leaves_intent)
        self._closing = Closing(families, self._marker, self._count)
        for secret in policy.secrets:
            for value in secret.read():
                self.register_secret(value)

    def redact(self, exchange: Exchange) -> RedactedExchange:
        """The exchange without its credentials, as the JSON documents of FORMATS.md, always below
        MAX_EXCHANGE_BYTES when encoded. Never raises.
        """
        try:
            documents = self._documents(exchange)
        except Exception as failure:  # noqa: BLE001 - capture is harmless: nothing may reach the caller
            self._parts.failed("redaction.failed", failure)
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
        scanned = self._parts.part(sweep, (), lambda: self._parts.line(text, sweep, ()), FAILED)
        return self._parts.part(
            sweep, (), lambda: repaired_text(scanned, self._registry.needles(), sweep), FAILED
        )

    def failures(self) -> dict[str, int]:
        """How often something had to be left out, by the names that `on_failure` gets."""
        with self._lock:
            return dict(self._failures)

    def _documents(self, exchange: Exchange) -> Documents:
        rules = self._rules(exchange.request)
        oauth = rules.is_oauth(exchange.request)
        request_sweep, intent_sweep, response_sweep = (
            Sweep(self._marker, oauth=oauth, of_response=of_response, whims=self._whims)
            for of_response in (False, False, True)
        )
        nothing: list[str] = []
        shown = self._parts.part(
            request_sweep, (), lambda: list(self._shown(rules, exchange.request)), nothing
        )
        request = rules.request(exchange.transport_kind, exchange.request, request_sweep)
        response_sweep.place = request_sweep.place
        response = None
        if exchange.response is not None:
            response = rules.response(exchange.response, response_sweep, exchange.request)
        intent = self._intent(exchange.intent, intent_sweep)
        documents = Documents(
            _dumped(request, request_sweep),
            None if response is None else _dumped(response, response_sweep),
            intent,
        )
        self._remember(request_sweep)
        self._remember(response_sweep)
        known = (*self._registry.needles(), *_learned([*shown, *request_sweep.learned], response_sweep))
        spliced = (request_sweep.spliced, response_sweep.spliced)
        return self._closing.close(documents, exchange, known, spliced=spliced)

    def _rules(self, request: UpstreamRequest) -> Rules[Any, Any]:
        """The rules of a request's transport; KeyError for what is none of them."""
        return self._transports[type(request)]

    def _shown(self, rules: Rules[Any, Any], request: UpstreamRequest) -> Iterator[str]:
        """Credentials that the request shows: those that last are registered, the others returned."""
        for credential in rules.shown(request):
            if credential.lasting:
                self._registry.observe(credential.value)
            else:
                yield credential.value

    def _remember(self, sweep: Sweep) -> None:
        """Registers what a document taught about credentials that later exchanges will carry: the tokens of a
        login, the secret of a client. Of many at once none is a credential of this connector.
        """
        lasting = [value for value, label in sweep.learned.items() if sweep.oauth or label in self._lasting]
        if len(lasting) <= _FEW_LASTING:
            for value in lasting:
                self._registry.learn(value)

    def _intent(self, intent: Intent, sweep: Sweep) -> bytes | None:
        data = b""
        if self._detail is not Detail.METADATA:
            data = self._parts.part(sweep, (), lambda: self._walked(dumps(intent.as_json()), sweep), b"")
        data = data or self._words(intent, sweep)
        return None if data == b"{}" else data

    def _words(self, intent: Intent, sweep: Sweep) -> bytes:
        """An intent without its extras."""
        named = {
            "surface": intent.surface,
            "entrypoint": intent.entrypoint,
            "resourceType": intent.resource_type,
        }
        return dumps({key: self._parts.said(value, sweep, key) for key, value in named.items() if value})

    def _walked(self, intent: bytes, sweep: Sweep) -> bytes:
        if not sweep.oauth and not self._text.additions and self._is_clean_intent(intent):
            return intent
        return dumps(self._text.json.walk(loads(intent), sweep, ()))

    def _leaves_intent(self, intent: bytes) -> bool:
        return dumps(self._text.json.walk(loads(intent), Sweep(self._marker), ())) == intent

    def _count(self, name: str) -> None:
        with self._lock:
            self._failures[name] += 1
        if self._on_failure is not None:
            try:
                self._on_failure(name)
            except Exception as failure:  # noqa: BLE001 - a broken hook is not the connector's problem
                log.warning("the on_failure hook raised %s", type(failure).__name__)


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
