"""Why something was removed, in words: what a rule's name stands for.

A rule is `family.label`: the family says how it was found, the label what it was.
"""

from __future__ import annotations

from collections.abc import Mapping

__all__ = ["reason"]

_WHOLE: Mapping[str, str] = {
    "registered": "a known secret: registered, shown by the request, or learned in this exchange",
    "failed": "a rule failed here, so this part is left out",
    "depth": "encoded more often than is followed",
    "verifier": "the closing verifier found a credential in the body",
    "too_large": "the exchange would be larger than what is kept of one",
    "omitted": "left out as a whole",
    "more": "further removals, which are only counted",
    "policy.path": "this policy removes what stands at this path",
    "header.digest": "a digest of a body that was redacted",
    "name.bare": "the body is a secret and nothing else, as its URL tells",
    "name.login": "looks random in what a login was sent or answered",
    "name.vault": "kept as a secret there, as the URL or a name beside it tells",
    "text.spoken": "what is said to be a secret in running text",
    "text.token": "a bare token as the answer of an OAuth endpoint",
    "url.userinfo": "user name and password in a URL",
    "url.path": "a one-time token in a URL's path",
    "url.code": "a code of OAuth",
    "sql.literal": "a literal, of which this profile keeps none",
    "sql.unread": "the statement cannot be read, so none of its literals is kept",
    "detail.body": "this profile keeps no bodies",
    "detail.header": "this profile keeps no values of headers",
    "detail.query": "this profile keeps no values in URLs",
    "detail.path": "this profile keeps scheme and host of a URL",
    "detail.metadata": "this profile keeps metadata alone",
}
_FAMILIES: Mapping[str, str] = {
    "name": "the name means a secret: {}",
    "header": "the header {} carries a credential",
    "url": "the parameter's name means a secret: {}",
    "text": "stands beside the name of a secret: {}",
    "value": "looks like a credential: {}",
    "sql": "a literal or value that means a secret: {}",
    "ldap": "the attribute or operation carries a secret: {}",
    "xml": "the element or attribute means a secret: {}",
    "policy": "this policy's own rule {}",
    "detail": "this profile keeps less: {}",
}


def reason(rule: str, said: str = "") -> str:
    """The reason in words; `said` is what was told with it, as of an omitted body."""
    family, _, label = rule.partition(".")
    words = _WHOLE.get(rule) or _FAMILIES.get(family, "{}").format((label or rule).replace("_", " "))
    return f"{words}: {said}" if said else words
