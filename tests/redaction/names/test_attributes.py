"""What an attribute of a directory means."""

import pytest

from captured_exchanges.redaction.names import Effect
from support.redaction_ldap import ATTRIBUTES


@pytest.mark.parametrize(
    "description",
    [
        "userPassword",
        "USERPASSWORD",
        " userPassword ",
        "userPassword;lang-de",
        "userPassword;binary;x-a",
        "2.5.4.35",
        "OID.2.5.4.35",
        "oid.2.5.4.35;lang-de",
        "userPassword;range=0-1499",
    ],
)
def test_one_attribute_has_many_spellings(description):
    """Options, object identifiers and case change nothing."""
    assert ATTRIBUTES.base(description) == "userpassword"
    assert ATTRIBUTES.rule(description) == "ldap.userpassword"


@pytest.mark.parametrize(
    ("description", "rule"),
    [
        ("acmeClientSecret", "name.client_secret"),
        ("apiKey;lang-de", "name.api_key"),
        ("acmePwdHistory", "ldap.pwdhistory"),
    ],
)
def test_what_is_secret_in_general_is_so_in_a_directory(description, rule):
    """And every directory has a history of passwords."""
    assert ATTRIBUTES.rule(description) == rule


@pytest.mark.parametrize(
    "description",
    [
        "cn",
        "uid",
        "secretary",
        "member",
        "gecos",
        "sshPublicKey",
        "userCertificate;binary",
        "tokenGroups",
        "pwdLastSet",
        "pwdChangedTime",
        "badPwdCount",
        "shadowLastChange",
        "pwdPolicySubentry",
        "passwordAllowChange",
        "passwordLockout",
        "passwordMustChange",
        "passwordPolicySubentry",
        "pwdAccountLockout",
        "pwdAllowUserChange",
        "pwdLastSuccess",
        "pwdMustChange",
        "sambaPwdCanChange",
        "sambaPwdMustChange",
        "krbLastPwdChange",
        "krbPwdAttributes",
        "msDS-UserPasswordExpiryTimeComputed",
        "passwordUserAttributes",
        "pwdAttribute",
        "pwdLockout",
        "pwdAccountLockedTime",
        "ms-Mcs-AdmPwdExpirationTime",
        "msLAPS-PasswordExpirationTime",
        "passwordExpirationTime",
        "krbPasswordExpiration",
        "sambaPwdLastSet",
        "olcPasswordHash",
        "ipatokenOwner",
        "oathTokenIdentifier",
        "",
        "a" * 9_000,
    ],
)
def test_identities_and_policies_stay(description):
    """Names that only sound like secrets."""
    if len(description) < 1_000:
        assert ATTRIBUTES.rule(description) == ""
        assert not ATTRIBUTES.info(description).secret


def test_a_harmless_value_stays_where_the_name_is_none_of_a_directory():
    """`token: none` says that there is none; of a password nothing is harmless."""
    assert ATTRIBUTES.rule("token", "none") == ""
    assert ATTRIBUTES.rule("userPassword", "none") == "ldap.userpassword"
    assert ATTRIBUTES.rule("acmePassword", "none") == "name.password"


def test_what_a_table_keeps_means_nothing_in_general():
    """Neither a secret nor a suspicion."""
    assert ATTRIBUTES.info("pwdSafeModify").effect is Effect.KNOWN
    assert ATTRIBUTES.info("credentials").effect is Effect.CONTAINER
