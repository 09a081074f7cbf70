"""Names."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from captured_exchanges.redaction.names.names import Effect, Names, Pair, tokenise
from captured_exchanges.redaction.names.table import DEFAULT_NAMES
from captured_exchanges.redaction.patterns import compiled, compiled_gate
from support.examples import EXAMPLES

NAMES = Names()


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("userPassword", ("user", "password")),
        ("UserPassword", ("user", "password")),
        ("user_password-new.value", ("user", "password", "new", "value")),
        ("APIKey", ("api", "key")),
        ("userAPIKey2", ("user", "api", "key", "2")),
        ("SAMLResponse", ("saml", "response")),
        ("OAuthToken", ("oauth", "token")),
        ("userIDs", ("user", "ids")),
        ("user[password]", ("user", "password")),
        ("$.Password", ("password",)),
        ("ｐａｓｓｗｏｒｄ", ("password",)),
        ("pass\u200bword", ("password",)),
        ("contrasen\u0303a", ("contraseña",)),
        ("пароль", ("пароль",)),
        ("", ()),
        ("\ud800", ()),
    ],
)
def test_a_name_is_split_into_words(name, words):
    """camelCase, acronyms, separators, digits and odd letters all split as a reader would."""
    assert tokenise(name) == words


SUBTREE = [
    "pfx",
    "x_psk",
    "UnlockKey",
    "password",
    "Password",
    "passwd",
    "pwd",
    "user_password",
    "userPassword",
    "db_password",
    "PASSWORD1",
    "unicodePwd",
    "userPassword",
    "ms-Mcs-AdmPwd",
    "passphrase",
    "passcode",
    "client_secret",
    "clientSecret",
    "clientsecret",
    "app_secret",
    "shared_secret",
    "private_key",
    "privateKey",
    "secret_key",
    "SecretAccessKey",
    "secret_access_key",
    "signing_key",
    "encryptionKey",
    "userPKCS12",
    "passwords",
    "krbPrincipalKey",
    "supplementalCredentials",
    "пароль",
    "contraseña",
    "motDePasse",
    "pAssWorD",
    "dbpass",
    "userpassword",
    "newpassword",
    "gitpassword",
    "cookies",
]
SCALAR = [
    # of infrastructure
    "SecureString",
    "concealed",
    "secureJsonData",
    "bindPW",
    "rootpw",
    "admin_pw",
    "user_pw",
    "dbPw",
    "masterauth",
    "requirepass",
    "cryptopass",
    "privPass",
    "wifipass",
    "ssh_key_unlock",
    "snmp_community",
    "roCommunity",
    "rwCommunity",
    "communityString",
    "SecretCode",
    "Base32StringSeed",
    "QRCodePNG",
    "recoveryKey",
    "recovery_keys",
    "unsealKey",
    "unseal_keys",
    "PreSharedKey",
    "PresharedKey",
    "wpaKey",
    "wep_key",
    "SAMLart",
    "secret",
    "token",
    "access_token",
    "accessToken",
    "accesstoken",
    "refresh_token",
    "id_token",
    "idToken",
    "auth_token",
    "_authToken",
    "bearer",
    "api_key",
    "apiKey",
    "apikey",
    "x-api-key",
    "APIKEY",
    "access_key",
    "assertion",
    "client_assertion",
    "SAMLRequest",
    "SAMLResponse",
    "code_verifier",
    "authorization",
    "credential",
    "cookie",
    "set-cookie",
    "session_id",
    "sessionId",
    "jwt",
    "otp",
    "totp",
    "pin",
    "mfa_code",
    "mfaCode",
    "one_time_code",
    "oneTimeCode",
    "recovery_code",
    "recoveryCodes",
    "backup_codes",
    "security_answer",
    "recoveryAnswer",
    "seed",
    "dsn",
    "connection_string",
    "connectionString",
    "webhook_url",
    "webhookUrl",
    "password_hint",
    "asyncToken",
    "session_token",
    "sessionToken",
    "x-okta-xsrftoken",
    "slacktoken",
    "secretText",
    "token_value",
    "tokenHash",
    "password_value",
    "password_data",
    "passwordProfile",
    "otpCode",
    "device_code",
    "x-functions-key",
]
CONTAINER = [
    "credentials",
    "creds",
    "secrets",
    "tokens",
    "auth",
    "authentication",
    "passwordCredentials",
    "keyring",
]
NOT_SECRET = [
    "existingSecret",
    "PasswordReusePrevention",
    "pwdAttribute",
    "tokenAttributes",
    "customKeyIdentifier",
    "secretary",
    "author",
    "monkey",
    "oauth_scopes",
    "client_id",
    "clientId",
    "state",
    "email",
    "key",
    "public_key",
    "publicKey",
    "key_id",
    "kid",
    "fingerprint",
    "AccessKeyId",
    "aws_access_key_id",
    "passwordChanged",
    "password_changed_at",
    "password_last_changed",
    "pwdLastSet",
    "badPwdCount",
    "token_type",
    "tokenType",
    "token_endpoint",
    "password_policy",
    "passwordExpires",
    "password_expires_at",
    "password_enabled",
    "otp_enabled",
    "token_count",
    "secretName",
    "secret_arn",
    "credentialProvider",
    "password_required",
    "password_length",
    "maxPwdAge",
    "nextPageToken",
    "next_page_token",
    "pageToken",
    "continuationToken",
    "syncToken",
    "scroll_id",
    "cursor",
    "skiptoken",
    "NextToken",
    "Marker",
    "compass",
    "passage",
    "passport",
    "keyword",
    "shipping",
    "opinion",
    "spinning",
    "hashtag",
    "passkey",
    "country_code",
    "postalCode",
    "errorCode",
    "X-Auth-User",
    "client_secret_expires_at",
    "access_tokens_url",
    "private_key_id",
    "secret_scanning_alerts",
    "passwordless",
    "monkeys",
    "token_endpoint_auth_methods_supported",
    "code_challenge",
    "session_state",
    "csrf_param",
    "grant_type",
    "redirect_uri",
    "question",
]


@pytest.mark.parametrize("name", SUBTREE)
def test_what_is_secret_by_itself(name):
    """All that stands under such a name goes."""
    assert NAMES.of(name).effect is Effect.SUBTREE


@pytest.mark.parametrize("name", SCALAR)
def test_what_is_a_secret_value(name):
    """Strings and numbers under such a name go."""
    assert NAMES.of(name).effect is Effect.SCALAR


@pytest.mark.parametrize("name", CONTAINER)
def test_what_only_raises_a_suspicion(name):
    """Containers are looked into, not removed."""
    assert NAMES.of(name).effect is Effect.CONTAINER


@pytest.mark.parametrize("name", NOT_SECRET)
def test_what_only_sounds_like_a_secret(name):
    """Near-misses stay readable."""
    assert not NAMES.of(name).secret
    assert NAMES.of(name).effect is not Effect.CONTAINER


@pytest.mark.parametrize("phrase", sorted(DEFAULT_NAMES.pagination))
def test_a_cursor_is_exempt_by_its_whole_name_only(phrase):
    """`nextPageToken` stays, and `asyncNextPageToken` is no cursor if it is anything."""
    snake = phrase.replace(" ", "_")
    assert NAMES.of(snake).effect is Effect.KNOWN
    assert NAMES.of(phrase.replace(" ", "")).effect is Effect.KNOWN
    if phrase.endswith(" token"):
        assert NAMES.of(f"my_{snake}").secret


@pytest.mark.parametrize("suffix", sorted(DEFAULT_NAMES.exempt_tails))
def test_an_exempt_last_word_turns_a_secret_into_something_about_one(suffix):
    """`password_<suffix>` is about a password; what hangs below it is still suspected."""
    assert NAMES.of(f"password_{suffix}").effect in {Effect.ABOUT, Effect.PERMISSIONS}


@pytest.mark.parametrize(
    "label", ["Password Administrator", "Reset password", "The user may change the password"]
)
def test_a_sentence_is_no_name(label):
    """Names with spaces are labels: only what ends with a secret, and is no action, counts."""
    assert not NAMES.of(label).secret


@pytest.mark.parametrize("label", ["API Key", "Administrator password", "Client Secret:"])
def test_a_label_may_be_the_name_of_a_secret(label):
    """Labels of forms count as names."""
    assert NAMES.of(label).secret


def test_a_name_beyond_all_measure_is_not_trusted():
    """A name that is too long to be split hides its value."""
    assert NAMES.of("a" * 5_000).secret


def test_keys_of_pairs_are_told_by_their_last_word():
    """`attributeName` names, `newValue` holds."""
    assert NAMES.of("attributeName").pair is Pair.NAME
    assert NAMES.of("newValue").pair is Pair.VALUE
    assert NAMES.of("surname").pair is Pair.NONE


@pytest.mark.parametrize(
    ("value", "is_vocabulary"),
    [
        ("refresh_token", True),
        ("none", True),
        ("admin", False),
        ("hunter7x", False),
        ("token1", False),
        ("a" * 2_000, False),
        ("\ud800", False),
    ],
)
def test_vocabulary_is_made_of_the_words_of_names(value, is_vocabulary):
    """A list of grant types is told from a pair by its words."""
    assert NAMES.is_vocabulary(value) is is_vocabulary


def test_decisions_are_remembered_within_bounds(monkeypatch):
    """The memory of names never outgrows its bound."""
    monkeypatch.setattr("captured_exchanges.redaction.names.names._MOST_KNOWN", 8)
    names = Names()
    for number in range(100):
        names.of(f"name{number}")
    assert len(names.known) <= 8


_pieces = st.sampled_from(
    [*SUBTREE, *SCALAR, *CONTAINER, "x", "user", "my", "Old", "_", "-", ".", "2", "Pin", "pin", "PIN"]
)


@settings(max_examples=EXAMPLES)
@given(st.lists(_pieces, min_size=1, max_size=4).map("".join))
def test_whatever_has_an_effect_is_found_in_bytes_first(name):
    """The native pattern occurs in every name that would have an effect, or bodies would pass unwalked."""
    source = compiled(NAMES.source())
    if NAMES.of(name).effect in {Effect.SCALAR, Effect.SUBTREE, Effect.CONTAINER, Effect.TRIGGER}:
        assert source.search(f'"{name}":') is not None, name


@settings(max_examples=EXAMPLES)
@given(st.text(max_size=60))
def test_any_name_is_judged_without_an_exception(name):
    """No name raises, and judging twice gives the same."""
    assert NAMES.of(name) == Names().of(name)


@pytest.mark.parametrize("word", sorted(DEFAULT_NAMES.questions))
def test_a_question_about_a_secret_is_none(word):
    """`hasPassword` and `last_password_change` tell about one; `last_password` is one."""
    name = f"{word}_password_change" if word == "last" else f"{word}_password"
    assert NAMES.of(name).effect is Effect.ABOUT
    assert NAMES.of("last_password").effect is Effect.SUBTREE


@pytest.mark.parametrize("phrase", [phrase for row in DEFAULT_NAMES.suspects.values() for phrase in row])
def test_some_keys_are_suspects(phrase):
    """Keys that are secrets of one vendor and names of another."""
    assert NAMES.of(phrase.replace(" ", "_")).effect is Effect.CONTAINER


@pytest.mark.parametrize("phrase", sorted(NAMES.table.beside))
def test_whatever_is_secret_beside_another_is_seen_in_json(phrase):
    """In every spelling; a value or a longer name is none."""
    seen = compiled_gate(NAMES.beside_source())
    for name in (phrase.replace(" ", "_"), phrase.replace(" ", ""), f"_{phrase.title()}", phrase.upper()):
        assert NAMES.of(name).effect is Effect.BESIDE
        assert seen.search(f'{{"x":1,"{name}":2}}') is not None
    assert seen.search(f'{{"x":"{phrase}","{phrase}s and more":2,"0{phrase}":1}}') is None
