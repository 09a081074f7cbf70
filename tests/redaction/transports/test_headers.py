"""Headers."""

import pytest

from captured_exchanges.redaction.marker import MARKER
from captured_exchanges.redaction.names.names import Names
from captured_exchanges.redaction.patterns import compiled
from captured_exchanges.redaction.text.text import Text
from captured_exchanges.redaction.transports.headers import (
    DEFAULT_HEADERS,
    Headers,
    credential_of,
    first_value,
)
from captured_exchanges.redaction.values.families import Families
from support.redaction_exchanges import fresh_secret, sweep

NAMES = Names()
HEADERS = Headers(NAMES, Text(NAMES, Families()))
TAGGED = compiled(MARKER)


def shown(name, value, **options):
    """A header's value as it is kept, each marker shortened to `*`."""
    [[_, kept]] = HEADERS.redact(((name, value),), sweep(), **options)
    return TAGGED.sub(lambda _: "*", kept)


@pytest.mark.parametrize("name", sorted(DEFAULT_HEADERS.secret))
def test_listed_headers_lose_their_values(name):
    """Whatever the value looks like, in whatever case the name is written."""
    for spelling in (name, name.upper(), name.title()):
        assert shown(spelling, "any value at all") == "*"


@pytest.mark.parametrize(
    "name",
    [
        *("X-Okta-XsrfToken", "X-Acme-Api-Key", "X-Client-Secret", "x-db-password", "authtoken"),
        *("Authorization", "Proxy-Authorization", "Api-Key", "apikey", "X-Api-Key", "X-Auth-Token"),
        *("X-Auth-Key", "X-Access-Token", "Private-Token", "X-Vault-Token", "X-Amz-Security-Token"),
        *("X-Goog-Api-Key", "X-Goog-Iam-Authorization-Token", "X-CSRF-Token", "X-XSRF-Token"),
        *("X-Shopify-Access-Token", "DD-API-KEY", "DD-APPLICATION-KEY", "Circle-Token", "X-SF-Session"),
        *("Sforce-Session", "X-Functions-Key", "Ocp-Apim-Subscription-Key", "Jenkins-Crumb"),
        *("CF-Access-Jwt-Assertion", "x-amzn-oidc-accesstoken", "X-Tableau-Auth", "X-Registry-Auth"),
    ],
)
def test_headers_with_secret_names_lose_their_values(name):
    """Names are split into words, as everywhere."""
    assert shown(name, "value") == "*"


@pytest.mark.parametrize("name", sorted(DEFAULT_HEADERS.kept))
def test_kept_headers_keep_their_values(name):
    """Their names only sound secret; but their values are scanned."""
    assert shown(name, "plain words") == "plain words"
    assert "*" in shown(name, f"see token={fresh_secret()}")


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("Bearer abc", "Bearer *"),
        ("bEARER  abc", "bEARER  *"),
        ("Digest username=alice, response=abc", "Digest *"),
        ("AWS4-HMAC-SHA256 Credential=x, Signature=y", "AWS4-HMAC-SHA256 *"),
        ("SSWS 00abc", "SSWS *"),
        ("hunter seven", "*"),
        ("abcdef", "*"),
        ("", ""),
    ],
)
def test_only_a_known_scheme_word_stays(value, expected):
    """An unknown first word may as well be the credential."""
    assert shown("Authorization", value) == expected


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("a=1; sid=abc;theme=dark", "a=*; sid=*;theme=*"),
        ("abc", "*"),
        ("a=; b=2", "a=; b=*"),
        ("n ame=1", "*"),
    ],
)
def test_cookies_keep_their_names(value, expected):
    """Every value goes, whatever its name."""
    assert shown("Cookie", value) == expected


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (
            "sid=abc; Path=/app; Domain=x.test; Max-Age=60; Secure; HttpOnly; SameSite=Lax",
            "sid=*; Path=/app; Domain=x.test; Max-Age=60; Secure; HttpOnly; SameSite=Lax",
        ),
        ("sid=abc; Expires=Wed, 21 Oct 2026 07:28:00 GMT", "sid=*; Expires=Wed, 21 Oct 2026 07:28:00 GMT"),
        ("sid=abc; Path=/, other=def", "sid=*; *"),
        ("sid=abc; Unheard=of", "sid=*; *"),
    ],
)
def test_set_cookie_keeps_name_and_known_attributes(value, expected):
    """An attribute that is none of the known ones, or looks wrong, goes."""
    assert shown("Set-Cookie", value) == expected


@pytest.mark.parametrize(
    ("name", "value", "expected"),
    [
        ("Location", "/cb?code=abcdef123&state=1", "/cb?code=*&state=1"),
        ("Content-Location", "/x;jsessionid=abcdef", "/x;jsessionid=*"),
        ("Referer", "https://a.test/#access_token=abcdef", "https://a.test/#access_token=*"),
        ("Refresh", "5; url=/x?token=abcdef", "5; url=/x?token=*"),
        (
            "Link",
            '</u?api_key=abc&page=2>; rel="next", </u>; rel="first"',
            '</u?api_key=*&page=2>; rel="next", </u>; rel="first"',
        ),
        ("Link", '<https://x.test/token/>; rel="self"', '<https://x.test/token/>; rel="self"'),
    ],
)
def test_urls_in_headers_are_urls(name, value, expected):
    """Relative ones too; relations of links stay."""
    assert shown(name, value) == expected


@pytest.mark.parametrize("name", sorted(DEFAULT_HEADERS.digests))
def test_digests_go_with_the_body(name):
    """A digest lets a guess be checked; where the body was kept it stays."""
    assert shown(name, "sha-256=abc=", body_is_redacted=True) == "*"
    assert shown(name, "sha-256=abc=") == "sha-256=abc="


@pytest.mark.parametrize(("length", "expected"), [("100", "128"), ("0", "0"), ("x", "0"), ("9" * 40, "0")])
def test_the_length_of_a_redacted_body_is_rounded(length, expected):
    """Up to a power of two."""
    assert shown("Content-Length", length, body_is_redacted=True) == expected
    assert shown("Content-Length", "100") == "100"


def test_names_and_order_and_repeats_stay():
    """Headers are a list."""
    pairs = (("B", "1"), ("a", "2"), ("B", "3"))
    assert HEADERS.redact(pairs, sweep()) == [["B", "1"], ["a", "2"], ["B", "3"]]


def test_a_second_pass_changes_nothing():
    """Markers are left as they are."""
    pairs = (
        ("Authorization", "Bearer abc"),
        ("Cookie", "a=1; b"),
        ("Set-Cookie", "a=1; X=2"),
        ("X-Api-Key", "abc"),
    )
    once = HEADERS.redact(pairs, sweep())
    assert HEADERS.redact(tuple(map(tuple, once)), sweep()) == once


def test_the_credential_is_told_from_its_scheme():
    """For those who register it."""
    assert credential_of("Bearer  abc def") == ("bearer", "abc def")
    assert credential_of("abc") == ("", "abc")


def test_repeated_headers_are_joined():
    """As HTTP says."""
    assert (
        first_value((("Content-Encoding", "gzip"), ("content-encoding", "zstd")), "content-encoding")
        == "gzip, zstd"
    )
    assert first_value((), "content-type") == ""


@pytest.mark.parametrize("word", sorted(DEFAULT_HEADERS.suspects))
def test_some_words_make_a_header_suspect(word):
    """What looks random goes; what does not stays, and so does what is listed as kept."""
    secret = fresh_secret(length=32)
    assert secret not in HEADERS.redact(((f"X-Acme-{word}", secret),), sweep())[0][1]
    assert HEADERS.redact(((f"X-Acme-{word}", "department"),), sweep())[0][1] == "department"
    assert HEADERS.redact((("Idempotency-Key", secret),), sweep())[0][1] == secret
