"""URLs."""

import urllib.parse

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from captured_exchanges.redaction.marker import MARKED
from captured_exchanges.redaction.names.names import Names
from captured_exchanges.redaction.patterns import clean, compiled
from captured_exchanges.redaction.text.text import Text
from captured_exchanges.redaction.text.urls import DEFAULT_URLS, decoded_name, is_oauth
from captured_exchanges.redaction.values.families import Families
from support.examples import EXAMPLES
from support.redaction_exchanges import fresh_secret, sweep

TEXT = Text(Names(), Families())
TAGGED = compiled(MARKED)


def shown(url, **options):
    """A URL as it is kept, each marker shortened to `*`."""
    return TAGGED.sub(lambda _: "*", TEXT.url(url, sweep(**options), ("url",)))


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        # userinfo
        ("https://alice:abc@x.test/", "https://alice:*@x.test/"),
        ("https://alice@x.test/", "https://alice@x.test/"),
        ("https://alice:a@b@x.test/", "https://alice:*@x.test/"),
        ("https://alice:a/b@x.test/c", "https://alice:*@x.test/c"),
        ("https://abcdefabcdef12345678AB:x-oauth-basic@x.test/", "https://*@x.test/"),
        ("https://abc:@x.test/", "https://*@x.test/"),
        ("https://[::1]:8443/a", "https://[::1]:8443/a"),
        ("https://x.test:8443/a@b", "https://x.test:8443/a@b"),
        ("mailto:alice@x.test", "mailto:alice@x.test"),
        ("//alice:abc@x.test/", "//alice:*@x.test/"),
        # query
        ("/a?access_token=abc&b=2", "/a?access_token=*&b=2"),
        ("/a?b=2;token=abc", "/a?b=2;token=*"),
        ("/a?token=&b", "/a?token=&b"),
        ("/a?page_token=abc&cursor=def&$skiptoken=x", "/a?page_token=abc&cursor=def&$skiptoken=x"),
        ("/a?key=PROJ-123&client_id=abc", "/a?key=PROJ-123&client_id=abc"),
        ("/a?key=abcdefabcdef12345678ABCDEF", "/a?key=*"),
        ("/a?user%5Bpassword%5D=abc", "/a?user%5Bpassword%5D=*"),
        ("/a?q=password&sort=token", "/a?q=password&sort=token"),
        # OAuth
        ("/cb?code=abcdef&state=1", "/cb?code=*&state=1"),
        ("/oauth2/callback?code=abcdef", "/oauth2/callback?code=*"),
        ("/users?code=abcdef", "/users?code=abcdef"),
        ("/users?code=US&state=CA", "/users?code=US&state=CA"),
        # fragments
        ("/a#access_token=abc&state=1", "/a#access_token=*&state=1"),
        ("/#/cb?code=abcdef&state=1", "/#/cb?code=*&state=1"),
        ("/a#section", "/a#section"),
        # paths
        ("/a;jsessionid=abc/b", "/a;jsessionid=*/b"),
        ("/reset-password/abcDEF123456", "/reset-password/*"),
        ("/password_resets/abcDEF123456/edit", "/password_resets/*/edit"),
        ("/welcome/abcDEF123456", "/welcome/*"),
        ("/unsubscribe/abcDEF123456", "/unsubscribe/*"),
        ("/opt-out/abcDEF123456", "/opt-out/*"),
        ("/webhook/abcDEF123456", "/webhook/*"),
        ("/app-manifests/abcDEF123456/conversions", "/app-manifests/*/conversions"),
        ("/factors/1/qr/abcDEF123456", "/factors/1/qr/*"),
        ("/verify/42/abcDEF123456", "/verify/42/abcDEF123456"),
        ("/verify/42/abcDEF1234567890abcDEF1234567890", "/verify/42/*"),
        # signatures
        ("/a?x-oss-signature=abc&q-signature=abc", "/a?x-oss-signature=*&q-signature=*"),
        ("/a?signature_method=abc&signed_headers=host", "/a?signature_method=abc&signed_headers=host"),
        ("/invitations/abcDEF123456", "/invitations/abcDEF123456"),
        ("/users/1/lifecycle/reset_password", "/users/1/lifecycle/reset_password"),
        ("/token/abcDEF1234567890abcDEF", "/token/*"),
        ("/tokens/abcDEF1234567890abcDEF", "/tokens/abcDEF1234567890abcDEF"),
        ("/repos/o/r/secret-scanning/alerts", "/repos/o/r/secret-scanning/alerts"),
    ],
)
def test_what_goes_and_what_stays(url, expected):
    """Case by case."""
    assert shown(url) == expected


@pytest.mark.parametrize("words", sorted(DEFAULT_URLS.params))
def test_listed_parameters_go(words):
    """Signatures and their like, however the name is written."""
    for name in (words.replace(" ", "-"), words.replace(" ", "_").upper()):
        assert shown(f"/a?{name}=abc") == f"/a?{name}=*"


@pytest.mark.parametrize("words", sorted(DEFAULT_URLS.suspects))
def test_suspects_go_where_they_look_random(words):
    """Ordinary values of ordinary names stay."""
    name = words.replace(" ", "_")
    assert shown(f"/a?{name}=ordinary") == f"/a?{name}=ordinary"
    assert shown(f"/a?{name}=abcDEF1234567890abcDEF") == f"/a?{name}=*"


@pytest.mark.parametrize("words", sorted(DEFAULT_URLS.code_siblings))
def test_a_code_goes_beside_what_oauth_sends_with_it(words):
    """Each of the siblings alone is enough."""
    name = words.replace(" ", "_")
    assert shown(f"/a?code=abcdef&{name}=1").startswith("/a?code=*&")


@pytest.mark.parametrize("password", sorted(DEFAULT_URLS.placeholders))
def test_beside_a_placeholder_the_user_is_the_credential(password):
    """Tokens are sent as user names."""
    assert shown(f"https://abcdefgh:{password}@x.test/") == "https://*@x.test/"


def test_a_redacted_url_still_parses():
    """Brackets in an authority would make every parser refuse it."""
    kept = TEXT.url("https://alice:abcdefgh@x.test/?token=abc", sweep(), ("url",))
    assert urllib.parse.urlsplit(kept).hostname == "x.test"
    assert "%5BREDACTED:url.userinfo:" in kept
    assert TEXT.url(kept, sweep(), ("url",)) == kept


def test_what_a_url_loses_is_learned():
    """So that an echo of it goes too."""
    one = sweep()
    TEXT.url("https://alice:correct-horse@x.test/?token=battery-staple", one, ("url",))
    assert set(one.learned) == {"correct-horse", "battery-staple"}


@pytest.mark.parametrize(
    "path", ["/oauth/token", "/login?x", "/OAuth2/v1/authorize", "/signin-oidc", "/a/callback#x"]
)
def test_endpoints_of_oauth_are_known(path):
    """By a segment of their path."""
    assert is_oauth(f"https://x.test{path}")


@pytest.mark.parametrize("path", ["/users?next=/oauth/token", "/tokens", "/authors/1"])
def test_other_endpoints_are_not(path):
    """Substrings and queries do not count."""
    assert not is_oauth(f"https://x.test{path}")


@pytest.mark.parametrize("name", ["p%61ss", "p%2561ss", r"p\u0061ss", "pa%73s"])
def test_names_are_decoded_to_the_end(name):
    """However they are encoded."""
    assert decoded_name(name) == "pass"


_pieces = st.sampled_from(
    ["a", "/", "?", "#", "&", "=", ";", "@", ":", "//", "%20", "%", "[", "]", "é", "token", "x.test"]
)


@settings(max_examples=EXAMPLES)
@given(st.lists(_pieces, max_size=16).map("".join) | st.text(st.characters(), max_size=40))
def test_no_url_raises_and_a_second_pass_changes_nothing(url):
    """Whatever a server may send as one."""
    once = TEXT.url(url, sweep(), ("url",))
    assert TEXT.url(once, sweep(), ("url",)) == once
    if "REDACTED" not in once:
        assert once == clean(url)


def test_of_a_random_user_name_with_a_password_nothing_is_learned():
    """It goes where it stands, and may be an identity elsewhere."""
    one, user = sweep(), fresh_secret(length=32)
    assert user not in TEXT.url(f"https://{user}:hunter-seven@x.test/", one, ("url",))
    assert list(one.learned) == ["hunter-seven"]
