"""Probes of the tables of headers, URLs and places: for each field, exchanges in which one of its rows decides.
See `probing`.
"""

from dataclasses import replace

from captured_exchanges.redaction.detail import Detail
from corpus.planting import asked, got
from corpus.probes_names import key

RANDOM, WORD = "<a*30>7", "<l*12>"
PLAIN = {
    "content-type": "application/json",
    "accept": "*/*",
    "connection": "close",
    **dict.fromkeys(("date", "last-modified", "expires"), "Wed, 21 Oct 2026 07:28:00 GMT"),
}
"""What headers say that say but how, where it is neither a coding nor a number."""
LIVE = dict.fromkeys(("cookie", "cookie2", "set-cookie", "set-cookie2"), "lang={}")


def _header(plant, name, template=WORD):
    value = LIVE.get(name, "{}").format(plant(template))
    return asked("https://api.example.test/", headers=[(name, value)])


def _kept_header(name, value):
    return asked("https://api.example.test/", headers=[(name, value)], answer_headers=[(name, value)])


def _url_header(plant, name):
    url = f"/reset-password/{plant(RANDOM)}?lang=en"
    value = f'<{url}>; rel="next"' if name == "link" else url
    return asked("https://api.example.test/", headers=[(name, value)])


def _digest(plant, name):
    return got({"password": plant(WORD)}, answer_headers=[(name, plant("<b*40>+9=="))])


def _live(plant, name):
    return {**_header(plant, name), "policy": lambda policy: _exempting(policy, name)}


def _exempting(policy, header):
    return replace(policy, headers=replace(policy.headers, exempt=frozenset({header})))


def _plain(_plant, name):
    said = PLAIN.get(name) or ("gzip" if name.endswith("encoding") else "64")
    return {
        **asked("https://api.example.test/", headers=[(name, said)]),
        "policy": lambda policy: replace(policy, detail=Detail.STRICT),
    }


def _parameter(plant, name, template=WORD):
    return asked(f"https://api.example.test/v1/users?{name.replace(' ', '_')}={plant(template)}&limit=2")


def _path(plant, pattern):
    paths = next(paths for start, paths in PATHS.items() if pattern.startswith(start))
    return [asked(f"https://app.example.test/{path}/{plant(RANDOM)}") for path in paths]


def _userinfo(plant, placeholder):
    return asked(f"https://{plant.known(plant.id(WORD) + ':' + placeholder)}@api.example.test/v1")


PATHS = {
    "[a-z": (
        *("reset", "activate", "verify", "confirm", "magic"),
        *("recover", "unlock", "welcome", "invite", "forgot"),
    ),
    "pass": ("password_resets",),
    "(?:o": ("opt-out", "optout", "unsubscribe"),
    "(?:w": ("hook", "webhook"),
    "app-": ("app-manifests",),
    "qr": ("qr",),
    "trusted": ("trusted",),
    "account": ("account/setup",),
    "oauth": ("oauth/v1/access-tokens", "oauth/v1/refresh-tokens"),
}
"""By the beginning of a pattern, the paths that it is about."""


def _place(plant, row):
    """A harmless word, which nothing but the place tells to be a secret."""
    resource, name = row
    word, _, at = name.rpartition(" ")
    said = ["x"] * int(at) + [plant.known("maintainer")] if word in LISTS else plant.known("maintainer")
    return asked(PLACES[resource.label], received={word if word in LISTS else key(name): said, "id": "alice"})


def _store(plant, resource):
    if resource.names:
        return [_place(plant, (resource, name)) for name in sorted(resource.names)]
    if resource.random:
        return [_looking_random(plant, (resource, name)) for name in sorted(resource.random)]
    if resource.goes in {"bare", "login"}:
        return asked(BARE[resource.pattern[:4]], received=plant(RANDOM))
    value = {"data": {"value": plant(WORD)}} if resource.goes == "values" else [plant(WORD), plant(WORD)]
    return asked(STORES[resource.goes], received=value)


def _looking_random(plant, row):
    resource, name = row
    url = LOGINS["user" if "/user/" in resource.pattern else "login"]
    return asked(url, received={key(name): plant(RANDOM), "id": plant.id(RANDOM), "name": "alice"})


LOGINS = {
    "login": "https://am.example.test/json/authenticate",
    "user": "https://auth.example.test/api/user/forgot-password",
}
STORES = {
    "values": "https://api.example.test/v1/projects/acme/secrets/db/versions/3",
    "all": "https://api.example.test/admin/v1/users/7/bypass_codes",
}
BARE = {
    "/(?:": "https://vcenter.example.test/api/session",
    "/(se": "https://pvwa.example.test/api/accounts/1_2/Password/Retrieve",
}
LISTS = frozenset({"args"})
PLACES = {
    "token": "https://git.example.test/api/v1/users/alice/tokens",
    "password": "https://acme.odoo.test/jsonrpc",
    "azure_secret": "https://acme.vault.azure.test/secrets/db?api-version=7.4",
    "azure_keys": "https://management.azure.test/x/accounts/acme/listKeys?api-version=1",
    "bitlocker_key": "https://graph.example.test/v1.0/informationProtection/bitlocker/recoveryKeys/7",
    "azure_query_keys": "https://management.azure.test/x/searchServices/acme/queryKeys?api-version=1",
    "cloudflare_token": "https://api.cloudflare.test/client/v4/user/tokens/7/value",
    "vcenter_session": "https://vcenter.example.test/rest/com/vmware/cis/session",
    "google_secret": "https://secretmanager.example.test/v1/projects/p/secrets/db/versions/latest:access",
    "kubernetes_secret": "https://k8s.example.test/api/v1/namespaces/prod/secrets/db",
    "vault_secret": "https://vault.example.test/v1/secret/data/prod",
    "vault_unseal": "https://vault.example.test/v1/sys/init",
    "consul_keyring": "https://consul.example.test/v1/operator/keyring",
    "datadog_key": "https://api.example.test/api/v2/api_keys",
    "databricks_secret": "https://dbc.example.test/api/2.0/secrets/get?scope=prod",
}


PROBES = {
    "headers.secret": [_header],
    "headers.tails": [lambda plant, row: _header(plant, f"x-acme-{row.replace(' ', '-')}")],
    "headers.suspects": [lambda plant, row: _header(plant, f"x-acme-{row}", RANDOM)],
    "headers.cursors": [
        lambda _, row: _kept_header(row, '{"token":"+RID:~aB3d#RT:1#TRC:2","range":{"min":""}}')
    ],
    "headers.kept": [lambda plant, row: _kept_header(row, plant.id(RANDOM))],
    "headers.urls": [_url_header],
    "headers.digests": [_digest],
    "headers.live": [_live],
    "headers.plain": [_plain],
    "urls.params": [_parameter],
    "urls.suspects": [lambda plant, row: _parameter(plant, row, RANDOM)],
    "urls.code_siblings": [
        lambda plant, row: asked(
            f"https://app.example.test/done?code={plant(RANDOM)}&{row.replace(' ', '_')}="
        )
    ],
    "urls.token_paths": [_path],
    "urls.placeholders": [_userinfo],
    "resources": [_store],
    "resources.names": [_place],
    "resources.random": [_looking_random],
}
