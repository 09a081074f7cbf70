"""What standards say: OAuth 2, OpenID Connect, SAML, SCIM, WebAuthn, JOSE."""

import urllib.parse

from corpus.planting import asked, failed, form, got, sent

GUID = "<h*8>-<h*4>-<h*4>-<h*4>-<h*12>"
TOKENS = "https://idp.example.test/oauth2/token"


def quoted(text):
    return urllib.parse.quote(text, safe="")


CASES = {
    "a code for tokens": lambda p: form(
        {
            "grant_type": "authorization_code",
            "code": p("<w*40>"),
            "redirect_uri": "https://app.test/cb",
            "client_id": "token-app",
            "code_verifier": p("<w*43>"),
        },
        url=TOKENS,
        received={
            "access_token": p("<w*40>"),
            "token_type": "Bearer",
            "expires_in": 3600,
            "refresh_token": p("<w*40>"),
            "scope": "openid profile secrets:read",
            "id_token": p.jwt(),
        },
    ),
    "a password for tokens": lambda p: form(
        {"grant_type": "password", "username": "johndoe", "password": p("A3d<a*6>"), "scope": "read:tokens"},
        url=TOKENS,
        received={"access_token": p("<a*22>"), "token_type": "example", "example_parameter": "example_value"},
    ),
    "a client by basic authentication": lambda p: form(
        {"grant_type": "client_credentials"},
        url=TOKENS,
        headers=[("Authorization", f"Basic {p.basic('s6BhdRkqt3', p('gX1<a*12>'))}")],
    ),
    "a refresh": lambda p: form({"grant_type": "refresh_token", "refresh_token": p("tGz<w*20>")}, url=TOKENS),
    "an exchange of tokens": lambda p: form(
        {
            "grant_type": "urn:ietf:params:oauth:grant-type:token-exchange",
            "subject_token": p("<w*40>"),
            "subject_token_type": "urn:ietf:params:oauth:token-type:access_token",
            "requested_token_type": "urn:ietf:params:oauth:token-type:jwt",
            "actor_token": p("<w*40>"),
            "actor_token_type": "urn:ietf:params:oauth:token-type:access_token",
            "audience": "https://api.test",
        },
        url=TOKENS,
        received={
            "access_token": p("<w*40>"),
            "issued_token_type": "urn:ietf:params:oauth:token-type:access_token",
            "token_type": "N_A",
            "expires_in": 60,
        },
    ),
    "an introspection": lambda p: form(
        {"token": p("mF_<w*20>"), "token_type_hint": "access_token"},
        url="https://idp.example.test/oauth2/introspect",
        received={
            "active": True,
            "client_id": "l238j323ds-23ij4",
            "username": "jdoe",
            "scope": "read write dolphin",
            "sub": p.id("Z5O3upPC88<w*10>"),
            "aud": "https://protected.example.net/resource",
            "iss": "https://server.example.com/",
            "exp": 1419356238,
            "iat": 1419350238,
            "jti": p.id(GUID),
            "token_type": "Bearer",
        },
    ),
    "a revocation": lambda p: form(
        {"token": p("45ghi<w*20>"), "token_type_hint": "refresh_token"},
        url="https://idp.example.test/oauth2/revoke",
    ),
    "a device's code": lambda p: got(
        {
            "device_code": p("GmRh<w*30>"),
            "user_code": p("<u*4>-<u*4>"),
            "verification_uri": "https://example.com/device",
            "verification_uri_complete": f"https://example.com/device?user_code={p('<u*4>-<u*4>')}",
            "expires_in": 1800,
            "interval": 5,
        },
        url="https://idp.example.test/oauth2/device_authorization",
    ),
    "a device asking": lambda p: form(
        {
            "grant_type": "urn:ietf:params:oauth:grant-type:device_code",
            "device_code": p("GmRh<w*30>"),
            "client_id": "1406020730",
        },
        url=TOKENS,
        received={
            "error": "authorization_pending",
            "error_description": "The user has not entered the code yet",
        },
        status=400,
    ),
    "CIBA": lambda p: form(
        {
            "scope": "openid email",
            "client_notification_token": p("8d67dc78-<w*20>"),
            "binding_message": "W4SCT",
            "login_hint_token": p.jwt(),
            "client_id": "x",
        },
        url="https://idp.example.test/oauth2/bc-authorize",
    ),
    "a pushed request": lambda p: form(
        {
            "response_type": "code",
            "client_id": "CLIENT1234",
            "state": "duk681S8n00GsJpe7n9boxdzen",
            "redirect_uri": "https://client.example.org/cb",
            "code_challenge": p.id("<w*43>"),
            "code_challenge_method": "S256",
            "scope": "account-information",
        },
        url="https://idp.example.test/as/par",
        received={"request_uri": "urn:ietf:params:oauth:request_uri:" + p("<w*24>"), "expires_in": 90},
    ),
    "DPoP": lambda p: asked(
        "https://api.test/x", headers=[("Authorization", f"DPoP {p('<w*40>')}"), ("DPoP", p.jwt(htm="GET"))]
    ),
    "a redirect with a code": lambda p: asked(
        "https://idp.example.test/authorize?response_type=code&client_id=s6BhdRkqt3&state=xyz&redirect_uri=https%3A%2F%2Fclient.test%2Fcb&code_challenge_method=S256",
        answer_headers=[("Location", f"https://client.test/cb?code={p('SplxlOBeZQ<a*10>')}&state=xyz")],
        status=302,
    ),
    "a redirect with tokens": lambda p: asked(
        "https://idp.example.test/authorize?response_type=token",
        answer_headers=[
            (
                "Location",
                f"https://client.test/cb#access_token={p('<w*22>')}&state=xyz&token_type=bearer&expires_in=3600",
            )
        ],
        status=302,
    ),
    "a logout": lambda p: asked(
        f"https://idp.example.test/logout?id_token_hint={p.jwt()}&post_logout_redirect_uri=https%3A%2F%2Fx.test&state=abc"
    ),
    "a logout by the back channel": lambda p: form(
        {"logout_token": p.jwt()}, url="https://app.test/backchannel-logout"
    ),
    "user info": lambda p: got(
        {
            "sub": p.id("<a*24>"),
            "name": "Jane Doe",
            "preferred_username": "j.doe",
            "email": "janedoe@example.com",
            "email_verified": True,
            "phone_number": "+1 (425) 555-1212",
            "birthdate": "0000-10-31",
            "address": {"street_address": "1234 Password Street", "postal_code": "90210"},
            "nonce": p.id("<w*22>"),
            "at_hash": p.id("<w*22>"),
            "c_hash": p.id("<w*22>"),
            "auth_time": 1700000000,
            "acr": "urn:mace:incommon:iap:silver",
            "amr": ["pwd", "otp"],
            "azp": "s6BhdRkqt3",
        }
    ),
    "discovery": lambda p: got(
        {
            "issuer": "https://server.example.com",
            "authorization_endpoint": "https://server.example.com/connect/authorize",
            "token_endpoint": "https://server.example.com/connect/token",
            "token_endpoint_auth_methods_supported": ["client_secret_basic", "private_key_jwt"],
            "token_endpoint_auth_signing_alg_values_supported": ["RS256", "ES256"],
            "introspection_endpoint": "https://server.example.com/connect/introspect",
            "device_authorization_endpoint": "https://server.example.com/connect/device",
            "jwks_uri": "https://server.example.com/jwks.json",
            "response_types_supported": ["code", "code id_token", "id_token", "id_token token"],
            "grant_types_supported": [
                "authorization_code",
                "refresh_token",
                "password",
                "urn:ietf:params:oauth:grant-type:device_code",
            ],
            "subject_types_supported": ["public", "pairwise"],
            "id_token_signing_alg_values_supported": ["RS256", "ES256", "HS256"],
            "id_token_encryption_alg_values_supported": ["RSA-OAEP-256", "A128KW"],
            "code_challenge_methods_supported": ["plain", "S256"],
            "claims_supported": ["sub", "iss", "auth_time", "name", "password_changed_at"],
            "request_parameter_supported": True,
            "tls_client_certificate_bound_access_tokens": True,
            "backchannel_token_delivery_modes_supported": ["poll", "ping"],
        }
    ),
    "public keys": lambda p: got(
        {
            "keys": [
                {
                    "kty": "RSA",
                    "use": "sig",
                    "kid": p.id("<w*43>"),
                    "x5t": p.id("<w*27>"),
                    "x5t#S256": p.id("<w*43>"),
                    "n": p.id("<w*342>"),
                    "e": "AQAB",
                    "x5c": [p.id("MIIC<b*800>")],
                    "alg": "RS256",
                    "issuer": "https://login.microsoftonline.com/x/v2.0",
                },
                {"kty": "EC", "crv": "P-256", "x": p.id("<w*43>"), "y": p.id("<w*43>"), "kid": "1"},
                {"kty": "OKP", "crv": "Ed25519", "x": p.id("<w*43>"), "kid": p.id("<w*43>")},
            ]
        }
    ),
    "private keys": lambda p: got(
        {
            "keys": [
                {
                    "kty": "RSA",
                    "kid": p.id("<w*22>"),
                    "n": p.id("<w*342>"),
                    "e": "AQAB",
                    "d": p("<w*342>"),
                    "p": p("<w*171>"),
                    "q": p("<w*171>"),
                    "dp": p("<w*171>"),
                    "dq": p("<w*171>"),
                    "qi": p("<w*171>"),
                },
                {"kty": "oct", "kid": "hmac-1", "k": p("<w*43>"), "alg": "HS256"},
                {"kty": "EC", "crv": "P-256", "x": p.id("<w*43>"), "y": p.id("<w*43>"), "d": p("<w*43>")},
            ]
        }
    ),
    "a registered client": lambda p: got(
        {
            "client_id": p.id("s6BhdRkqt3<a*8>"),
            "client_secret": p("ZJYCqe3G<a*30>"),
            "client_secret_expires_at": 1577858400,
            "registration_access_token": p("this.is.an.access.token.value.<a*20>"),
            "registration_client_uri": "https://server.example.com/connect/register?client_id=s6BhdRkqt3",
            "token_endpoint_auth_method": "client_secret_basic",
            "application_type": "web",
            "redirect_uris": ["https://client.example.org/callback"],
            "client_name": "My Password Manager",
            "subject_type": "pairwise",
            "jwks_uri": "https://client.example.org/my_public_keys.jwks",
            "userinfo_encrypted_response_alg": "RSA1_5",
            "contacts": ["ve7jtb@example.org"],
        }
    ),
    "an error of OAuth": lambda p: got(
        {"error": "invalid_grant", "error_description": "The refresh token is invalid, expired or revoked."},
        url=TOKENS,
        status=400,
    ),
    "a challenge": lambda p: got(
        {},
        status=401,
        answer_headers=[
            (
                "WWW-Authenticate",
                'DPoP error="use_dpop_nonce", error_description="Resource server requires nonce in DPoP proof"',
            )
        ],
    ),
    "an assertion of SAML": lambda p: form(
        {"SAMLResponse": p("PHNhbWxwOlJlc3BvbnNl<b*800>=="), "RelayState": "https://app.test/home"},
        url="https://app.test/saml/acs",
    ),
    "a request of SAML": lambda p: asked(
        f"https://idp.example.test/sso?SAMLRequest={quoted(p('fZJNT<b*300>='))}&RelayState=abc&SigAlg=http%3A%2F%2Fwww.w3.org%2F2001%2F04%2Fxmldsig-more%23rsa-sha256&Signature={quoted(p('<b*342>=='))}"
    ),
    "SCIM: users": lambda p: got(
        {
            "schemas": ["urn:ietf:params:scim:api:messages:2.0:ListResponse"],
            "totalResults": 1,
            "itemsPerPage": 1,
            "startIndex": 1,
            "Resources": [
                {
                    "schemas": [
                        "urn:ietf:params:scim:schemas:core:2.0:User",
                        "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User",
                    ],
                    "id": p.id(GUID),
                    "externalId": p.id("00u<a*17>"),
                    "userName": "bjensen@example.com",
                    "name": {"formatted": "Ms. Barbara J Jensen, III", "familyName": "Jensen"},
                    "emails": [{"value": "bjensen@example.com", "type": "work", "primary": True}],
                    "phoneNumbers": [
                        {"value": "555-555-5555", "type": "work"},
                        {"value": "+41-44-668-1800", "type": "pager"},
                    ],
                    "photos": [
                        {
                            "value": "https://photos.example.com/profilephoto/72930000000Ccne/F",
                            "type": "photo",
                        }
                    ],
                    "title": "Vice Password",
                    "password": p("t1meMa$<a*6>"),
                    "x509Certificates": [{"value": p.id("MIIDQzCCAqyg<b*600>")}],
                    "entitlements": [{"value": "secrets:write", "display": "Secrets"}],
                    "roles": [{"value": "password-admin", "primary": True}],
                    "groups": [
                        {
                            "value": p.id(GUID),
                            "$ref": f"https://example.com/v2/Groups/{p.id(GUID)}",
                            "display": "Token Engineers",
                        }
                    ],
                    "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User": {
                        "employeeNumber": "701984",
                        "costCenter": "4130",
                        "department": "Key Accounts",
                        "manager": {"value": p.id("26118915-<a*12>"), "displayName": "John Smith"},
                    },
                    "meta": {
                        "resourceType": "User",
                        "version": f'W/"{p.id("<h*32>")}"',
                        "location": f"https://example.com/v2/Users/{p.id(GUID)}",
                    },
                }
            ],
        },
        url="https://example.com/scim/v2/Users?filter=userName%20eq%20%22bjensen%22&startIndex=1&count=100",
        headers=[("Authorization", f"Bearer {p('<h*48>')}"), ("Accept", "application/scim+json")],
    ),
    "SCIM: a patch": lambda p: sent(
        {
            "schemas": ["urn:ietf:params:scim:api:messages:2.0:PatchOp"],
            "Operations": [
                {"op": "replace", "path": "password", "value": p("Pass<a*8>")},
                {"op": "Replace", "path": "active", "value": False},
                {"op": "replace", "path": "name.familyName", "value": "Password"},
                {"op": "add", "path": 'emails[type eq "work"].value', "value": "x@example.com"},
                {"op": "replace", "value": {"password": p("Pass<a*8>"), "displayName": "Babs"}},
                {"op": "add", "path": "members", "value": [{"value": p.id(GUID), "display": "Babs"}]},
            ],
        },
        method="PATCH",
    ),
    "SCIM: a bulk": lambda p: sent(
        {
            "failOnErrors": 1,
            "Operations": [
                {
                    "method": "POST",
                    "path": "/Users",
                    "bulkId": "qwerty",
                    "data": {"userName": "Alice", "password": p("sec<a*8>")},
                },
                {
                    "method": "PUT",
                    "path": "/Users/b7c14771",
                    "version": 'W/"3694e05e9dff591"',
                    "data": {"id": p.id(GUID), "userName": "Bob"},
                },
            ],
        }
    ),
    "SCIM: a schema": lambda p: got(
        {
            "id": "urn:ietf:params:scim:schemas:core:2.0:User",
            "name": "User",
            "attributes": [
                {
                    "name": "password",
                    "type": "string",
                    "multiValued": False,
                    "description": "The User's cleartext password.  This attribute is intended to be used as a means to specify an initial password when creating a new User or to reset an existing User's password.",
                    "required": False,
                    "caseExact": False,
                    "mutability": "writeOnly",
                    "returned": "never",
                    "uniqueness": "none",
                },
                {"name": "userName", "type": "string", "mutability": "readWrite"},
            ],
        }
    ),
    "SCIM: what a server can": lambda p: got(
        {
            "patch": {"supported": True},
            "changePassword": {"supported": True},
            "authenticationSchemes": [
                {
                    "name": "OAuth Bearer Token",
                    "description": "Authentication scheme using the OAuth Bearer Token Standard",
                    "specUri": "https://www.rfc-editor.org/info/rfc6750",
                    "type": "oauthbearertoken",
                    "primary": True,
                },
                {"name": "HTTP Basic", "type": "httpbasic"},
            ],
        }
    ),
    "WebAuthn: options": lambda p: got(
        {
            "publicKey": {
                "challenge": p.id("<w*43>"),
                "rp": {"id": "example.com", "name": "Example"},
                "user": {"id": p.id("<w*22>"), "name": "alice@example.com", "displayName": "Alice"},
                "pubKeyCredParams": [{"type": "public-key", "alg": -7}],
                "excludeCredentials": [{"type": "public-key", "id": p.id("<w*86>"), "transports": ["usb"]}],
                "authenticatorSelection": {"residentKey": "preferred", "userVerification": "preferred"},
                "attestation": "none",
            }
        }
    ),
    "WebAuthn: credentials": lambda p: got(
        {
            "credentials": [
                {
                    "credentialId": p.id("<w*86>"),
                    "publicKey": p.id("pQECAyYgASFYI<w*80>"),
                    "signCount": 7,
                    "aaguid": p.id(GUID),
                    "userHandle": p.id("<w*22>"),
                    "transports": ["internal", "hybrid"],
                    "nickname": "Password-less laptop",
                    "credentialType": "public-key",
                    "createdAt": "2024-01-01T00:00:00Z",
                }
            ]
        }
    ),
    "a Digest": lambda p: asked(
        "https://api.test/dir",
        headers=[
            (
                "Authorization",
                "Digest "
                + p.known(
                    f'username="Mufasa", realm="x", nonce="{p.id("<h*34>")}", uri="/dir", response="{p("<h*32>")}"'
                ),
            )
        ],
    ),
    "a proxy's credentials": lambda p: [
        asked(
            "https://api.test/x",
            headers=[("Proxy-Authorization", f"Basic {p.basic('corp-user', (password := p('prx<a*10>')))}")],
        ),
        failed(f"ProxyError: cannot connect to http://corp-user:{password}@proxy.test:3128"),
        failed(f"407 from proxy, tried {password}"),
    ],
    "a token in an error": lambda p: [
        asked("https://api.test/x", headers=[("Authorization", f"Bearer {(token := p('<a*40>'))}")]),
        failed(
            f"401 Client Error for url https://api.test/x with headers {{'Authorization': 'Bearer {token}', 'Accept': '*/*'}}"
        ),
        failed(f"token rejected: {token}"),
    ],
    "a retry that moves the token": lambda p: [
        asked("https://api.test/x", headers=[("X-Auth", token := p("<a*40>"))]),
        asked(f"https://api.test/x?t0={token}&page=2"),
        got({"echo": {"args": [token, "page"]}}),
    ],
    "a retry that moves the token back": lambda p: [
        asked(f"https://api.test/x?access_token={(token := p('<a*40>'))}&page=2"),
        asked("https://api.test/x", headers=[("X-Custom-Thing", token)]),
        got({"echo": [token, "page"]}),
    ],
    "a learned token": lambda p: [
        form(
            {
                "grant_type": "client_credentials",
                "client_id": "abc",
                "client_secret": (secret := p("<a*30>")),
            },
            url=TOKENS,
            received={
                "access_token": (token := p("<a*40>")),
                "refresh_token": (refresh := p("<a*40>")),
                "token_type": "Bearer",
            },
        ),
        got({"debug": f"session {token} of abc", "seen": [refresh], "client": {"note": secret}}),
        asked(f"https://api.test/whoami/{token}"),
        failed(f"refused: {refresh}"),
    ],
    "a session learned from a cookie": lambda p: [
        got(
            {"ok": True},
            answer_headers=[("Set-Cookie", f"session_id={(session := p('<a*40>'))}; Path=/; HttpOnly")],
        ),
        got({"debug": f"session {session} is old"}),
    ],
    "a session learned from a header": lambda p: [
        got({"ok": True}, answer_headers=[("X-Subject-Token", token := p("<a*40>"))]),
        got({"debug": f"session {token} is old"}),
    ],
    "tokens that are cursors": lambda p: got(
        {
            "asyncToken": p("<a*30>"),
            "nextPageToken": p.id("<a*30>"),
            "next_page_token": p.id("<a*30>"),
            "continuationToken": p.id("<a*30>"),
            "syncToken": p.id("<a*30>"),
            "NextToken": p.id("<a*30>"),
            "Marker": p.id("<a*30>"),
        }
    ),
    "numbers": lambda p: got(
        {
            "otp": p.number(6),
            "pin": p.number(4),
            "password": p.number(8),
            "mfa_code": p.number(6),
            "otp_length": 6,
            "pin_required": True,
            "password_count": 3,
            "token": None,
            "secret": False,
            "api_key": True,
            "security_code": p.number(3),
        }
    ),
    "containers": lambda p: got(
        {
            "credentials": {"provider": {"type": "OKTA", "name": "OKTA"}},
            "permissions": {"secrets": "read", "tokens": "write", "password_resets": "none"},
            "auth": {"type": "oauth2"},
            "secrets": {"count": 3, "names": ["db", "smtp"]},
            "tokens": [{"id": 1, "name": "ci"}],
        }
    ),
}
