"""What values look like."""

import base64
import secrets

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from captured_exchanges.redaction.values.shapes import (
    is_base64,
    is_basic,
    is_moment,
    is_no_adjective,
    is_requirement,
    is_whole_basic,
    looks_like_credential,
    looks_random,
    rounded,
)
from support.examples import EXAMPLES


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("2024-01-01T00:00:00Z", True),
        ("2024-01-01T00:00", True),
        ("2024-01-01 10:20:30.123456789 +0100", True),
        ("2024-01-01 10:20:30,5 UTC", True),
        ("2024-01-01", False),
        ("10:20:30", False),
        ("2024-01-01T00:00:00Zx", False),
        ("x2024-01-01T00:00:00Z", False),
    ],
)
def test_a_moment_has_a_time_of_day(value, expected):
    """A date alone may be the answer to a question."""
    assert is_moment(value) is expected


@pytest.mark.parametrize("make", [lambda: secrets.token_urlsafe(40), lambda: secrets.token_hex(24)])
def test_what_is_random_looks_random(make):
    """Tokens in the usual alphabets look random."""
    assert sum(looks_random(make()) for _ in range(100)) > 97


def test_a_random_value_with_many_dashes_looks_random():
    """A dash or an underscore every few characters hides no URL-safe base64."""
    tokens = (secrets.token_urlsafe(24) for _ in range(10_000))
    scattered = [token for token in tokens if max(map(len, token.replace("_", "-").split("-"))) < 16]
    assert sum(map(looks_random, scattered)) > 0.95 * len(scattered) > 0


@pytest.mark.parametrize(
    "value",
    [
        "short1A",
        "123e4567-e89b-12d3-a456-426614174000",
        "arn:aws:iam::123456789012:role/Abcdef1234567890XyZ",
        "S-1-5-21-3623811015-3361044348-30300820-1013",
        "alice.smith.longname1234567890@example.test",
        "https://example.test/a/b/c/d1e2f3g4h5i6j7k8l9m0",
        "2024-01-01T00:00:00.000+00:00",
        "my-production-service-account-2024",
        "InternationalBusinessMachines",
        "Win10Pro-x64-22H2-KB5034441-HP840G8",
        "GG_SEC_APP1_RW-T2_DE_BLN-Readers2024",
        "MyCompany-SSO-PROD-2FA-B2B-B2C-v2Final",
        "7C-8D-9E-AB-1F-2A-7C-8D-9E-AB-1F",
        "Okta-SecOps_Tier1-AWS123-ReadOnly-EuWest1b",
        "20240101T000000Z-AppServer2-eu1b-BackupNo7",
        "api.eu-west-1.internal.example.test",
        "two words and1 more2 words3 here4",
        "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa1",
        "passwörter-sind-nicht-zufällig-123456",
    ],
)
def test_identities_and_words_do_not_look_random(value):
    """What has a well-known shape, or is made of words, is not random."""
    assert not looks_random(value)


@pytest.mark.parametrize("word", ["authentication", "required", "short1A", "expired", "2024-01-01"])
def test_a_word_of_prose_is_no_credential(word):
    """Words after `Bearer` or `token` stay."""
    assert not looks_like_credential(word)


def test_the_base64_of_a_pair_is_basic():
    """`user:password` in base64 is told from other words."""
    assert is_basic(base64.b64encode(b"alice:" + secrets.token_bytes(6)).decode())
    assert not is_basic("authentication")
    assert not is_basic("a")


@settings(max_examples=EXAMPLES)
@given(st.integers(0, 2**40))
def test_a_rounded_size_is_the_next_power_of_two(size):
    """Sizes are rounded up, and by less than half."""
    assert size <= rounded(size) <= max(1, 2 * size - 1) or size == 0 == rounded(size)
    assert rounded(size) & (rounded(size) - 1) == 0


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("Ym9iOmh1bnRlcg==", True),
        ("YTpi", False),
        ("required", False),
        ("bob:hunter2", False),
        ("Ym9iOmh1bnRlcg", False),
        ("c29tZSB3b3Jkcw==", False),
    ],
)
def test_a_pair_in_base64_is_known_to_the_letter(value, expected):
    """Of a user and a password; shorter, broken and other base64 is none."""
    assert is_whole_basic(value) is expected


@pytest.mark.parametrize(
    ("value", "expected"),
    [("AGJvYgBzdW4=", True), ("aGVsbG8x", True), ("required", False), ("REQUIRED", False), ("abc", False)],
)
def test_base64_is_told_from_prose(value, expected):
    """By its length and its capitals."""
    assert is_base64(value) is expected


@pytest.mark.parametrize("word", ["required", "not", "Emailed.", "expiring", "the"])
def test_what_is_said_about_a_password_is_none(word):
    """Participles and little words; anything else may be one."""
    assert not is_no_adjective(word)
    assert is_no_adjective("sunshine")


@pytest.mark.parametrize(
    "name", ["forceChangePasswordNextSignIn", "invalidateAllRefreshTokens", "oauth2ClientCredentials"]
)
def test_words_in_camel_case_are_not_random(name):
    """However many capitals stand in them."""
    assert not looks_random(name)


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("must not be empty", True),
        ("can't be blank", True),
        ("This field is required.", True),
        ("is too short (minimum is 8 characters)", True),
        ("must contain at least 1 uppercase letter and 1 number", True),
        ("required", False),
        ("empty blank null", False),
        ("must be 48213907", False),
        ("must be Hunter2", False),
        ("correct horse battery staple", False),
        ("must " * 100, False),
    ],
)
def test_what_validators_say_is_told_from_passphrases(value, expected):
    """By words that ask for something, and no other; a number is a bound."""
    assert is_requirement(value) is expected
