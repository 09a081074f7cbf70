"""Other identity providers: Auth0, Ping, OneLogin, JumpCloud, Duo, Keycloak, Cognito, CyberArk, and LDAP over HTTP."""

from corpus.planting import PLAIN, Whole, asked, failed, got, sent, stored

GUID = "<h*8>-<h*4>-<h*4>-<h*4>-<h*12>"

CASES = {
    "Auth0: a page of users": lambda p: got(
        {
            "start": 0,
            "limit": 50,
            "length": 1,
            "total": 1,
            "users": [
                {
                    "user_id": p.id("auth0|<h*24>"),
                    "email": "john.doe@gmail.com",
                    "email_verified": False,
                    "username": "secret_agent_007",
                    "phone_number": "+199999999999999",
                    "identities": [
                        {
                            "connection": "Username-Password-Authentication",
                            "user_id": p.id("<h*24>"),
                            "provider": "auth0",
                            "isSocial": False,
                        }
                    ],
                    "last_password_reset": "2024-01-01T00:00:00.000Z",
                    "multifactor": ["google-authenticator"],
                    "app_metadata": {"roles": ["token-admin"]},
                    "last_ip": "203.0.113.9",
                    "logins_count": 7,
                }
            ],
        },
        headers=[("Authorization", f"Bearer {p.jwt()}")],
    ),
    "Auth0: a linked identity's tokens": lambda p: got(
        {
            "identities": [
                {
                    "provider": "google-oauth2",
                    "user_id": p.id("<d*21>"),
                    "access_token": p("ya29.<w*100>"),
                    "access_token_secret": p("<a*40>"),
                    "refresh_token": p("1//<w*60>"),
                    "expires_in": 3599,
                    "connection": "google-oauth2",
                }
            ]
        }
    ),
    "Auth0: an imported user": lambda p: sent(
        [
            {
                "email": "a@example.com",
                "custom_password_hash": Whole(
                    algorithm="pbkdf2",
                    hash=Whole(value=p("$pbkdf2-sha256$i=1000,l=64$<b*22>$<b*86>"), encoding="utf8"),
                ),
                "mfa_factors": [{"totp": {"secret": p("<u*32>")}}, {"phone": {"value": "+15551112233"}}],
            }
        ]
    ),
    "Auth0: a client": lambda p: got(
        {
            "name": "Password Reset App",
            "client_id": p.id("<a*32>"),
            "client_secret": p("<w*64>"),
            "callbacks": ["https://x.test/callback"],
            "jwt_configuration": {"lifetime_in_seconds": 36000, "secret_encoded": True, "alg": "RS256"},
            "signing_keys": [
                {"cert": p.certificate(), "pkcs7": p.certificate("PKCS7"), "subject": "/CN=acme.auth0.com"}
            ],
            "token_endpoint_auth_method": "client_secret_post",
            "grant_types": [
                "password",
                "http://auth0.com/oauth/grant-type/password-realm",
                "client_credentials",
            ],
            "refresh_token": {
                "rotation_type": "rotating",
                "expiration_type": "expiring",
                "leeway": 0,
                "token_lifetime": 2592000,
                "infinite_token_lifetime": False,
            },
            "is_token_endpoint_ip_header_trusted": False,
        }
    ),
    "Auth0: a connection": lambda p: got(
        {
            "id": p.id("con_<a*16>"),
            "name": "Username-Password-Authentication",
            "strategy": "auth0",
            "options": {
                "passwordPolicy": "good",
                "password_history": {"enable": False, "size": 5},
                "password_complexity_options": {"min_length": 8},
                "password_dictionary": {"enable": True, "dictionary": []},
                "password_no_personal_info": {"enable": True},
                "brute_force_protection": True,
            },
        }
    ),
    "Auth0: a social connection": lambda p: got(
        {
            "strategy": "github",
            "options": {
                "client_id": p.id("Iv1.<h*16>"),
                "client_secret": p("<h*40>"),
                "scope": ["user"],
                "set_user_root_attributes": "on_each_login",
            },
        }
    ),
    "Auth0: a change of password's ticket": lambda p: got(
        {"ticket": f"https://acme.auth0.com/lo/reset?ticket={p('<a*32>')}"}
    ),
    "Auth0: logs": lambda p: got(
        [
            {
                "log_id": p.id("<d*60>"),
                "type": "sapi",
                "description": "Create a client secret",
                "client_id": p.id("<a*32>"),
                "details": {
                    "request": {
                        "method": "post",
                        "path": "/api/v2/users",
                        "auth": {
                            "user": {"email": "a@example.com"},
                            "strategy": "jwt",
                            "credentials": {
                                "scopes": ["create:users", "read:client_keys"],
                                "jti": p.id("<h*32>"),
                            },
                        },
                    }
                },
            }
        ]
    ),
    "Auth0: checkpoints": lambda p: got(
        {"users": [], "next": p.id("MDAwNTpz<w*40>")},
        url=f"https://acme.auth0.com/api/v2/roles/rol_x/users?from={p.id('MDAwNTpz<w*40>')}&take=50",
    ),
    "Auth0: scopes of the management API": lambda p: got(
        {
            "scopes": [
                {"value": "read:client_keys", "description": "Read Client Keys"},
                {"value": "create:user_tickets", "description": "Create User Tickets"},
                {"value": "update:tenant_settings", "description": "x"},
            ],
            "token_lifetime": 86400,
            "signing_alg": "RS256",
            "allow_offline_access": False,
            "signing_secret": p("<a*32>"),
        }
    ),
    "PingOne: a user": lambda p: got(
        {
            "id": p.id(GUID),
            "username": "joe",
            "password": Whole(status="OK", external=False),
            "identityProvider": {"type": "PING_ONE"},
            "lifecycle": {"status": "ACCOUNT_OK"},
            "mfaEnabled": False,
            "_links": {
                "password": Whole(href="https://api.pingone.com/v1/environments/x/users/y/password"),
                "password.reset": {"href": "https://api.pingone.com/v1/environments/x/users/y/password"},
                "self": {"href": "https://api.pingone.com/v1/x"},
            },
        }
    ),
    "PingOne: an application's secret": lambda p: got(
        {
            "environment": {"id": p.id(GUID)},
            "secret": p("<w*64>"),
            "previous": {"expiresAt": "2024-01-01T00:00:00Z"},
        }
    ),
    "PingFederate: a client": lambda p: got(
        {
            "clientId": "ac_client",
            "clientAuth": {
                "type": "SECRET",
                "encryptedSecret": p("OBF:JWE:eyJ<w*60>.<w*40>.<w*20>"),
                "secondarySecrets": [],
            },
            "grantTypes": ["CLIENT_CREDENTIALS"],
            "persistentGrantExpirationType": "SERVER_DEFAULT",
            "refreshTokenRollingIntervalType": "SERVER_DEFAULT",
        }
    ),
    "OneLogin: users": lambda p: got(
        {
            "pagination": {
                "before_cursor": None,
                "after_cursor": p.id("eyJ<a*60>"),
                "next_link": "https://api.us.onelogin.com/api/1/users?after_cursor=x",
            },
            "data": [
                {
                    "id": 88888,
                    "firstname": "Jane",
                    "email": "jane@example.com",
                    "distinguished_name": "CN=Jane,OU=Secrets",
                    "invalid_login_attempts": 0,
                    "password_changed_at": "2024-01-01T00:00:00Z",
                    "invitation_sent_at": None,
                    "samaccountname": "jane",
                    "member_of": "CN=Token-Admins",
                    "openid_name": "jane",
                    "manager_user_id": 7,
                }
            ],
        },
        headers=[("Authorization", p("bearer:<h*64>"))],
    ),
    "OneLogin: a password in the clear": lambda p: sent(
        {"password": p("new<a*8>"), "password_confirmation": p("new<a*8>"), "validate_policy": True}
    ),
    "OneLogin: a salted hash": lambda p: sent(
        {
            "password": p("<h*64>"),
            "password_confirmation": p("<h*64>"),
            "password_algorithm": "salt+sha256",
            "password_salt": p("<a*12>"),
        }
    ),
    "OneLogin: a factor": lambda p: got(
        {
            "data": [
                {
                    "id": 5,
                    "device_id": 525509,
                    "type_display_name": "Google Authenticator",
                    "user_display_name": "G",
                    "state_token": p("<h*40>"),
                    "auth_factor_name": "Google Authenticator",
                    "otp_token": p("<d*6>"),
                }
            ]
        }
    ),
    "OneLogin: an application": lambda p: got(
        {
            "id": 7,
            "name": "OIDC",
            "auth_method": 8,
            "auth_method_description": "OpenId Connect",
            "sso": {"client_id": p.id(GUID), "client_secret": p("<h*64>")},
            "configuration": {
                "token_endpoint_auth_method": 1,
                "access_token_expiration_minutes": 1,
                "refresh_token_expiration_minutes": 1,
            },
        }
    ),
    "JumpCloud: system users": lambda p: got(
        {
            "totalCount": 1,
            "results": [
                {
                    "_id": p.id("<h*24>"),
                    "username": "pass.word",
                    "email": "p@example.com",
                    "passwordless_sudo": False,
                    "password_never_expires": False,
                    "password_expired": False,
                    "password_date": "2024-01-01T00:00:00.000Z",
                    "password_expiration_date": "2024-06-01T00:00:00.000Z",
                    "password_set": True,
                    "totp_enabled": False,
                    "mfa": {"exclusion": False, "configured": False},
                    "ssh_keys": [
                        {
                            "_id": p.id("<h*24>"),
                            "name": "laptop",
                            "public_key": f"ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAI{p.id('<b*43>')} p@host",
                        }
                    ],
                    "unix_uid": 5004,
                    "externally_managed": False,
                    "recoveryEmail": {"address": "p@home.test", "verified": True},
                    "public_key": "",
                    "organization": p.id("<h*24>"),
                }
            ],
        },
        headers=[("x-api-key", p("jca_<a*36>")), ("x-org-id", p.id("<h*24>"))],
    ),
    "JumpCloud: an organisation": lambda p: got(
        {"connectKey": p("<h*40>"), "_id": p.id("<h*24>"), "displayName": "Acme"}
    ),
    "Duo: an integration": lambda p: got(
        {
            "stat": "OK",
            "response": [
                {
                    "adminapi_admins": 0,
                    "greeting": "",
                    "integration_key": p.id("DI<u*18>"),
                    "name": "Acme VPN",
                    "secret_key": p("<a*40>"),
                    "type": "radius",
                    "username_normalization_policy": "None",
                    "self_service_allowed": False,
                }
            ],
        },
        headers=[
            ("Authorization", f"Basic {p.basic('DIWJ8X6AEYOR5OMC6TQ1', p('<h*40>'))}"),
            ("Date", "Tue, 21 Aug 2012 17:29:18 -0000"),
        ],
    ),
    "Duo: users": lambda p: got(
        {
            "stat": "OK",
            "metadata": {"next_offset": 100, "prev_offset": 0, "total_objects": 951},
            "response": [
                {
                    "user_id": p.id("DU<u*18>"),
                    "username": "jsmith",
                    "status": "active",
                    "phones": [
                        {
                            "phone_id": p.id("DP<u*18>"),
                            "number": "+15035550102",
                            "platform": "Apple iOS",
                            "activated": True,
                            "encrypted": "Encrypted",
                            "fingerprint": "Configured",
                            "screenlock": "Locked",
                            "tampered": "Not tampered",
                            "capabilities": ["auto", "push", "mobile_otp"],
                        }
                    ],
                    "tokens": [{"serial": "123456", "token_id": p.id("DH<u*18>"), "type": "h6"}],
                    "webauthncredentials": [
                        {"credential_name": "Touch ID", "label": "Touch ID", "webauthnkey": p.id("WA<u*18>")}
                    ],
                    "aliases": {},
                }
            ],
        }
    ),
    "Duo: bypass codes": lambda p: got({"bypass_codes": [p("<d*9>"), p("<d*9>")]}),
    "Duo: bypass codes by URL": lambda p: stored(
        {"stat": p("OK"), "response": [p("<d*9>")]},
        url=f"https://api-x.duosecurity.com/admin/v1/users/{p.id('DU<u*18>')}/bypass_codes",
    ),
    "Duo: an enrolment": lambda p: got(
        {
            "stat": "OK",
            "response": {
                "activation_barcode": p("https://api-x.duosecurity.com/frame/qr?value=<w*40>"),
                "activation_code": p("duo://<a*20>-<b*36>"),
                "expiration": 1357020061,
                "user_id": p.id("DU<u*18>"),
                "username": "x",
            },
        }
    ),
    "Keycloak: a user": lambda p: got(
        {
            "id": p.id(GUID),
            "username": "alice",
            "totp": False,
            "disableableCredentialTypes": ["password"],
            "requiredActions": ["UPDATE_PASSWORD", "CONFIGURE_TOTP"],
            "notBefore": 0,
            "access": {
                "manageGroupMembership": True,
                "view": True,
                "mapRoles": True,
                "impersonate": True,
                "manage": True,
            },
            "attributes": {"secretary": ["carol"], "locale": ["en"]},
            "credentials": [
                {
                    "id": p.id(GUID),
                    "type": "password",
                    "userLabel": "My password",
                    "createdDate": 1700000000000,
                    "secretData": p.known(
                        '{"value":"'
                        + p("<b*86>==")
                        + '","salt":"'
                        + p("<b*22>==")
                        + '","additionalParameters":{}}'
                    ),
                    "credentialData": '{"hashIterations":27500,"algorithm":"pbkdf2-sha256","additionalParameters":{}}',
                },
                {
                    "id": p.id(GUID),
                    "type": "otp",
                    "secretData": p.known('{"value":"' + p("<a*20>") + '"}'),
                    "credentialData": '{"subType":"totp","digits":6,"counter":0,"period":30,"algorithm":"HmacSHA1"}',
                },
            ],
        }
    ),
    "Keycloak: a new password": lambda p: sent(
        {"type": "password", "temporary": False, "value": p("my-new-pass<a*4>")},
        url="https://kc.test/admin/realms/acme/users/x/reset-password",
    ),
    "Keycloak: a client": lambda p: got(
        {
            "id": p.id(GUID),
            "clientId": "secret-manager",
            "clientAuthenticatorType": "client-secret",
            "secret": p("<a*32>"),
            "registrationAccessToken": p.jwt(),
            "redirectUris": ["*"],
            "bearerOnly": False,
            "directAccessGrantsEnabled": True,
            "attributes": {
                "access.token.lifespan": "300",
                "client.secret.creation.time": "1700000000",
                "saml.signing.certificate": p.id("MIIC<b*800>"),
                "saml.signing.private.key": p("MIIE<b*800>"),
                "use.refresh.tokens": "true",
                "id.token.as.detached.signature": "false",
            },
            "protocolMappers": [
                {
                    "name": "username",
                    "protocol": "openid-connect",
                    "config": {
                        "userinfo.token.claim": "true",
                        "id.token.claim": "true",
                        "access.token.claim": "true",
                        "claim.name": "preferred_username",
                    },
                }
            ],
        }
    ),
    "Keycloak: a secret of a client": lambda p: got(
        {"type": "secret", "value": p("<a*32>")},
        url=f"https://kc.test/admin/realms/acme/clients/{GUID}/client-secret",
    ),
    "Keycloak: a realm": lambda p: got(
        {
            "realm": "acme",
            "accessTokenLifespan": 60,
            "ssoSessionIdleTimeout": 1800,
            "resetPasswordAllowed": True,
            "revokeRefreshToken": False,
            "refreshTokenMaxReuse": 0,
            "passwordPolicy": "length(8) and notUsername(undefined)",
            "otpPolicyType": "totp",
            "otpPolicyAlgorithm": "HmacSHA1",
            "otpPolicyDigits": 6,
            "webAuthnPolicyRpEntityName": "keycloak",
            "smtpServer": {"password": p("<a*14>"), "host": "smtp.test", "user": "mailer", "auth": "true"},
            "requiredCredentials": ["password"],
            "resetCredentialsFlow": "reset credentials",
            "clientAuthenticationFlow": "clients",
            "directGrantFlow": "direct grant",
            "oauth2DeviceCodeLifespan": 600,
            "accessCodeLifespanUserAction": 300,
            "actionTokenGeneratedByUserLifespan": 300,
            "keys": [
                {
                    "providerId": p.id(GUID),
                    "kid": p.id("<w*43>"),
                    "status": "ACTIVE",
                    "type": "RSA",
                    "algorithm": "RS256",
                    "publicKey": p.id("MIIBIjAN<b*380>"),
                    "certificate": p.id("MIIC<b*600>"),
                }
            ],
        }
    ),
    "Keycloak: required actions": lambda p: got(
        [
            {
                "alias": "UPDATE_PASSWORD",
                "name": "Update Password",
                "providerId": "UPDATE_PASSWORD",
                "enabled": True,
            },
            {"alias": "CONFIGURE_RECOVERY_AUTHN_CODES", "name": "Recovery Authentication Codes"},
        ]
    ),
    "Cognito: a login": lambda p: sent(
        {
            "AuthFlow": "USER_PASSWORD_AUTH",
            "ClientId": p.id("<l*26>"),
            "AuthParameters": {
                "USERNAME": "jane@example.com",
                "PASSWORD": p("Hunter<a*8>!"),
                "SECRET_HASH": p("<b*43>="),
            },
        },
        url="https://cognito-idp.eu-west-1.amazonaws.com/",
        headers=[("X-Amz-Target", "AWSCognitoIdentityProviderService.InitiateAuth")],
        received={
            "AuthenticationResult": {
                "AccessToken": p.jwt(),
                "ExpiresIn": 3600,
                "IdToken": p.jwt(),
                "RefreshToken": p("eyJ<w*40>.<w*60>.<w*16>.<w*200>.<w*22>"),
                "TokenType": "Bearer",
            },
            "ChallengeParameters": {},
        },
    ),
    "Cognito: a challenge": lambda p: got(
        {
            "ChallengeName": "SMS_MFA",
            "Session": p("AYABe<w*800>"),
            "ChallengeParameters": {
                "CODE_DELIVERY_DELIVERY_MEDIUM": "SMS",
                "CODE_DELIVERY_DESTINATION": "+*******6789",
                "USER_ID_FOR_SRP": "jane",
            },
        }
    ),
    "Cognito: users": lambda p: got(
        {
            "PaginationToken": p.id("CAIS<b*100>=="),
            "Users": [
                {
                    "Username": p.id(GUID),
                    "UserStatus": "FORCE_CHANGE_PASSWORD",
                    "Enabled": True,
                    "Attributes": [
                        {"Name": "sub", "Value": p.id(GUID)},
                        {"Name": "email", "Value": "a@example.com"},
                        {"Name": "custom:secretary", "Value": "carol"},
                        {"Name": "phone_number", "Value": "+15551112233"},
                        {"Name": "custom:employee_key", "Value": "E-1"},
                    ],
                }
            ],
        }
    ),
    "Cognito: a pool's client": lambda p: got(
        {
            "UserPoolClient": {
                "ClientId": p.id("<l*26>"),
                "ClientSecret": p("<l*51>"),
                "ClientName": "web",
                "RefreshTokenValidity": 30,
                "AccessTokenValidity": 60,
                "TokenValidityUnits": {
                    "AccessToken": "minutes",
                    "IdToken": "minutes",
                    "RefreshToken": "days",
                },
                "ExplicitAuthFlows": ["ALLOW_USER_PASSWORD_AUTH", "ALLOW_REFRESH_TOKEN_AUTH"],
                "EnableTokenRevocation": True,
                "PreventUserExistenceErrors": "ENABLED",
            }
        }
    ),
    "Cognito: a software token": lambda p: got({"SecretCode": p("<u*52>"), "Session": p("AYABe<w*400>")}),
    "CyberArk: a logon": lambda p: (
        sent(
            {"username": "admin", "password": p("Cyb<a*9>"), "concurrentSession": True},
            url="https://pvwa.test/PasswordVault/API/auth/Cyberark/Logon",
            received=p("<b*120>"),
        )
        | {"received_type": PLAIN}
    ),
    "CyberArk: a request": lambda p: asked(
        "https://pvwa.test/PasswordVault/API/Safes", headers=[("Authorization", p("<b*120>"))]
    ),
    "CyberArk: accounts": lambda p: got(
        {
            "value": [
                {
                    "categoryModificationTime": 1700000000,
                    "platformId": "WinServerLocal",
                    "safeName": "Secrets",
                    "id": "2_3",
                    "name": "Operating System-Win",
                    "address": "10.0.0.1",
                    "userName": "Administrator",
                    "secretType": "password",
                    "platformAccountProperties": {},
                    "secretManagement": {
                        "automaticManagementEnabled": True,
                        "lastModifiedTime": 1700000000,
                        "status": "success",
                    },
                    "createdTime": 1700000000,
                }
            ],
            "count": 1,
            "nextLink": "api/accounts?offset=50&limit=50",
        }
    ),
    "Active Directory over REST": lambda p: got(
        {
            "dn": "CN=Svc Password Sync,OU=Service Accounts,DC=corp,DC=example,DC=com",
            "objectGUID": p.id("<b*22>=="),
            "objectSid": "S-1-5-21-3623811015-3361044348-30300820-1013",
            "sAMAccountName": "svc-password-sync",
            "userAccountControl": "66048",
            "pwdLastSet": "133123456789012345",
            "badPasswordTime": "133123456789012345",
            "badPwdCount": "0",
            "accountExpires": "9223372036854775807",
            "msDS-UserPasswordExpiryTimeComputed": "133123456789012345",
            "lockoutTime": "0",
            "ms-Mcs-AdmPwd": p("<a*14>"),
            "ms-Mcs-AdmPwdExpirationTime": "133123456789012345",
            "msLAPS-Password": p.known(
                '{"n":"Administrator","t":"1d8161b41c41cde","p":"' + p("<a*14>") + '"}'
            ),
            "unicodePwd": p("<b*22>=="),
            "userCertificate": p.id("MIIC<b*500>"),
            "servicePrincipalName": ["HTTP/token.corp.example.com"],
            "memberOf": ["CN=Secrets-Readers,OU=Groups,DC=corp,DC=example,DC=com"],
        }
    ),
    "a failing bind": lambda p: failed(
        f"LDAP bind failed for CN=svc,DC=x (password={p('<a*12>):')} invalidCredentials"
    ),
}
