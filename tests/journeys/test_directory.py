"""A real directory, asked by a real client: what is kept of each operation."""

import json
from dataclasses import replace

import pytest

from captured_exchanges.exchange import Exchange, Intent
from captured_exchanges.redaction import Redactor
from support.demo_secrets import leaks
from support.redaction_exchanges import documents, fresh_secret, request_of, response_of
from support.redaction_ldap import wide
from support.slapd import ROOT, SUFFIX, answered, asked, changes, slapd

pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning")  # ldap3 uses old names of pyasn1
ALICE = f"uid=alice,{SUFFIX}"
PHOTO = b"\xff\xd8\xff\xe0" * 64
IDENTITIES = {"cn": [b"Alice Smith"], "mail": [b"alice@example.test"], "secretary": [ROOT.encode()]}


@pytest.fixture(scope="module")
def directory(tmp_path_factory):
    """With one user in it, whose password is `first`."""
    with slapd(tmp_path_factory.mktemp("slapd"), fresh_secret()) as running:
        with running.connection() as client:
            assert client.add(SUFFIX, ["dcObject", "organization"], {"dc": "example", "o": "x"}), (
                client.result
            )
        yield running


@pytest.fixture
def alice(directory):
    """A fresh user: her password, and a client that may see all."""
    password = fresh_secret()
    attributes = {"objectClass": [b"inetOrgPerson"], "sn": [b"Smith"], "jpegPhoto": [PHOTO], **IDENTITIES}
    attributes["userPassword"] = [password.encode()]
    with directory.connection() as client:
        client.delete(ALICE)
        assert client.add(ALICE, attributes=attributes), client.result
        yield password, client


def redacted(request, response):
    """As a connector would hand it over, by a Redactor that knows nothing yet."""
    redactor = Redactor()
    kept = redactor.redact(Exchange("r", "ldap", request, response, Intent(), request.started_at, "s"))
    assert redactor.failures() == {}
    return kept


def assert_kept(kept, *secrets):
    """None of the secrets is in there, in whatever shape."""
    shown = documents(kept)
    assert leaks(secrets, {"kept": shown}) == set(), shown
    assert leaks(secrets, {"planted": shown + secrets[0].encode()}) == {"planted"}


def test_a_bind(directory, alice):
    """Who it was stays, and how it ended; right or wrong, what was tried is nowhere."""
    for password, code in ((alice[0], 0), (fresh_secret(), 49)):
        with directory.connection(ALICE, password) as client:
            response = answered(client)
        assert response.result_code == code
        kept = redacted(asked("bind", dn=ALICE, credentials=(password,)), response)
        assert_kept(kept, password)
        assert request_of(kept)["dn"] == ALICE
        assert response_of(kept)["result_code"] == code
        echo = replace(response, description=f"{wide(password)!r} {password.encode().hex()}")
        assert_kept(redacted(asked("bind", dn=ALICE, credentials=(password,)), echo), password)


def test_a_search_that_finds_passwords(alice):
    """The password's place tells why; names stay as they are, and a photo is none of our business."""
    password, client = alice
    for filter_text in (
        "(uid=alice)",
        f"(&(uid=alice)(userPassword={password}))",
        f"(userPassword={password})",
    ):
        assert client.search(SUFFIX, filter_text, attributes=["*", "+"])
        response = answered(client)
        assert dict(response.entries[0].attributes)["userPassword"] == [password.encode()]
        kept = redacted(asked("search", base=SUFFIX, scope="subtree", filter=filter_text), response)
        assert_kept(kept, password)
        (entry,) = response_of(kept)["entries"]
        assert entry["dn"] == ALICE
        assert {name: entry["attributes"][name] for name in IDENTITIES} == {
            name: [value.decode() for value in values] for name, values in IDENTITIES.items()
        }
        assert entry["attributes"]["jpegPhoto"] == [{"type": "omitted", "reason": "binary", "size": 256}]
        assert {"path": "/entries/0/attributes/userPassword/0", "rule": "ldap.userpassword"} in (
            response_of(kept)["redactions"]
        )
        assert "(uid=alice)" in json.dumps(request_of(kept)) or "(userPassword=[RED" in json.dumps(
            request_of(kept)
        )


def test_an_add(alice):
    """Of a new entry its names stay."""
    password, client = alice
    attributes = {"objectClass": ["inetOrgPerson"], "sn": ["Jones"], "cn": ["Bob"]}
    attributes["userPassword"] = [password, f"x{password}"]
    assert client.add(f"uid=bob,{SUFFIX}", attributes=attributes)
    kept = redacted(
        asked("add", dn=f"uid=bob,{SUFFIX}", changes=changes("add", attributes)), answered(client)
    )
    assert client.delete(f"uid=bob,{SUFFIX}")
    assert_kept(kept, password)
    assert request_of(kept)["changes"][2] == {"operation": "add", "attribute": "cn", "values": ["Bob"]}


def test_a_modify(alice):
    """The old value and the new."""
    password, client = alice
    new = fresh_secret()
    modify = {"userPassword": [("MODIFY_DELETE", [password]), ("MODIFY_ADD", [new])]}
    assert client.modify(ALICE, modify), client.result
    made = changes("delete", {"userPassword": [password]}) + changes("add", {"userPassword": [new.encode()]})
    assert_kept(redacted(asked("modify", dn=ALICE, changes=made), answered(client)), password, new)


def test_a_compare(alice):
    """What was compared is a guess at a password, and may be the right one."""
    password, client = alice
    assert client.compare(ALICE, "userPassword", password)
    compared = changes("compare", {"userPassword": [password]})
    kept = redacted(asked("compare", dn=ALICE, changes=compared), answered(client))
    assert_kept(kept, password)
    assert response_of(kept)["result_code"] == 6


def test_a_password_modify(directory, alice):
    """RFC 3062: both passwords; and the new one opens."""
    password, client = alice
    new = fresh_secret()
    assert client.extend.standard.modify_password(ALICE, password, new), client.result
    kept = redacted(asked("extended", dn=ALICE, credentials=(password, new.encode())), answered(client))
    assert_kept(kept, password, new)
    with directory.connection(ALICE, new) as hers:
        assert hers.bound


def test_the_configuration(directory):
    """The root's password in `cn=config`, and a replica's credentials among its settings."""
    secret = fresh_secret()
    setting = f'rid=001 provider=ldap://h.example.test bindmethod=simple binddn="{ROOT}" credentials={secret}'
    replicates = {"olcSyncrepl": [("MODIFY_ADD", [f"{setting} searchbase={SUFFIX}"])]}
    with directory.connection("cn=config") as client:
        assert client.modify("olcDatabase={1}mdb,cn=config", replicates), client.result
        assert client.search("cn=config", "(olcRootPW=*)", attributes=["*"])
        response = answered(client)
    shown = str([dict(entry.attributes) for entry in response.entries])
    assert secret in shown
    assert directory.password in shown
    kept = redacted(asked("search", base="cn=config", filter="(olcRootPW=*)"), response)
    assert_kept(kept, secret, directory.password)
    assert "credentials=[REDACTED:ldap.setting:" in json.dumps(response_of(kept))
    assert SUFFIX in json.dumps(response_of(kept))
