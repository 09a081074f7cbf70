"""What lies beside or below a name that says nothing: which siblings tell that secrets do. Data only.

What a URL says about its bodies stands in the table of resources.
"""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["DEFAULT_VAULTS", "TRUE", "Vault"]

TRUE = frozenset({"true"})
"""What a flag says."""


@dataclass(frozen=True, slots=True)
class Vault:
    """A name that holds secrets, or an object of them, told by what stands beside it."""

    name: str
    """The whole name of the object, as words."""
    beside: str
    """The whole name of the sibling that tells it."""
    says: frozenset[str]
    """What the sibling says, or a name in the object that it is, as words; `TRUE`; empty for anything."""
    goes: str = "all"
    """What of it goes: `all`; `values`, what is called a value and what looks random; `random`; `word`, a
    text that looks random, and nothing below an object; `bound`, the variables that the sibling, GraphQL,
    hands to secret arguments."""


_KUBERNETES = frozenset(
    {"Opaque", "kubernetes.io/tls", "kubernetes.io/service-account-token", "kubernetes.io/dockerconfigjson",
     "kubernetes.io/dockercfg", "kubernetes.io/basic-auth", "kubernetes.io/ssh-auth",
     "bootstrap.kubernetes.io/token", "helm.sh/release.v1"}
)  # fmt: skip
DEFAULT_VAULTS: tuple[Vault, ...] = (
    *(Vault(name, "kind", frozenset({"Secret"})) for name in ("data", "string data")),
    *(Vault(name, "type", _KUBERNETES) for name in ("data", "string data")),
    Vault("data", "metadata", frozenset({"deletion time"})),  # HashiCorp's, version 2
    Vault("data", "lease duration", frozenset(), "values"),  # version 1, and all else it answers
    Vault("secure json data", "json data", frozenset()),  # Grafana's
    Vault("value", "type", frozenset({"salted-hash", "x-simple-encryption"})),  # ForgeRock's $crypto
    Vault("content", "password change in process", frozenset()),  # CyberArk's provider
    Vault("result", "jsonrpc", frozenset(), "word"),  # what a login answers with
    Vault("value", "key name", frozenset(), "random"),  # Azure's listKeys
    *(Vault(a, b, frozenset(), "random") for a, b in (("raw", "computed"), ("computed", "raw"))),  # Doppler's
    Vault("variables", "query", frozenset(), "bound"),
    Vault("key", "last 4", frozenset(), "random"),  # Datadog's API keys
    *(Vault(f"key {a}", f"key {b}", frozenset(), "random") for a, b in ((1, 2), (2, 1))),
    *(
        Vault(name, flag, TRUE)
        for name in ("value", "values", "default")  # not `content`, of which people say that it is sensitive
        for flag in ("sensitive", "is sensitive", "masked", "is secret", "secured", "secret")
    ),
)
