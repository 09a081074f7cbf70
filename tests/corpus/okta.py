"""Okta: users, apps, factors, sessions, tokens, system log."""

from corpus.planting import Whole, asked, failed, form, got, sent

API = "https://acme.okta.com/api/v1"


def user(p):
    """A user as Okta lists it."""
    return {
        "id": p.id("00u<a*17>"),
        "status": "ACTIVE",
        "created": "2023-06-24T16:39:18.000Z",
        "activated": "2023-06-24T16:39:19.000Z",
        "statusChanged": "2023-06-24T16:39:19.000Z",
        "lastLogin": "2024-01-24T17:39:19.000Z",
        "lastUpdated": "2024-06-27T16:35:28.000Z",
        "passwordChanged": "2023-06-24T16:39:19.000Z",
        "type": {"id": p.id("oty<a*17>")},
        "profile": {
            "firstName": "Isaac",
            "lastName": "Brock",
            "email": "isaac.brock@example.com",
            "login": "isaac.brock@example.com",
            "secondEmail": None,
            "mobilePhone": "+1-555-415-1337",
            "primaryPhone": "+1 415 555 1337",
            "title": "Token Engineer",
            "department": "Key Accounts",
            "division": "R&D",
            "manager": "Mary Secretary",
            "managerId": "u-10442",
            "employeeNumber": "701984",
            "costCenter": "10",
            "secretary": "carol",
            "userType": "Employee",
            "locale": "en_US",
            "honorificPrefix": "Dr.",
        },
        "credentials": {
            "password": {},
            "recovery_question": {"question": "Who's a major player in the cowboy scene?"},
            "emails": [{"value": "isaac.brock@example.com", "status": "VERIFIED", "type": "PRIMARY"}],
            "provider": {"type": "OKTA", "name": "OKTA"},
        },
        "_links": {
            "resetPassword": {
                "href": f"{API}/users/{p.id('00u<a*17>')}/lifecycle/reset_password",
                "method": "POST",
            },
            "changeRecoveryQuestion": {
                "href": f"{API}/users/{p.id('00u<a*17>')}/credentials/change_recovery_question"
            },
            "changePassword": {"href": f"{API}/users/{p.id('00u<a*17>')}/credentials/change_password"},
        },
    }


CASES = {
    "a page of users": lambda p: got(
        [user(p), user(p)],
        url=f"{API}/users?after={p.id('100u<a*17>')}&limit=200&search=status%20eq%20%22ACTIVE%22",
        headers=[("Authorization", f"SSWS {p('00<w*40>')}"), ("Accept", "application/json")],
        answer_headers=[
            ("Link", f'<{API}/users?limit=200>; rel="self"'),
            ("Link", f'<{API}/users?after={p.id("00u<a*17>")}&limit=200>; rel="next"'),
            ("X-Okta-Request-Id", p.id("Z<w*26>")),
            ("x-rate-limit-remaining", "598"),
            ("x-rate-limit-reset", "1700000060"),
            ("set-cookie", f"sid={p('<w*40>')}; path=/; secure; HttpOnly"),
            ("set-cookie", f"JSESSIONID={p('<H*32>')}; Path=/; Secure; HttpOnly"),
            ("content-security-policy", "default-src 'self' acme.okta.com"),
        ],
    ),
    "an imported user with a password hash": lambda p: sent(
        {
            "profile": {"firstName": "Isaac", "email": "isaac@example.com", "login": "isaac@example.com"},
            "credentials": {
                "password": Whole(
                    hash={
                        "algorithm": "BCRYPT",
                        "workFactor": 10,
                        "salt": p("<b*22>"),
                        "value": p("<b*31>"),
                    }
                ),
                "recovery_question": {"question": "Name of first pet?", "answer": p("Annie <a*9>")},
                "provider": {"type": "IMPORT", "name": "IMPORT"},
            },
            "groupIds": [p.id("00g<a*17>")],
        },
        url=f"{API}/users?activate=true&provider=true",
    ),
    "a user with a password": lambda p: sent(
        {
            "profile": {"login": "b@example.com", "email": "b@example.com"},
            "credentials": {
                "password": Whole(value=p("tlpWENT2m<a*5>")),
                "recovery_question": {"question": "Who are you?", "answer": p("nobody<a*6>")},
            },
        },
        url=f"{API}/users",
    ),
    "a password inline hook": lambda p: sent({"credentials": {"password": Whole(hook={"type": "default"})}}),
    "a change of a password": lambda p: sent(
        {
            "oldPassword": Whole(value=p("Old<a*12>")),
            "newPassword": Whole(value=p("New<a*12>")),
            "revokeSessions": True,
        },
        url=f"{API}/users/{p.id('00u<a*17>')}/credentials/change_password",
    ),
    "a reset link": lambda p: got(
        {"resetPasswordUrl": f"https://acme.okta.com/reset_password/{p('<w*20>')}"},
        url=f"{API}/users/{p.id('00u<a*17>')}/lifecycle/reset_password?sendEmail=false",
    ),
    "an activation": lambda p: got(
        {
            "activationUrl": f"https://acme.okta.com/welcome/{p('<w*20>')}",
            "activationToken": p("<w*20>"),
        }
    ),
    "a temporary password": lambda p: got({"tempPassword": p("HR<a*6>")}),
    "primary authentication": lambda p: [
        sent(
            {
                "username": "dade.murphy@example.com",
                "password": p("correct<a*8>"),
                "options": {"multiOptionalFactorEnroll": False},
            },
            url="https://acme.okta.com/api/v1/authn",
            received={
                "expiresAt": "2015-11-03T10:15:57.000Z",
                "status": "SUCCESS",
                "relayState": "/myapp/some/deep/link/i/want/to/return/to",
                "sessionToken": (token := p("00<w*40>")),
                "_embedded": {
                    "user": {
                        "id": p.id("00u<a*17>"),
                        "passwordChanged": "2015-09-08T20:14:45.000Z",
                        "profile": {"login": "dade.murphy@example.com", "locale": "en_US"},
                    }
                },
            },
        ),
        asked(
            f"https://acme.okta.com/login/sessionCookieRedirect?token={token}&redirectUrl=https%3A%2F%2Facme.okta.com"
        ),
        failed(f"invalid session {token}"),
    ],
    "a state of authentication": lambda p: got(
        {
            "stateToken": p("007ucIX7<w*34>"),
            "factorResult": "WAITING",
            "status": "MFA_CHALLENGE",
            "type": "token:software:totp",
            "_embedded": {
                "factor": {
                    "id": p.id("ostf<a*16>"),
                    "factorType": "token:software:totp",
                    "provider": "OKTA",
                    "vendorName": "OKTA",
                    "profile": {"credentialId": "dade.murphy@example.com"},
                },
                "policy": {"allowRememberDevice": False, "rememberDeviceLifetimeInMinutes": 15},
            },
        }
    ),
    "an enrolled factor": lambda p: got(
        {
            "id": p.id("ostf1<a*15>"),
            "factorType": "token:software:totp",
            "provider": "GOOGLE",
            "status": "PENDING_ACTIVATION",
            "profile": {"credentialId": "dade.murphy@example.com"},
            "_embedded": {
                "activation": {
                    "timeStep": 30,
                    "sharedSecret": p("<u*16>"),
                    "encoding": "base32",
                    "keyLength": 16,
                    "_links": {
                        "qrcode": {
                            "href": f"{API}/users/{p.id('00u<a*17>')}/factors/{p.id('ost<a*17>')}/qr/{p('<w*43>')}",
                            "type": "image/png",
                        }
                    },
                }
            },
        }
    ),
    "factors that are no secrets": lambda p: got(
        [
            {
                "id": p.id("sms<a*17>"),
                "factorType": "sms",
                "provider": "OKTA",
                "profile": {"phoneNumber": "+1-555-415-1337"},
            },
            {
                "id": p.id("ost<a*17>"),
                "factorType": "token:software:totp",
                "provider": "OKTA",
                "status": "ACTIVE",
            },
            {
                "id": p.id("ufs<a*17>"),
                "factorType": "question",
                "profile": {
                    "question": "disliked_food",
                    "questionText": "What is the food you least liked as a child?",
                },
            },
            {
                "id": p.id("fwf<a*17>"),
                "factorType": "webauthn",
                "profile": {
                    "credentialId": p.id("<w*86>"),
                    "appId": None,
                    "version": None,
                    "authenticatorName": "YubiKey 5 Series",
                },
            },
            {
                "id": p.id("opf<a*17>"),
                "factorType": "push",
                "profile": {
                    "credentialId": "a@example.com",
                    "deviceType": "SmartPhone_IPhone",
                    "keys": [{"kty": "PKIX", "use": "sig", "kid": "default", "x5c": [p.id("<b*120>")]}],
                    "name": "Gibson",
                    "platform": "IOS",
                },
            },
        ]
    ),
    "the answer to a question": lambda p: sent(
        {
            "factorType": "question",
            "provider": "OKTA",
            "profile": {"question": "disliked_food", "answer": p("may<a*8>")},
        }
    ),
    "a pass code": lambda p: sent(
        {"passCode": p("<d*6>")}, url=f"{API}/authn/factors/{p.id('ost<a*17>')}/verify"
    ),
    "an OIDC app": lambda p: got(
        {
            "id": p.id("0oa<a*17>"),
            "name": "oidc_client",
            "label": "Password Vault Viewer",
            "status": "ACTIVE",
            "signOnMode": "OPENID_CONNECT",
            "accessibility": {"selfService": False, "errorRedirectUrl": None},
            "credentials": {
                "userNameTemplate": {"template": "${source.login}", "type": "BUILT_IN"},
                "signing": {"kid": p.id("<w*43>")},
                "oauthClient": {
                    "autoKeyRotation": True,
                    "client_id": p.id("0oa<a*17>"),
                    "client_secret": p("<w*64>"),
                    "token_endpoint_auth_method": "client_secret_post",
                    "pkce_required": False,
                },
            },
            "settings": {
                "oauthClient": {
                    "client_uri": "http://localhost:8080",
                    "redirect_uris": ["https://example.com/oauth2/callback"],
                    "response_types": ["token", "id_token", "code"],
                    "grant_types": ["implicit", "authorization_code", "password", "refresh_token"],
                    "application_type": "native",
                    "jwks": {
                        "keys": [
                            {
                                "kty": "RSA",
                                "kid": p.id("<w*43>"),
                                "use": "sig",
                                "e": "AQAB",
                                "n": p.id("<w*342>"),
                            }
                        ]
                    },
                    "refresh_token": {"rotation_type": "STATIC", "leeway": 0},
                    "issuer_mode": "CUSTOM_URL",
                }
            },
        }
    ),
    "client secrets of an app": lambda p: got(
        [
            {
                "id": p.id("ocs<a*17>"),
                "status": "ACTIVE",
                "client_secret": p("<w*64>"),
                "secret_hash": p("<w*22>"),
                "created": "2023-02-21T20:08:24.000Z",
                "lastUpdated": "2023-02-21T20:08:24.000Z",
            }
        ],
        url=f"{API}/apps/{p.id('0oa<a*17>')}/credentials/secrets",
    ),
    "an app with a shared password": lambda p: got(
        {
            "name": "template_swa",
            "signOnMode": "BROWSER_PLUGIN",
            "credentials": {
                "scheme": "SHARED_USERNAME_AND_PASSWORD",
                "userName": "shared@example.com",
                "password": Whole(value=p("sh<a*10>")),
                "revealPassword": False,
            },
            "settings": {
                "app": {
                    "buttonField": "btn-login",
                    "passwordField": "txtbox-password",
                    "usernameField": "txtbox-username",
                    "url": "https://example.com/login.html",
                }
            },
        }
    ),
    "a SAML app": lambda p: got(
        {
            "signOnMode": "SAML_2_0",
            "credentials": {
                "userNameTemplate": {"template": "${source.login}", "type": "BUILT_IN"},
                "signing": {"kid": p.id("<w*43>")},
            },
            "settings": {
                "signOn": {
                    "ssoAcsUrl": "https://example.com/sso/saml",
                    "audience": "https://example.com/tenant/123",
                    "authnContextClassRef": "urn:oasis:names:tc:SAML:2.0:ac:classes:PasswordProtectedTransport",
                    "assertionSigned": True,
                    "digestAlgorithm": "SHA256",
                    "attributeStatements": [
                        {"type": "EXPRESSION", "name": "secretary", "values": ["user.secretary"]}
                    ],
                }
            },
        }
    ),
    "an identity provider": lambda p: got(
        {
            "id": p.id("0oa<a*17>"),
            "type": "OIDC",
            "protocol": {
                "type": "OIDC",
                "endpoints": {
                    "token": {"url": "https://idp.example.com/token", "binding": "HTTP-POST"},
                    "jwks": {"url": "https://idp.example.com/keys", "binding": "HTTP-REDIRECT"},
                },
                "scopes": ["openid", "email"],
                "credentials": {"client": {"client_id": p.id("<a*20>"), "client_secret": p("<w*40>")}},
            },
        }
    ),
    "a SAML identity provider": lambda p: got(
        {
            "protocol": {
                "type": "SAML2",
                "credentials": {
                    "trust": {
                        "issuer": "https://idp.example.com",
                        "audience": f"https://www.okta.com/saml2/service-provider/{p.id('<l*20>')}",
                        "kid": p.id("<h*8>-<h*4>-<h*4>-<h*4>-<h*12>"),
                        "revocation": None,
                    },
                    "signing": {"kid": p.id("<w*43>")},
                },
            }
        }
    ),
    "API tokens": lambda p: got(
        [
            {
                "id": p.id("00T<a*17>"),
                "name": "Provisioning token",
                "userId": p.id("00u<a*17>"),
                "tokenWindow": "P30D",
                "clientName": "Okta API",
                "network": {"connection": "ANYWHERE"},
                "created": "2021-11-09T20:38:10.000Z",
                "_link": {
                    "self": {
                        "href": f"{API}/api-tokens/{p.id('00T<a*17>')}",
                        "hints": {"allow": ["GET", "DELETE"]},
                    }
                },
            }
        ],
        url=f"{API}/api-tokens",
    ),
    "tokens of an authorization server": lambda p: got(
        [
            {
                "id": p.id("oar<a*17>"),
                "status": "ACTIVE",
                "scopes": ["offline_access", "car:drive"],
                "clientId": p.id("0oa<a*17>"),
                "userId": p.id("00u<a*17>"),
                "issuer": "https://acme.okta.com/oauth2/default",
            }
        ],
        url=f"{API}/authorizationServers/{p.id('aus<a*17>')}/clients/{p.id('0oa<a*17>')}/tokens",
    ),
    "the system log": lambda p: got(
        [
            {
                "actor": {
                    "id": p.id("00u<a*17>"),
                    "type": "User",
                    "alternateId": "joe@example.com",
                    "displayName": "Joe Password",
                },
                "client": {
                    "userAgent": {
                        "rawUserAgent": "Mozilla/5.0 (Macintosh) AppleWebKit/537.36",
                        "os": "Mac OS X",
                    },
                    "ipAddress": "203.0.113.7",
                },
                "authenticationContext": {
                    "authenticationStep": 0,
                    "externalSessionId": p("idx<w*22>"),
                    "credentialProvider": "OKTA_CREDENTIAL_PROVIDER",
                    "credentialType": "PASSWORD",
                },
                "displayMessage": "User reset password",
                "eventType": "user.account.reset_password",
                "outcome": {"result": "FAILURE", "reason": "INVALID_CREDENTIALS"},
                "debugContext": {
                    "debugData": {
                        "requestId": p.id("Y<w*26>"),
                        "requestUri": "/api/v1/authn",
                        "url": f"/login/token/redirect?stateToken={p('00<w*40>')}&x=1",
                        "threatSuspected": "false",
                        "dtHash": p.id("<h*64>"),
                        "authMethodFirstVerificationTime": "2024-01-01T00:00:00Z",
                    }
                },
                "legacyEventType": "core.user.config.password_reset.success",
                "transaction": {"type": "WEB", "id": p.id("W<w*26>")},
                "uuid": p.id("<h*8>-<h*4>-<h*4>-<h*4>-<h*12>"),
                "target": [
                    {
                        "id": p.id("00T<a*17>"),
                        "type": "Token",
                        "alternateId": "unknown",
                        "displayName": "Token Issuer",
                    }
                ],
            }
        ]
    ),
    "a password policy": lambda p: got(
        {
            "type": "PASSWORD",
            "name": "Default Policy",
            "settings": {
                "password": {
                    "complexity": {
                        "minLength": 8,
                        "minLowerCase": 1,
                        "excludeUsername": True,
                        "dictionary": {"common": {"exclude": False}},
                    },
                    "age": {"maxAgeDays": 0, "expireWarnDays": 0, "minAgeMinutes": 0, "historyCount": 4},
                    "lockout": {"maxAttempts": 10, "autoUnlockMinutes": 0},
                },
                "recovery": {
                    "factors": {
                        "recovery_question": {
                            "status": "ACTIVE",
                            "properties": {"complexity": {"minLength": 4}},
                        }
                    }
                },
            },
        }
    ),
    "an error": lambda p: got(
        {
            "errorCode": "E0000014",
            "errorSummary": "Update of credentials failed",
            "errorLink": "E0000014",
            "errorId": p.id("oae<w*22>"),
            "errorCauses": [
                {
                    "errorSummary": "Password requirements were not met. Password requirements: at least 8 characters."
                }
            ],
        },
        status=403,
        reason="Forbidden",
    ),
    "an invalid token": lambda p: got(
        {"errorCode": "E0000011", "errorSummary": "Invalid token provided", "errorId": p.id("oae<w*22>")},
        status=401,
    ),
    "a session": lambda p: got(
        {
            "login": "user@example.com",
            "userId": p.id("00u<a*17>"),
            "amr": ["pwd", "otp", "mfa"],
            "idp": {"id": p.id("01a<a*17>"), "type": "OKTA"},
            "mfaActive": True,
            "cookieToken": p("<w*50>"),
        }
    ),
    "a hook with a secret header": lambda p: got(
        {
            "channel": {
                "type": "HTTP",
                "config": {
                    "uri": "https://www.example.com/hook",
                    "headers": [{"key": "X-Other-Header", "value": "some-other-value"}],
                    "authScheme": {"type": "HEADER", "key": "Authorization", "value": p("<a*20>")},
                },
            }
        }
    ),
    "a client assertion": lambda p: form(
        {
            "grant_type": "client_credentials",
            "scope": "okta.users.read okta.apps.manage",
            "client_assertion_type": "urn:ietf:params:oauth:client-assertion-type:jwt-bearer",
            "client_assertion": p.jwt(),
        },
        url="https://acme.okta.com/oauth2/v1/token",
        received={
            "token_type": "Bearer",
            "expires_in": 3600,
            "access_token": p.jwt(),
            "scope": "okta.users.read okta.apps.manage",
        },
    ),
}
