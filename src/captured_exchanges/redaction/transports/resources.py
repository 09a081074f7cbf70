# ruff: noqa: E501 - a row of the table is a line
"""Places whose bodies hold a secret although no name in them says so: `{"value": …}` at a vault's
`/secrets/db`. The path of the URL is what tells. (What tells by standing beside the secret in the body itself
is a `Vault` in the table of names.)
"""

from __future__ import annotations

from dataclasses import dataclass

from captured_exchanges.redaction.patterns import compiled
from captured_exchanges.redaction.sweep import Place

__all__ = ["DEFAULT_RESOURCES", "Resource", "Resources"]


@dataclass(frozen=True, slots=True)
class Resource:
    """One row: a rule's label, a pattern of URLs (without query and fragment), and what goes from bodies sent
    there and received from there.
    """

    label: str
    pattern: str
    names: frozenset[str] = frozenset()
    """The whole names, as words, under which everything goes, whatever it says; or of a list the place, counted
    from 0: `args 2`."""
    goes: str = ""
    """What goes where no row knows names: `values`, what is called a value and what looks random; `random`;
    `all`; `bare`, a body that is one word; `login`, one that is a token."""
    random: frozenset[str] = frozenset()
    """The whole names, as words, under which what looks random goes, though names like them hold ids."""


def _names(text: str) -> frozenset[str]:
    return frozenset(name.strip() for name in text.split(","))


_NO_METADATA = r"(?:[^m]|m[^e]|me[^t]|met[^a]|meta[^d]|metad[^a]|metada[^t])"

_LOGIN = r"log-?[io]n|sign-?in|sessions?|authn?|authenticate"

# fmt: off
DEFAULT_RESOURCES: tuple[Resource, ...] = (
    Resource("azure_secret", r"\.vault\.[a-z.]+(?::443)?/secrets/[^/]+(?:/[0-9a-f]{32})?/?$", _names("value")),
    Resource("azure_keys", r"/(?:list(?:query|admin)?(?:keys|credentials)|listvalue|regenerate(?:keys?|credential))$", _names("value, key 1, key 2, primary, secondary, primary key, secondary key, function keys, system keys")),
    Resource("azure_query_keys", r"/searchservices/[^/]+/querykeys$", _names("key")),
    Resource("bitlocker_key", r"/(?:bitlocker/recoverykeys/[^/]+|fde_?key|(?:filevault|view_|customersecret)keys?)/?$", _names("key")),
    Resource("google_secret", r"/secrets/[^/]+(?:/versions/[^/:]+:access|:addversion)$", _names("data")),
    Resource("kubernetes_secret", r"/api/v1/(?:namespaces/[^/]+/)?secrets(?:/[^/]+)?$", _names("data, string data")),
    Resource("vault_secret", rf"//[^/]*(?:vault|:8200)[^?]*/v1/(?:[^/]+/data/|(?:secret|kv|cubbyhole)[^/]*/{_NO_METADATA})", _names("data")),
    Resource("vault_unseal", r"/v1/sys/(?:init|unseal|rekey|generate-root)(?:/|$)", _names("keys, key")),
    Resource("consul_keyring", r"/v1/operator/keyring$", _names("keys, key")),
    Resource("datadog_key", r"/api/v\d/(?:[^/]+/)*(?:api_keys|application_keys)(?:/|$)", _names("key")),
    Resource("databricks_secret", r"/api/2\.\d/secrets/(?:get|put)$", _names("value, string value, bytes value")),
    Resource("cloudflare_token", r"/client/v4/.*/(?:tokens/[^/]+/value|cfd_tunnel/[^/]+/token)$", _names("result")),
    Resource("vcenter_session", r"/rest/com/vmware/cis/session$", _names("value")),
    Resource("password", r"/jsonrpc/?$", _names("args 2")),  # Odoo's calls: database, user, password
    Resource("token", r"/users/[^/]+/tokens/?$", _names("sha 1")),  # Gitea's
    Resource("login", rf"/(?:{_LOGIN}|access/ticket|webapi/(?:auth|entry)\.cgi)/?$", goes="random", random=_names("token id, auth id, sid, two factor id")),
    Resource("login", r"/api/user/(?:(?:forgot|change)-password|verify-(?:email|registration))/?$", random=_names("change password id, verification id")),
    Resource("vault", r"/secrets/[^/]+(?:/versions)?(?:/[^/]+)?/?$", goes="values"),
    Resource("vault", r"/bypass_codes/?$", goes="all"),
    Resource("bare", rf"/(?:{_LOGIN}|trusted)/?$", goes="login"),
    Resource("bare", r"/(secrets/.+|[a-z_-]*(?:password|passphrase|secret|credential|token|api_?key)s?)(?:/[^/]+)?/?$", goes="bare"),
)
# fmt: on
_LONE = ("bare", "login")
_NOWHERE = Place({})


class Resources:
    """Knows such places. Thread-safe."""

    def __init__(self, table: tuple[Resource, ...] = DEFAULT_RESOURCES) -> None:
        self._rows = [(row, compiled(rf"(?i){row.pattern}")) for row in table]
        self._any = compiled("|".join(f"(?:(?i){row.pattern})" for row in table))

    def of(self, url: str) -> Place:
        """What goes from the bodies of an exchange with a URL."""
        place = url.partition("?")[0].partition("#")[0]
        if not self._rows or self._any.search(place) is None:
            return _NOWHERE
        rows = [row for row, pattern in self._rows if pattern.search(place) is not None]
        named = {name: f"name.{row.label}" for row in rows for name in row.names}
        goes = [row.goes for row in rows if row.goes not in _LONE]
        bare = f"name.{rows[-1].label}" if rows[-1].goes in _LONE else ""
        is_login = rows[-1].goes == "login"
        random = frozenset[str]().union(*(row.random for row in rows))
        return Place(named, "" if named or not goes else goes[0], bare, is_login=is_login, random=random)
