"""Which names mean a secret: the tables that `names` decides by. Data only.

Phrases are written as words, in lower case: `client secret` stands for `clientSecret`, `client_secret`,
`Client-Secret`, `CLIENTSECRET` and every other spelling that splits into these two words. Each table maps
the label of a rule, which shows in markers as `name.<label>`, to its phrases.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TypeAlias

from captured_exchanges.redaction.names.vaults import DEFAULT_VAULTS, Vault

__all__ = ["DEFAULT_NAMES", "NameTable", "Phrases"]

Phrases: TypeAlias = Mapping[str, tuple[str, ...]]


@dataclass(frozen=True, slots=True)
class NameTable:
    """The tables, in the order in which they are asked; see `names` for how each is matched."""

    pagination: frozenset[str]
    """Whole names of cursors, never secret."""
    benign: frozenset[str]
    """Whole names that sound like a secret and are none."""
    listed: Phrases
    """At the end of a name, and stronger than every exemption."""
    questions: frozenset[str]
    """First words, and words before a secret one, that make a name ask or tell about it: `hasPassword`."""
    exempt_tails: frozenset[str]
    """Last words after which a name means something about a secret, not the secret."""
    known_tails: frozenset[str]
    """Last words of names whose values are known to be no secret, however random they look."""
    permissions: frozenset[str]
    """Last words under which secret names are names of permissions."""
    containers: frozenset[str]
    """Last words that only set a suspicion."""
    suspects: Phrases
    """Names that end with them set a suspicion too: of a `routing key` what looks random goes."""
    neutral_tails: frozenset[str]
    """Last words that change nothing: `password_value` is a password."""
    strong: Phrases
    """Secret by themselves, wherever they stand in a name; everything under them goes."""
    scalar: Phrases
    """Secret where a name ends with them; an object under them is looked into, not removed."""
    whole: Phrases
    """As `scalar`, where they are the whole name."""
    beside: Mapping[str, tuple[str, ...]]
    """Whole names that are secret only where a sibling's whole name is one of these."""
    joined: frozenset[str]
    """Further words that names written without separators are made of: `userpassword`."""
    methods: frozenset[str]
    """Words that stand beside the names of secrets in lists of methods: `["password", "webauthn"]`."""
    endings: tuple[str, ...]
    """Words that are split off the end of a longer one: `gitpassword`. No word of any language ends so."""
    harmless: frozenset[str]
    """Values that no rule but a strong one takes for a secret."""
    label_verbs: frozenset[str]
    """First words that make a name with spaces the name of an action: `Reset password`."""
    pair_names: frozenset[str]
    """Last words of the key that holds the name of a pair: `{"name": "password", "value": …}`."""
    pair_labels: frozenset[str]
    """The same, of keys that as often hold the kind of a thing, `{"type": "reset_password", "data": …}`; as
    whole names: `token_type` is none."""
    pair_values: frozenset[str]
    """Last words of the keys that hold its value."""
    pair_whole: frozenset[str]
    """The same, but as whole names only: `before`, and not `not_before`."""
    vaults: tuple[Vault, ...]
    """Objects whose values are secrets whatever they are called, and values that a flag makes secrets. What a
    URL says about its bodies stands in the table of resources.
    """
    lasting: frozenset[str]
    """Labels of secrets that later exchanges will carry, where few of them are learned at once."""
    table_heads: frozenset[str]
    """Whole names of keys that hold the names of columns."""
    password_labels: frozenset[str] = field(default=frozenset({"password", "passphrase", "passcode"}))
    """The labels beside which a hash or a salt is one of a password."""
    added: Phrases = field(default_factory=dict)
    """A policy's own, at the end of a name, stronger than all but `exempt`; everything under them goes."""
    exempt: frozenset[str] = frozenset()
    """Whole names that a policy has exempted."""


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


def _phrases(text: str) -> tuple[str, ...]:
    return tuple(phrase.strip() for phrase in text.split(","))


_PAGINATION = frozenset(
    _phrases(
        "next page token, page token, prev page token, previous page token, continuation token,"
        "next continuation token, sync token, next sync token, next token, prev token, previous token,"
        "start token, starting token, cursor, next cursor, prev cursor, previous cursor, end cursor,"
        "start cursor, skip token, delta token, change token, marker, next marker, key marker,"
        "ms continuation token, ms continuation, goog page token, pagination token, paging token,"
        "paginate token, list token, offset token, resume token, resumption token, page cursor, bookmark,"
        "iterator, next, after, before, continuation, scan token, next page, next batch token,"
        "next record token, exclusive start key, last evaluated key"
    )
)

_BENIGN = frozenset(
    _phrases(
        "public key, public keys, ssh key, ssh public key, gpg key, deploy key, site key, publishable key,"
        "verification key, key, credential data, existing secret, csrf param, csrf parameter, forti token"
    )
)

_LISTED: Phrases = {
    "webhook_url": _phrases("webhook url, webhook uri, incoming webhook"),
    "password_hint": _phrases("password hint, pass phrase hint"),
    "session_id": _phrases("session id, jsessionid, phpsessid, sess id"),
    "id_token": _phrases("id token hint"),
}

_EXEMPT_TAILS = _words(
    """
    changed at on by in expires expire expired expiring expiry expiration policy policies status state set
    enabled disabled count counts type types url urls uri uris endpoint endpoints length age required
    provider providers id ids date dates time times timestamp days hours minutes seconds name names arn ref
    refs reference format formats method methods alg algorithm algorithms version versions strength score
    complexity quality min max minimum maximum limit limits lifetime ttl duration validity period interval
    rotation rotated updated created modified issued reset resets unset valid invalid verified exists
    present supported allowed forced never locked usage used uses reuse claims audience issuer subject label
    labels description title display category manager managers admins administrator administrators protected
    groups roles users owners rule rules question questions scanning alert alerts requirements requirement
    properties access management recovery less free synced sync source location path paths attempts failures
    retries warning notification notifications message messages error errors reason event events link links
    href kind class mode tag tags comment notes template index order fingerprint thumbprint kid email mail
    username hostname realm authority handler factor factors challenge grants prompt placeholder feature
    generator field fields encoding vault safe lockout origin owner group subentry prevention computed login
    logon signin attribute attributes process store changer resetter validator
    ablauf ablaufdatum richtlinie richtlinien geaendert geändert am gesetzt datum länge laenge caducada
    caducidad vence vencimiento cambiada politica política alterada modifie modifié
    """
)

_QUESTIONS = _words(
    """
    last has is was can must should may need needs require requires allow allows enables disables force
    fecha date
    """
)

_KNOWN_TAILS = _words(
    """
    user phone domain host port tenant org organization company department region environment level size
    role service vendor engine certificate certificates cert certs csr jti sid self prev first last
    nickname locale timezone city country street employee upn guid uuid etag rel account avatar picture
    photo image icon website schema schemas resource action operation result outcome device client ip agent
    os browser accessor handle identifier uid sub
    application app project team workspace customer subscription member person
    """
)

_PERMISSIONS = _words(
    "permission permissions scope scopes entitlements privileges capabilities features rights"
)

_CONTAINERS = _words("credentials creds cred secrets tokens auth authentication keyring keychain")

_NEUTRAL_TAILS = _words(
    """
    value values string text plain plaintext cleartext clear raw data hash hashed digest salt salted
    encrypted enc encoded base b hex binary bytes old new current previous prev confirm confirmation
    confirmed repeat again verify retype default temp temporary initial prod production dev staging test qa
    primary secondary live sandbox main backup v input pem der json blob content header param parameter
    """
)

_STRONG: Phrases = {
    "password": _phrases(
        "password, passwords, passwds, pwd, pwds, psswd, passwort, passwörter, kennwort, contraseña,"
        "contrasena, contrasenya, contrasenia, senha, palavra passe, wachtwoord, mot de passe, mot passe,"
        "mdp, haslo, hasło, heslo, lozinka, geslo, jelszo, jelszó, losenord, lösenord, passord, salasana,"
        "parool, adgangskode, parola, sifre, şifre, mat khau, пароль, парола, 密码, 密碼, 口令, パスワード,"
        "비밀번호, סיסמה, pass word, pass wd, user pass, db pass, psk, pswd, passw, passwrd, pword, psw"
    ),
    "passphrase": _phrases("pass phrase, pass phrases, パスフレーズ"),
    "passcode": _phrases("pass code, pass codes"),
    "client_secret": _phrases(
        "client secret, app secret, application secret, api secret, consumer secret, shared secret,"
        "signing secret, webhook secret, oauth secret, token secret, totp secret, otp secret, mfa secret,"
        "service account secret, bind secret"
    ),
    "private_key": _phrases(
        "private key, private keys, priv key, private jwk, private pem, keytab, pkcs 12, pfx, 秘密鍵, 私钥"
    ),
    "secret_key": _phrases("secret key, secret keys, secret access key, azure account key, proof key"),
    "signing_key": _phrases(
        "signing key, signer key, encryption key, decryption key, master key, client key data, hmac key,"
        "unlock key, krb principal key, krb m key, trust auth incoming, trust auth outgoing,"
        "supplemental credentials"
    ),
    "cookies": _phrases("cookies, cookie jar"),
}

_SCALAR: Phrases = {
    "secret": _phrases(
        "secret, geheimnis, segredo, secreto, clave secreta, chave secreta, секрет, secure string,"
        "encrypted value, security stamp, kubeconfig, totp key, otp key, authenticator key, setup key,"
        "manual entry key, concealed, secure json data, hotp key, oath key, dockerconfigjson, dockercfg"
    ),
    "token": _phrases(
        "token, tok, tkn, токен, 令牌, access tokens, refresh tokens, id tokens, token last eight,"
        "activation barcode, magic link, state handle, interaction handle, auth session, auth ticket,"
        "login ticket"
    ),
    "api_key": _phrases(
        "api key, api keys, application key, application keys, subscription key, functions key"
    ),
    "access_key": _phrases(
        "access key, access keys, shared key, storage key, auth key, session key, ssl key, tls key,"
        "connect key, recovery key, recovery keys, unseal key, unseal keys, pre shared key, wpa key,"
        "wep key, authentication key, privacy key, radius key, tacacs key, aes key, mac key, enc key,"
        "fernet key, kerberos key, krb 5 key"
    ),
    "bearer": _phrases("bearer"),
    "assertion": _phrases("assertion, saml request, saml response, saml art, wresult"),
    "code_verifier": _phrases("code verifier, oauth verifier, pkce verifier"),
    "authorization": _phrases("authorization, auth string, auth header"),
    "community": _phrases("community string, snmp community, ro community, rw community"),
    "credential": _phrases("credential, new credentials"),
    "cookie": _phrases("cookie, set cookie, csrf, xsrf, crumb"),
    "jwt": _phrases("jwt, jwe, jws"),
    "otp": _phrases("otp, totp, hotp, otps, otpauth, securid"),
    "pin": _phrases("pin, pin code, pin number, puk, puk code, 暗証番号, cvv, cvc"),
    "pass": _phrases(
        "pass, pass md 5, pass sha 1, requirepass, pw, root pw, admin pw, master auth, key unlock"
    ),
    "code": _phrases(
        "mfa code, otp code, totp code, one time code, verification code, security code, recovery code,"
        "recovery codes, backup code, backup codes, scratch code, scratch codes, device code, auth code,"
        "authorization code, reset code, confirmation code, invitation code, login code, sms code,"
        "oob code, two factor code, 2 fa code, activation code, access code, secret code, bypass code,"
        "bypass codes, verification codes, one time codes, unlock code, pairing code, enrollment code,"
        "install code, email code, verify code, confirm code, validation code, emergency code,"
        "session code, emergency codes, authentication code, token code, invite code, temporary code,"
        "temp code, tfa code, vcode, binding code, interaction code, rescue codes, magic code, reset key,"
        "zugangscode"
    ),
    "answer": _phrases(
        "recovery answer, security answer, secret answer, challenge answer, kba answer, kba answers,"
        "password answer, recovery answers, security answers, question answer, hint answer"
    ),
    "seed": _phrases(
        "string seed, qr code, qr code png, qr code img, qr code image, seed phrase, recovery phrase,"
        "mnemonic phrase, otp seed, totp seed, mfa seed, wallet seed, token seed, hotp seed, tfa seed"
    ),
    "connection_string": _phrases("connection string, connection strings, conn str, conn string, dsn"),
    "hash": _phrases(
        "nt hash, lm hash, prov hash, reset hash, reset digest, activation digest, remember digest,"
        "authentication string"
    ),
    "signature": _phrases("shared access signature"),
}

_SUSPECTS: Phrases = {
    "key": _phrases(
        "integration key, routing key, service key, primary key, secondary key, app key, token key,"
        "server key, activation key, license key, provisioning key, sa key, gcp key, json key,"
        "signature key, apns key, rsa key, key material, jwt key, base 64 key, skey, key store,"
        "session info, custom headers, account key, cert key, client key, pem key,"
        "device key, data key, wrapped key, exported key, wallet key, firebase key, kek, dek"
    ),
    "token": _phrases(
        "pat, tgt, ticket granting ticket, service ticket, login return, login result, login response,"
        "logon result, authenticate return, authenticate result, authenticate response"
    ),
}

_WHOLE: Phrases = {
    "hash": _phrases("ha 1, ha 1 b, digest ha 1"),
    "seed": _phrases("seed, mnemonic, xprv, pepper"),
    "session_id": _phrases("connect sid, smsession, mrh session"),
    "access_key": _phrases("keys base 64"),
}

_BESIDE: Mapping[str, tuple[str, ...]] = {
    **dict.fromkeys(("hash", "salt", "user salt", "digest"), ("password",)),
    "answer": ("question", "mechanism id"),
    **{f"answer {n}": (f"question {n}",) for n in (1, 2, 3)},
    "clave": ("usuario",),
    "secret id": ("role id", "accessor id"),
    "encoded": ("api key",),
    "session": ("challenge name", "challenge parameters", "secret code", "authentication result"),
    "plaintext": ("key id", "ciphertext blob"),
    "community": ("snmpver", "snmp version", "snmp port"),
    "host key": ("pmi", "web link"),
    "result": ("bcrypt hash", "override special"),
    "keys": ("keys base 64", "root token"),
    "hint": ("secret text", "key id"),
    "user code": ("device code", "verification uri", "access token", "friendly device name"),
    "sig": ("sv", "sp"),
    "signature": ("protected",),
    "code": ("grant type", "redirect uri", "code verifier"),
    **dict.fromkeys(("d", "p", "q", "dp", "dq", "qi", "k", "oth"), ("kty",)),
}

_JOINED = _words(
    "crypto host database old current ldap proxy smtp mail my x salt text wifi ssh ftp sql vm ipa"
)

_HARMLESS = _words(
    """
    true false null none nil yes no on off required optional enabled disabled read write admin read-only
    readonly read-write readwrite manage full all any view edit create update delete execute inherit default
    seconds minutes hours days weeks months years granted denied allow deny owner maintainer guest n/a
    unknown active inactive expired revoked
    """
)

_LABEL_VERBS = _words(
    """
    reset resets change changes changed manage manages view views forgot update updates set sets rotate
    create creates delete deletes read write list use require requires expire force revoke issue grant no
    without invalid wrong missing
    """
)

_PAIR_NAMES = _words(
    "name key setting option prop column field attribute attributes parameter param header variable"
    " property k"
)
_PAIR_LABELS = _words("type id label title path") | {"attribute type", "display label", "secret type"}
_PAIR_VALUES = _words("value values val vals v")
_PAIR_WHOLE = _words(
    "content contents data text string plaintext from to old new before after previous current default"
) | {"from string", "to string"}

_LASTING = _words(
    "login token api_key access_key bearer session_id client_secret secret secret_key jwt assertion"
    " cookie cookies authorization set-cookie"
)

DEFAULT_NAMES = NameTable(
    pagination=_PAGINATION,
    benign=_BENIGN,
    listed=_LISTED,
    questions=_QUESTIONS,
    exempt_tails=_EXEMPT_TAILS,
    known_tails=_KNOWN_TAILS,
    permissions=_PERMISSIONS,
    containers=_CONTAINERS,
    suspects=_SUSPECTS,
    neutral_tails=_NEUTRAL_TAILS,
    strong=_STRONG,
    scalar=_SCALAR,
    whole=_WHOLE,
    beside=_BESIDE,
    joined=_JOINED,
    methods=_words(
        "implicit email sms webauthn fido fido2 saml oidc oauth2 sso push mfa ldap kerberos certificate none"
        " social passkey phone call hardware hybrid"
    ),
    endings=("password", "passwd", "passphrase", "apikey", "secret", "token"),
    harmless=_HARMLESS,
    label_verbs=_LABEL_VERBS,
    pair_names=_PAIR_NAMES,
    pair_labels=_PAIR_LABELS,
    pair_values=_PAIR_VALUES,
    pair_whole=_PAIR_WHOLE,
    vaults=DEFAULT_VAULTS,
    lasting=_LASTING,
    table_heads=frozenset({"columns", "fields", "headers", "header", "column names", "cols", "schema"}),
)
