"""Places whose bodies hold a secret that no name in them tells."""

from dataclasses import replace

import pytest

from captured_exchanges.redaction import DEFAULT_POLICY, Redactor
from captured_exchanges.redaction.transports.resources import DEFAULT_RESOURCES, Resources
from support.redaction_exchanges import documents, exchange, fresh_secret, response_of

PLACES = {
    "token": "https://git.example.test/api/v1/users/alice/tokens",
    "azure_secret": "https://acme.vault.azure.net/secrets/db/0123456789abcdef0123456789abcdef?api-version=7.4",
    "azure_keys": "https://management.azure.com/x/accounts/acme/listKeys?api-version=1",
    "azure_query_keys": "https://management.azure.com/x/searchServices/acme/queryKeys?api-version=1",
    "cloudflare_token": "https://api.cloudflare.com/client/v4/user/tokens/7/value",
    "vcenter_session": "https://vcenter.example.test/rest/com/vmware/cis/session",
    "bitlocker_key": "https://graph.microsoft.com/v1.0/informationProtection/bitlocker/recoveryKeys/7",
    "google_secret": "https://secretmanager.googleapis.com/v1/projects/p/secrets/db/versions/latest:access",
    "kubernetes_secret": "https://k8s.example.test/api/v1/namespaces/prod/secrets/db",
    "vault_secret": "https://vault.example.test/v1/secret/data/prod",
    "vault_unseal": "https://vault.example.test/v1/sys/init",
    "consul_keyring": "https://consul.example.test/v1/operator/keyring",
    "datadog_key": "https://api.datadoghq.com/api/v2/api_keys",
    "databricks_secret": "https://dbc.example.test/api/2.0/secrets/get?scope=prod&key=db",
}
ELSEWHERE = [
    "https://acme.vault.azure.net/secrets?api-version=7.4",
    "https://acme.vault.azure.net/keys/db",
    "https://secretmanager.googleapis.com/v1/projects/p/secrets/db",
    "https://k8s.example.test/api/v1/namespaces/prod/configmaps/db",
    "https://vault.example.test/v1/identity/entity/id/7",
    "https://vault.example.test/v1/secret/metadata/prod",
    "https://api.example.test/v1/users/data/7",
    "https://api.example.test/listKeysets",
]


@pytest.mark.parametrize(
    ("row", "name"),
    [(row, name) for row in DEFAULT_RESOURCES for name in sorted(row.names) if row.label != "password"],
    ids=str,
)
def test_what_a_row_names_goes_there_and_only_there(row, name):
    """Even a value that says nothing; without the row it stays."""
    secret, key = "maintainer", name.replace(" ", "_")
    page = exchange(url=PLACES[row.label], received={key: secret, "id": "alice"})
    kept = Redactor().redact(page)
    assert secret.encode() not in documents(kept)
    assert response_of(kept)["body"]["value"][key].startswith(f"[REDACTED:name.{row.label}:")
    assert response_of(kept)["body"]["value"]["id"] == "alice"
    others = tuple(other for other in DEFAULT_RESOURCES if other != row)
    assert secret.encode() in documents(Redactor(replace(DEFAULT_POLICY, resources=others)).redact(page))


@pytest.mark.parametrize(
    ("url", "name"),
    [
        *(("https://am.example.test/json/realms/root/authenticate", name) for name in ("tokenId", "authId")),
        ("https://nas.example.test/webapi/entry.cgi?api=SYNO.API.Auth&method=login", "sid"),
        ("https://a.example.test/api/login", "anything"),
        ("https://a.example.test/api/user/verify-email?email=a%40b", "verificationId"),
    ],
)
def test_what_a_login_answers_with_goes_where_it_looks_random(url, name):
    """Not what reads like a name, nor under a name that holds an id; and elsewhere all of it stays."""
    said = {name: fresh_secret(length=30), "userId": fresh_secret(length=20), "team": "sales", "state": "ok"}
    shown = response_of(Redactor().redact(exchange(url=url, received=said)))["body"]["value"]
    assert shown.pop(name).startswith("[REDACTED:name.login:")
    assert shown == {key: said[key] for key in ("userId", "team", "state")}
    words = {name: "S-1-5-21-1-2-3-1104"}
    assert response_of(Redactor().redact(exchange(url=url, received=words)))["body"]["value"] == words
    elsewhere = exchange(url="https://a.example.test/api/users/7", received=said)
    assert response_of(Redactor().redact(elsewhere))["body"]["value"] == said


def test_of_a_call_one_argument_goes():
    """By its place, whatever it is; what is no list, or is elsewhere, stays."""
    said = {"args": ["acme", 2, "maintainer", "res.users", "read"], "more": ["a", "b", "kept"]}
    shown = response_of(Redactor().redact(exchange(url="https://x.test/jsonrpc", received=said)))["body"]
    assert shown["value"]["args"][:2] == ["acme", 2]
    assert shown["value"]["args"][2].startswith("[REDACTED:name.password:")
    assert shown["value"]["args"][3:] == ["res.users", "read"]
    assert shown["value"]["more"] == ["a", "b", "kept"]
    for url in ("https://x.test/jsonrpc/users", "https://x.test/api_jsonrpc.php"):
        assert response_of(Redactor().redact(exchange(url=url, received=said)))["body"]["value"] == said


@pytest.mark.parametrize(
    ("url", "goes"),
    [
        ("https://x.test/orgs/acme/secrets/db?api-version=7.4", "values"),
        ("https://x.test/v1/projects/acme/secrets/db/versions/3", "values"),
        ("https://kv.vault.azure.net/secrets/db?api-version=7.4", ""),
        ("https://x.test/admin/v1/users/7/bypass_codes", "all"),
        ("https://x.test/secrets?maxresults=25", ""),
        ("https://x.test/users/7", ""),
    ],
)
def test_some_urls_are_stores_of_secrets(url, goes):
    """What of their JSON goes follows from the URL; a list of the names of secrets is none. Where a row knows
    the names under which they are, they alone go.
    """
    assert Resources().of(url).goes == goes


@pytest.mark.parametrize("url", ELSEWHERE)
def test_other_places_have_no_such_names(url):
    """Lists of secrets by name, and paths that only look alike."""
    assert not Resources().of(url).named


def test_a_name_that_a_policy_keeps_stays_there():
    """No rule that goes by names may remove it."""
    page = exchange(url=PLACES["azure_keys"], received={"key1": "maintainer", "key2": "on-duty"})
    kept = Redactor(DEFAULT_POLICY.with_kept(names=["key 1"])).redact(page)
    assert response_of(kept)["body"]["value"]["key1"] == "maintainer"
    assert "REDACTED" in response_of(kept)["body"]["value"]["key2"]


def test_what_is_sent_there_goes_too():
    """All below a name as well, and what was removed before stays as it is."""
    redactor, secret = Redactor(), fresh_secret()
    page = exchange(method="PUT", url=PLACES["kubernetes_secret"], sent={"data": {"a": {"b": [secret]}}})
    assert secret.encode() not in documents(redactor.redact(page))
    marked = exchange(url=PLACES["azure_secret"], received={"value": "[REDACTED:name.azure_secret:012345]"})
    assert response_of(redactor.redact(marked))["body"]["value"] == {
        "value": "[REDACTED:name.azure_secret:012345]"
    }
