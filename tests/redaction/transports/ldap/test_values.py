"""Values of attributes."""

import pytest

from captured_exchanges.redaction.detail import Detail
from captured_exchanges.redaction.text import Text
from captured_exchanges.redaction.transports.ldap.filters import Filters
from captured_exchanges.redaction.transports.ldap.values import Values
from captured_exchanges.redaction.values import Families
from support.redaction_exchanges import fresh_secret, sweep
from support.redaction_ldap import ATTRIBUTES, NAMES, TEXT, sid, wide

LIMIT = 10_000


def values(detail=Detail.FULL):
    return Values(ATTRIBUTES, TEXT, Filters(ATTRIBUTES, TEXT, detail), detail=detail, limit=LIMIT)


def entry(attributes, detail=Detail.FULL):
    return values(detail).entry(attributes, sweep(), ("entries", 0, "attributes"))


USER = {
    "objectClass": ["top", "person"],
    "cn": [b"Alice Smith"],
    "sn": ["Größe".encode()],
    "mail": "alice@example.test",
    "memberOf": ["CN=Token Admins,OU=Secrets,DC=example,DC=test", rb"CN=A\,B,DC=test"],
    "secretary": ["uid=bob,dc=test"],
    "title": ["Password Administrator"],
    "description": ["Resets the user's password when it is forgotten. Password: must be changed."],
    "sshPublicKey": ["ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIGq6vN7p0W alice@host"],
    "gecos": ["Alice Smith,,+1 415 555 0100"],
    "pwdLastSet": ["133123456789012345"],
    "badPwdCount": [3],
    "pwdAccountLockedTime": [b"20240101000000Z"],
    "ms-Mcs-AdmPwdExpirationTime": ["133123456789012345"],
    "entryUUID": ["123e4567-e89b-12d3-a456-426614174000"],
    "objectSid;binary": [sid(21, 1, 2, 3)],
    "olcAccess": ["{0}to attrs=userPassword by self write by anonymous auth by * none"],
    "olcDatabase": ["{1}mdb"],
    "labeledURI": ["https://people.example.test/alice Alice"],
    "namingContexts": [""],
}


def test_identities_stay_as_they_are():
    """Names, times of passwords, public keys, access rules."""
    kept = entry(USER)
    assert kept["objectSid;binary"] == ["S-1-5-21-1-2-3"]
    assert kept["cn"] == ["Alice Smith"]
    assert kept["memberOf"] == ["CN=Token Admins,OU=Secrets,DC=example,DC=test", r"CN=A\,B,DC=test"]
    assert kept["badPwdCount"] == ["3"]
    assert kept["mail"] == ["alice@example.test"]
    assert "REDACTED" not in str(kept)
    assert list(kept) == list(USER)


@pytest.mark.parametrize(
    "encode", [str, str.encode, wide, lambda s: s.encode("utf-16-le"), lambda s: wide(s).decode()]
)
def test_a_secret_goes_as_bytes_and_as_text(encode):
    """UTF-8, UTF-16LE in quotes or without; and its text is learned for what else is said of it."""
    secret, seen = fresh_secret(), sweep()
    kept = values().entry({"unicodePwd": [encode(secret)]}, seen, ("a",))
    assert kept["unicodePwd"][0].startswith("[REDACTED:ldap.unicodepwd:")
    assert list(seen.learned) == [secret]
    assert seen.removals == [(("a", "unicodePwd", 0), "ldap.unicodepwd")]


def test_every_value_of_a_secret_goes_and_a_marker_stays():
    """Empty values too stay as they are: there is nothing in them."""
    once = entry({"userPassword": ["abc", b"\xff\xfe", "", 7]})["userPassword"]
    assert [value.startswith("[REDACTED:ldap.userpassword") for value in once] == [True, True, False, True]
    assert entry({"userPassword": once})["userPassword"] == once


@pytest.mark.parametrize("value", [b"\xff\xd8\xff\xe0" * 250, b"a\0b" * 300, "a\0b" * 300])
def test_other_binary_values_are_left_out(value):
    """Photos, and whatever else is no text."""
    assert entry({"jpegPhoto": [value]})["jpegPhoto"] == [
        {"type": "omitted", "reason": "binary", "size": 1024}
    ]


def test_a_long_value_is_left_out():
    """It would have to be searched as a whole."""
    assert entry({"info": ["x" * LIMIT]})["info"] == ["x" * LIMIT]
    assert entry({"info": ["x" * (LIMIT + 1)]})["info"][0]["reason"] == "too large"


def test_text_is_scanned_as_any_text():
    """Names in it, values with a look, distinguished names, LDAP URLs."""
    secret = fresh_secret()
    kept = entry(
        {
            "description": [f"password={secret}", f"Bearer {secret}"],
            "seeAlso": [f"userPassword={secret},dc=x"],
            "ref": [f"ldap://h.example.test/dc=x??sub?(userPassword={secret})"],
            f"password={secret}": ["x"],
            "token": ["none"],
        }
    )
    assert secret not in str(kept)
    assert kept["token"] == ["none"]


def test_what_is_secret_beside_a_password_goes():
    """Its salt and hash; elsewhere they may be anything. Under a suspicious name what looks random goes."""
    random = fresh_secret(length=40)
    kept = entry({"userPassword": ["x"], "salt": ["abcdef"], "acmeCredentials": [random, "by hand"]})
    assert kept["salt"] == ["[REDACTED:name.salt]"]
    assert kept["acmeCredentials"][0].startswith("[REDACTED:name.credentials")
    assert kept["acmeCredentials"][1] == "by hand"
    assert entry({"cn": ["x"], "salt": ["abcdef"]})["salt"] == ["abcdef"]


def test_strict_keeps_names_and_counts():
    """No value, whatever it is."""
    kept = entry({"cn": ["Alice", "Al"], "userPassword": ["x"], "sn": []}, Detail.STRICT)
    assert kept == {
        "cn": [{"type": "omitted", "reason": "detail", "count": 2}],
        "userPassword": [{"type": "omitted", "reason": "detail", "count": 1}],
        "sn": [],
    }


def test_odd_shapes_raise_nothing():
    """One value that is no list, none at all, two names that are one when cleaned."""
    assert entry({"cn": "Alice", "sn": None, "uid": (None, b"a"), 7: [True]}) == {
        "cn": ["Alice"],
        "sn": [],
        "uid": ["a"],
        "7": ["True"],
    }
    assert len(entry({"x\ud800": ["a"], "x?": ["b"]})) == 2


@pytest.mark.parametrize("kind", [bytes, bytearray, memoryview])
def test_the_size_of_bytes_is_theirs(kind):
    """Of whatever kind they are."""
    (shown,) = entry({"thumbnailPhoto": [kind(b"\xff" * 1_000)]})["thumbnailPhoto"]
    assert shown == {"type": "omitted", "reason": "binary", "size": 1024}


def test_a_setting_goes_though_the_same_text_stayed_elsewhere():
    """What is remembered of a text holds for texts, not for settings."""
    one, text = values(), "rid=1 credentials=swordfish"
    for _ in range(2):
        assert one.entry({"info": [text]}, sweep(), ()) == {"info": [text]}
        assert "swordfish" not in one.entry({"olcSyncrepl": [text]}, sweep(), ())["olcSyncrepl"][0]


def test_what_every_entry_repeats_is_looked_at_once():
    """Names of attributes, titles: a page costs about its size."""
    scanned = []

    class Counting(Text):
        def scan(self, text, sweep, path, depth=0):
            scanned.append(text)
            return super().scan(text, sweep, path, depth)

    text = Counting(NAMES, Families())
    one = Values(ATTRIBUTES, text, Filters(ATTRIBUTES, text), detail=Detail.FULL, limit=LIMIT)
    for _ in range(20):
        one.entry(USER | {"userPassword": [fresh_secret()]}, sweep(), ())
    assert len(scanned) <= 3 * len(USER)
