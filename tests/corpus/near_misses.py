"""What only sounds like a secret, or looks like one: all of it stays."""

from corpus.planting import asked, failed, got, text

GUID = "<h*8>-<h*4>-<h*4>-<h*4>-<h*12>"

NAMES = {
    "secretary": "Carol", "secretaryId": "u-7", "secretariat": "Bern", "passport_number": "X1234567", "passportNumber": "C01X00T47",
    "passenger": "Bob", "compass": "N", "bypass": "no-thanks", "keyAccounts": "EMEA", "monkey": "George", "tokenization": "bpe",
    "author": "Dave", "authority": "https://login.example.test", "authorities": ["ROLE_USER", "ROLE_TOKEN_ADMIN"], "authType": "SAML",
    "authMethod": "password", "auth_method": "otp", "authenticationType": "Password", "authenticator": "snowflake", "authn_context": "pwd",
    "credentialType": "PASSWORD", "credential_type": "api key", "credentialProvider": "OKTA", "credentialId": "a@example.com",
    "passwordState": "ACTIVE", "password_status": "expired", "passwordExpired": "false", "password_expires_in": "90 days",
    "passwordNeverExpires": "yes please", "passwordLastSet": "2024-01-01", "password_last_changed": "2024-01-01T00:00:00Z",
    "passwordLastModified": "2024-01-01", "password_changed_by": "admin-7", "passwordResetDate": "2024-01-01", "lastPasswordReset": "2024-01-01",
    "lastPasswordChange": "2024-01-01", "last_password_set_at": "2024-01-01", "lastPasswordUpdate": "2024-01-01", "passwordUpdatedAt": "2024-01-01",
    "passwordModifiedDate": "2024-01-01", "passwordSetDate": "2024-01-01", "passwordExpirationDate": "2024-01-01", "pwdChangedTime": "20240101000000Z",
    "pwdAccountLockedTime": "20240101000000Z", "pwdFailureTime": "20240101000000Z", "pwdPolicySubentry": "cn=default,ou=policies",
    "passwordPolicy": "strong", "passwordPolicyId": "pp-7", "passwordRules": "8 characters", "passwordStrength": "weak", "passwordComplexity": "high",
    "passwordResetRequired": "not-now", "password_reset_token_sent_at": "2024-01-01", "passwordHashAlgorithm": "SHA-256", "password_algorithm": "bcrypt",
    "hashFunction": "SHA-1", "passwordFormat": "plaintext", "password_encoding": "base64", "passwordManager": "1Password", "passwordVault": "CyberArk",
    "passwordSyncEnabled": "on-premises", "passwordless": "enabled-for-all", "passwordGracePeriod": "P3D", "passwordHistoryCount": "5",
    "passwordLockout": "off-duty", "password_source": "AD", "passwordOrigin": "imported", "passwordOwner": "bob", "passwordGroup": "admins",
    "tokenType": "Bearer", "token_type": "bearer", "token_type_hint": "access_token", "tokenName": "CI", "token_name": "deploy", "tokenId": "tok-7", "token_id": "98716",
    "tokenStatus": "ACTIVE", "tokenExpiry": "2024-01-01", "token_expires_at": "2024-01-01", "tokenLifetime": "3600s", "token_ttl": "3600s",
    "tokenEndpoint": "https://x.test/token", "tokenUrl": "https://x.test/token", "tokenIssuer": "https://issuer.test", "tokenAudience": "api",
    "tokenScopes": "read write", "tokenOwner": "bob", "tokenUser": "bob", "tokenDescription": "used by CI", "tokenCreatedAt": "2024-01-01",
    "tokenLastUsed": "2024-01-01", "token_last_used_at": "2024-01-01", "tokenCount": "77777", "maxTokens": "409600", "max_tokens": "123456", "totalTokens": "123456",
    "prompt_tokens": "100001", "completion_tokens": "123456", "tokenWindow": "P30D", "tokenFormat": "OPAQUE", "tokenAlgorithm": "RS256",
    "secretName": "prod/db", "secret_name": "prod/db", "secretArn": "arn:aws:secretsmanager:x:1:secret:db", "secretId": "prod/db/password",
    "secret_type": "github_personal_access_token", "secretVersion": "7", "secretPath": "kv/app", "secretStatus": "active", "secretCreatedAt": "2024-01-01",
    "secretExpiresAt": "2024-01-01", "secretRotation": "30 days", "secretRef": "db", "secretKeyRef": {"name": "db", "key": "password"},
    "client_id": "0oa1client2ID3abcDEF4", "clientId": "0oa1client2ID3abcDEF4", "consumer_id": "c-1", "app_id": "a-1",
    "apiKeyId": "k-77777777", "api_key_id": "k-77777777", "apiKeyName": "CI", "apiKeyStatus": "active", "api_key_enabled": "for-admins", "apiKeyOwner": "bob",
    "keyId": "k-1", "key_id": "k-1", "kid": "abc", "keyName": "primary", "keyType": "RSA", "keyUsage": "sign", "keySize": "2048", "keyVersion": "7",
    "publicKey": "MIIBIjANBgkqhkiG9w0BAQEFAAOCAQ8A", "sshKey": "ssh-rsa AAAAB3Nz bob", "sshPublicKeys": ["ssh-rsa AAAAB3Nz bob"], "publicKeyFingerprint": "SHA256:nThbg6kXUpJWGl7E1IGOCspRomTxdCARLviKw6E5SY8",
    "foreignKey": "user_id", "primaryKey": "id", "partitionKey": "tenant", "sortKey": "name", "sort_key": "name", "idempotencyKey": "8e03978e-40d5-43dd-bc93-6894a57f9324",
    "dedup_key": "abc", "groupKey": "admins", "projectKey": "SECRETS", "issueKey": "SEC-1", "cacheKey": "users:1", "accountKey_id": "7", "translationKey": "password.reset.title", "i18nKey": "password.title", "messageKey": "error.password.expired", "objectKey": "path/to/password.txt",
    "certificate": "MIICertificateBase64", "x509Certificate": "MIICertificateBase64", "certificateThumbprint": "AB12AB12AB12AB12AB12AB12AB12AB12AB12AB12",
    "sessionCount": "17777777", "sessionTimeout": "3600s", "sessionLifetime": "P1D", "session_expires_at": "2024-01-01", "session_state": "d2f1e8", "lastSessionAt": "2024-01-01",
    "cookieDomain": ".example.test", "cookiePolicy": "strict", "cookie_name": "sid", "cookiesEnabled": "for-all",
    "mfaEnabled": "for-all", "mfa_type": "totp", "mfaMethods": ["totp", "sms"], "mfaStatus": "ENROLLED", "otp_type": "totp", "otpMethod": "sms", "otp_enabled": "for-all", "otpDevice": "iPhone of Bob", "otp_required_for_login": "always",
    "factorType": "token:software:totp", "preferredMfa": "otp", "pinStatus": "set", "pin_length": "6", "pinCode_required": "always", "spinner": "x", "opinion": "good", "pinned": "at-top", "pinnedBy": "bob", "isPinned": "at-top", "mapping": "x", "shipping": "fast", "pinterest": "bob.pins",
    "zipcode": "94105", "zip_code": "94105", "postal_code": "94105", "countryCode": "US", "country_code": "+41", "errorCode": "E0000011", "error_code": "invalid_token", "statusCode": "200", "code": "US-CA", "jobCode": "SEC-7", "departmentCode": "KEY", "costCenterCode": "7", "language_code": "en", "code_challenge": "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM",
    "seeded": "by-hand", "hash": "da39a3ee5e6b4b0d3255bfef95601890afd80709", "contentHash": "da39a3ee5e6b4b0d3255bfef95601890afd80709", "commit_hash": "da39a3ee5e6b4b0d3255bfef95601890afd80709", "hashtag": "#password", "saltLake": "City",
    "digest": "sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855", "checksum": "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855", "etag": 'W/"33a64df551425fcc55e4d42a148795d9f25f89d4"', "sha": "da39a3ee5e6b4b0d3255bfef95601890afd80709",
    "signature": "Best regards, Bob", "signatureAlgorithm": "RS256", "signature_type": "html", "emailSignature": "Bob Password, Token Engineer",
    "answerCount": "77777", "answeredBy": "bob", "question": "What was your first pet?", "security_question": "Pet?", "recoveryEmail": "bob@home.test", "recoveryPhone": "+41446681800", "recovery_email": "bob@home.test", "recovery_method": "email",
    "bearerOnly": "not-here", "jwt_algorithm": "RS256", "jwks_uri": "https://x.test/jwks", "jwksUrl": "https://x.test/jwks", "accessLevel": "admin", "access_type": "offline", "accessPolicy": "default", "accessKeyId": "AKIAIOSFODNN7EXAMPLE", "access_key_age": "90 days", "accessTokenLifespan": "300s", "refresh_token_expires_in": "86400s", "refreshTokenRotation": "rotating", "access_token_lifetime": "3600s",
    "loginUrl": "https://x.test/login", "resetPasswordUrl": "https://x.test/reset", "forgotPasswordUrl": "https://x.test/forgot", "change_password_url": "https://x.test/change", "passwordResetLink": "https://x.test/reset",
    "webhookId": "wh-7", "webhook_name": "audit", "hookType": "push", "connectionName": "Username-Password-Authentication", "connection_id": "con_7", "connectionType": "database", "provider": "password", "identityProvider": "OKTA", "grant_type": "password", "grantTypes": ["password", "refresh_token", "client_credentials"], "response_types": ["token", "id_token", "code"], "scope": "openid password token:read secrets:write", "scopes": ["secrets:read", "tokens:write", "passwords.manage"], "permission": "secrets:read", "permissions": ["secretmanager.versions.access", "users.password.reset"], "roles": ["Password Administrator", "Token Manager", "Secret Reader"], "role": "Helpdesk Password Reset",
    "kennwortAblauf": "2025-01-01", "kennwortAblaufdatum": "2025-01-01", "kennwortRichtlinie": "streng", "passwortRichtlinien": "streng", "passwortGeaendertAm": "2025-01-01", "passwort_geändert": "2025-01-01", "passwortGesetzt": "gestern", "passwortDatum": "2025-01-01", "passwortLänge": "zwölf", "passwortLaenge": "zwölf",
    "contrasenaCaducada": "a veces", "contrasena_caducidad": "2025-01-01", "contrasenaVence": "2025-01-01", "contrasena_vencimiento": "2025-01-01", "contrasenaCambiada": "2025-01-01", "contrasenaPolitica": "fuerte", "contrasenaPolítica": "fuerte", "senhaAlterada": "2025-01-01", "motDePasseModifie": "2025-01-01", "motDePasseModifié": "2025-01-01", "fechaCambioContrasena": "2025-01-01", "date_changement_mdp": "2025-01-01", "geaendert_geheimnis_am": "2025-01-01", "ultimoCambioContrasena": "2025-01-01T10:20:30Z", "accountKey": "ACME-EMEA-1",
    "departmentName": "Key Accounts", "groupName": "Secrets-Readers", "group": "Passwort-Reset", "cn": "Token Admins", "displayName": "Password Safe", "userName": "secret.agent", "username": "p4ssw0rd_king", "login": "token", "nickname": "xoxo-gossip", "name": "Pat Token", "uid": "tok3n-Us3r", "title": "Token Engineer", "jobTitle": "Secretary, Passport Office", "description": "Resets passwords; issues tokens. Password: never shared.", "notes": "see password policy", "amr": ["pwd", "mfa", "otp"], "acr_values": "urn:pwd", "auth_time": 1700000000, "authTime": "2024-01-01", "nonce": "n-0S6_WzA2Mj", "state": "af0ifjsldkj", "login_hint": "bob@example.test",
    "eventType": "user.account.update_password", "action": "password_reset", "event": "token.revoked", "activity": "Change user password", "operation": "GetSecretValue", "reason": "INVALID_CREDENTIALS", "result": "PASSWORD_EXPIRED", "message": "Invalid password", "error_description": "The access token expired", "detail": "password must contain a digit", "status": "PASSWORD_RESET", "userStatus": "FORCE_CHANGE_PASSWORD", "type": "password", "kind": "secret", "category": "Secrets", "requiredActions": ["UPDATE_PASSWORD"], "lastUsedToken": None,
    "privateKeyId": "a1b2", "private_key_id": "da39a3ee5e6b4b0d3255bfef95601890afd80709", "encryptionAlgorithm": "A256GCM", "encryption_key_id": "k-1", "kms_key_id": "arn:aws:kms:x", "signingAlgorithm": "RS256", "signing_alg": "RS256", "masterUsername": "admin", "isPrivate": "to-some", "private": "to-some", "shared": "with-some", "sharedWith": ["bob"], "bindDn": "cn=svc,dc=x", "bind_dn": "cn=svc,dc=x",
    "csrfHeaderName": "X-CSRF", "csrf_enabled": "for-all", "dsnName": "prod", "autoPassword": False, "hasPassword": True, "isPasswordSet": True, "has_password": "maybe-not", "requirePassword": "for-admins", "password_protected": "in-part", "changePasswordAtNextLogin": "if-due", "mustChangePassword": "if-due", "canChangePassword": "if-due", "forcePasswordChange": "if-due", "allowPasswordReset": "if-due", "selfServicePasswordReset": "allowed-here", "enablePasswordLogin": "for-admins",
}  # fmt: skip

CURSORS = (
    "nextPageToken", "next_page_token", "pageToken", "page_token", "prevPageToken", "continuationToken", "continuation_token", "NextContinuationToken",
    "syncToken", "nextSyncToken", "scroll_id", "_scroll_id", "cursor", "next_cursor", "nextCursor", "endCursor", "startCursor", "after_cursor", "afterCursor",
    "before_cursor", "beforeCursor", "prev_cursor", "previousCursor", "skiptoken", "$skiptoken", "skipToken", "deltatoken", "$deltatoken", "deltaToken", "NextToken", "nextToken", "next_token", "Marker",
    "marker", "NextMarker", "next_marker", "KeyMarker", "NextKeyMarker", "UploadIdMarker", "VersionIdMarker", "PaginationToken", "paginationToken", "pagination_token", "paging_token", "pagingToken", "resumptionToken", "resume_token",
    "bookmark", "offset", "nextOffset", "next_offset", "after", "before", "starting_after", "ending_before", "nextPage", "next_page", "nextLink", "next", "page", "position", "StartingToken", "nextPageCursor", "next_page_cursor", "pageCursor",
    "ContinuationToken", "nextContinuationToken", "LastEvaluatedTableName", "ExclusiveStartTableName", "NextShardIterator", "continue", "lastKey", "last_key", "startKey", "start_key", "endKey", "searchAfter", "search_after", "pit_id", "nextRecordsUrl", "queryLocator", "nextRecordKey",
    "changeToken", "pageState", "page_state", "paging_state", "streamPosition", "next_stream_position", "nextCursorMark", "cursorMark", "watermark", "checkpoint", "nextHref", "nextPageLink", "nextPageUrl", "pageInfo", "delta", "deltaLink", "token_next_page",
)  # fmt: skip

PROSE = (
    "Your password must have at least 8 characters, a number and a symbol.",
    "Password: must contain 8 characters",
    "The access token provided is expired, revoked, malformed, or invalid for other reasons.",
    "Invalid credentials: user bob@example.test, attempt 3 of 5",
    "Token expired at 2024-01-01T00:00:00Z",
    "The token was issued on 2024-01-01 by https://issuer.example.test/oauth2/default",
    "Missing header: Authorization",
    "Header 'Authorization: Bearer <token>' is required",
    "Authorization: Bearer token missing",
    "Use Authorization: Basic with your API key",
    "password reset for user 00u1abcd2EFGH3ijkl4x7 succeeded",
    "User reset password",
    "password policy changed from Baseline2023 to Baseline2024",
    "bob changed password from the console to get in",
    "Secret scanning is enabled",
    "Assigned role Password Administrator to alice@example.test",
    "Group Secrets-Readers has 12 members",
    "API key: required",
    "API key k-123 was revoked",
    "Client secret expires in 30 days",
    "client_id=0oa1client2ID3abcDEF4 is not allowed to use grant_type=password",
    "grant_type=refresh_token&scope=openid",
    "error=invalid_token error_description='The token is expired'",
    "Policy: password length >= 12, history = 24, max age = 90",
    "token_type=Bearer expires_in=3600",
    "Department: Key Accounts",
    "PIN: not set",
    "OTP: required",
    "MFA: enabled; OTP: TOTP",
    "token: <redacted>",
    "secret: null",
    "The pin is in the mail",
    "see https://docs.example.test/reset-password for how to reset your password",
    "https://example.test/users/bob/password",
    "https://example.test/oauth2/v1/token",
    "GET /api/v1/users/00u1abcd2EFGH3ijkl4x7/lifecycle/reset_password?sendEmail=false returned 200",
    "x-request-id: 123e4567-e89b-12d3-a456-426614174000",
    "CN=Password Reset,OU=Token Admins,DC=example,DC=test",
    "(&(objectClass=user)(pwdLastSet=0))",
    "SELECT id, password_changed_at FROM users WHERE token_type = 'bearer'",
    "select count(*) from secrets where name = 'db'",
    "kubectl get secret db-password -n prod",
    "commit da39a3ee5e6b4b0d3255bfef95601890afd80709: fix token refresh",
    "sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
    "Bob's password expires on Friday.",
    "login failed: wrong password or user name",
    "The user's password was last changed 2024-01-01.",
    "certificate CN=token.example.test, serial 4f:2a:9b:00:11:22:33:44",
    "name: Pat Token, title: Token Engineer, secretary: Carol",
    "Forgot password? Ask the secretary.",
    "session expired",
    "Session: expired; please sign in again",
    "cookie: none",
    'Bearer realm="api", error="invalid_token"',
    "Signed in with token authentication",
    "ticket T-12345: token not working",
    "two-factor code required",
    "Please enter your verification code",
    "Verification code: expired",
    "Enter PIN to continue",
    "user.credentials.password.update",
    "urn:okta:expression:1.0",
    "arn:aws:secretsmanager:eu-west-1:123456789012:secret:prod/db-a1B2c3",
    "eyJpZCI6MTIzNDU2Nzg5MH0=",
    "projects/1234/secrets/db-password/versions/1",
    "ssh-rsa AAAAB3NzaC1yc2EAAAADAQABAAABgQC7 bob@host",
    "the password: is it secure?",
    "Rotate token - every 90 days",
    "1Password", "LastPass", "Secret Santa", "Token Ring", "Passport: X1234567",
)  # fmt: skip

URLS = (
    "https://api.example.test/v1/users?limit=200&after=00u1abcd2EFGH3ijkl4x7",
    "https://api.example.test/v1/users?filter=password_changed_at%20gt%20%222024-01-01%22&sort=-token_count",
    "https://api.example.test/v1/secrets?name=db-password&version=7",
    "https://api.example.test/v1/tokens/98716/revoke?reason=expired",
    "https://api.example.test/v1/secrets/prod%2Fdb/versions/1",
    "https://api.example.test/oauth2/v1/authorize?client_id=0oa1client2ID3abcDEF4&response_type=code&scope=openid%20secrets:read&state=af0ifjsldkj&nonce=n-0S6_WzA2Mj&code_challenge=E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM&code_challenge_method=S256",
    "https://api.example.test/v1/roles?q=Password%20Administrator&page_token=CAUQAA1b2c3d4e5f6g7h8i9j0",
    "https://api.example.test/v1/x?$select=id,passwordPolicies&$filter=userType%20eq%20'Member'&$skiptoken=RFNwdAIAAQAAAB1b2c3d4",
    "https://api.example.test/v1/x?fields=id,password_last_changed,token&include=tokens",
    "https://api.example.test/v1/x?key=department&value=Key+Accounts",
    "https://api.example.test/v1/x?sort_key=name&group_key=admins&partitionKey=tenant-7",
    "https://api.example.test/v1/x?code=US-CA&state=CA&country_code=US",
    "https://api.example.test/v1/x?pageToken=abcDEF123456789012345&syncToken=CPDAlvWDx70CEPDAlvWDx70CGAU",
    "https://api.example.test/v1/x?cursor=dXNlcjpVMEc5V0ZYTlo%3D&continuation=eyJpZCI6MTIzNDU2Nzg5MH0",
    "https://api.example.test/v1/x?action=reset_password&type=token&auth_type=basic",
    "https://api.example.test/password-policies/7/assignments",
    "https://api.example.test/users/alice@example.test/memberships",
    "https://api.example.test/users/me:batchGet?ids=1&ids=2",
    "https://api.example.test:8443/scim/v2/Groups?filter=displayName%20eq%20%22Secrets-Readers%22",
    "https://api.example.test/v1/invitations/00u1abcd2EFGH3ijkl4x7",
    "https://api.example.test/v1/activations?since=2024-01-01",
    "https://api.example.test/sessions/current?expand=user",
    "https://api.example.test/v1/verify/domains/example.test",
    "https://api.example.test/v1/keys/da39a3ee5e6b4b0d3255bfef95601890afd80709",
    "https://api.example.test/v1/commits/da39a3ee5e6b4b0d3255bfef95601890afd80709?signature=true",
)  # fmt: skip


def _random(p):
    """Names whose values look random, and are identities."""
    return {
        "id": p.id("<a*20>"), "userId": p.id("00u<a*17>"), "externalId": p.id("<w*24>"), "accountId": p.id("<h*24>"), "objectGUID": p.id("<b*22>=="),
        "immutableId": p.id("<b*22>=="), "sys_id": p.id("<h*32>"), "node_id": p.id("MDQ6VXNlcj<a*10>"), "etag": p.id('W/"<h*40>"'), "version": p.id("<w*24>"),
        "requestId": p.id("<w*27>"), "trace_id": p.id("<h*32>"), "spanId": p.id("<h*16>"), "correlationId": p.id(GUID), "jti": p.id("<w*22>"), "kid": p.id("<w*43>"),
        "sid_of": p.id("<u*20>"), "fingerprint": p.id("<h*40>"), "thumbprint": p.id("<H*40>"), "x5t": p.id("<w*27>"), "client_id": p.id("<a*32>"), "clientId": p.id("<a*32>"),
        "nonce": p.id("<w*22>"), "state": p.id("<w*22>"), "at_hash": p.id("<w*22>"), "avatarHash": p.id("<h*32>"), "gravatar_id": p.id("<h*32>"), "photo": p.id("<b*120>"),
        "thumbnailPhoto": p.id("/9j/4AAQ<b*300>"), "jpegPhoto": p.id("/9j/4AAQ<b*300>"), "certificate": p.id("MIIC<b*300>"), "userCertificate": p.id("MIIC<b*300>"), "public_key": p.id("<b*300>"),
        "deviceId": p.id("<u*20>"), "serialNumber": p.id("<u*12>"), "appId": p.id(GUID), "tenantId": p.id(GUID), "employeeId": p.id("<d*9>"), "commit": p.id("<h*40>"), "digest": p.id("sha256:<h*64>"),
        "descriptor": p.id("aad.<w*60>"), "accessor": p.id("<a*24>"), "entity_id": p.id(GUID), "lineage": p.id(GUID), "dbid": p.id("dbid:<w*35>"), "cursor": p.id("<b*60>=="),
    }  # fmt: skip


CASES = {
    "names": lambda p: got([{"id": 7, name: value} for name, value in NAMES.items()]),
    "names in capitals": lambda p: got(
        [{name.upper(): value} for name, value in NAMES.items() if "_" in name]
    ),
    "names with separators": lambda p: got(
        [{name.replace("_", "-"): value} for name, value in NAMES.items()]
    ),
    "names as attributes": lambda p: got(
        {
            "attributes": [
                {"name": name, "value": value} for name, value in NAMES.items() if isinstance(value, str)
            ]
        }
    ),
    "values that look random": lambda p: got({"users": [_random(p), _random(p)]}),
    "cursors": lambda p: got({name: p.id("<a*40>") for name in CURSORS}),
    "cursors with a tail": lambda p: got({name: p.id("<b*60>==") for name in CURSORS}),
    "cursors in headers": lambda p: asked(
        "https://x.test/",
        answer_headers=[
            ("x-next-page-token", p.id("<a*40>")),
            ("x-continuation-token", p.id("<a*40>")),
            ("x-ms-continuation", p.id("<a*40>")),
            ("x-next-cursor", p.id("<a*40>")),
            ("opc-next-page", p.id("<a*40>")),
        ],
    ),
    **{
        f"a cursor in a URL, {name}": (
            lambda p, name=name: asked(f"https://api.example.test/v1/users?limit=2&{name}={p.id('<a*40>')}")
        )
        for name in CURSORS
    },
    **{
        f"prose, {line[:40]}": (lambda p, line=line: got({"message": line, "items": [line]}, reason=line))
        for line in PROSE
    },
    **{f"text, {line[:40]}": (lambda p, line=line: text(f"Hello.\n{line}\nbye\n")) for line in PROSE},
    **{f"an error, {line[:40]}": (lambda p, line=line: failed(line)) for line in PROSE},
    **{
        f"a URL, {url[24:70]}": (
            lambda p, url=url: asked(
                url,
                received={"next": url, "links": [{"href": url, "rel": "next"}]},
                answer_headers=[("Location", url)],
            )
        )
        for url in URLS
    },
    "headers": lambda p: asked(
        "https://x.test/",
        headers=[
            ("X-Auth-User", "alice"),
            ("X-Auth-Email", "bob@example.com"),
            ("X-Request-Id", p.id("<a*32>")),
            ("Idempotency-Key", p.id(GUID)),
            ("If-None-Match", p.id('W/"<h*40>"')),
            ("traceparent", p.id("00-<h*32>-<h*16>-01")),
            ("X-Amz-Target", "secretsmanager.ListSecrets"),
            ("User-Agent", "token-client/1.0 (secret)"),
            ("Accept", "application/json; q=0.9"),
            ("X-Tenant-Id", p.id(GUID)),
            ("X-Client-Id", p.id("<a*20>")),
            ("Sec-WebSocket-Key", p.id("<b*22>==")),
        ],
        answer_headers=[
            ("WWW-Authenticate", 'Bearer realm="x", error="invalid_token"'),
            ("X-OAuth-Scopes", "secrets:read, token"),
            ("X-RateLimit-Remaining", "17"),
            ("X-Token-Expires-At", "2024-01-01T00:00:00Z"),
            ("X-Password-Expires", "2024-01-01"),
            ("Access-Control-Allow-Headers", "Authorization, X-CSRF-Token, X-Api-Key"),
            ("Vary", "Authorization, Cookie"),
            ("Strict-Transport-Security", "max-age=31536000"),
            ("Content-Security-Policy", "default-src 'self'; script-src 'nonce-abc'"),
            ("X-Content-Type-Options", "nosniff"),
            ("cf-ray", p.id("<h*16>-ZRH")),
            ("x-amz-cf-id", p.id("<w*54>==")),
            ("Server-Timing", "auth;dur=53"),
            ("X-Session-Timeout", "3600"),
            ("Clear-Site-Data", '"cookies"'),
            ("X-Permitted-Cross-Domain-Policies", "none"),
        ],
    ),
    "secret names without secrets": lambda p: got(
        {
            "password": None,
            "token": "",
            "secret": True,
            "api_key": False,
            "pin": None,
            "client_secret": {},
            "passwords": [],
            "access_token": [],
            "cookie": None,
        }
    ),
    "what validators say": lambda p: got(
        {
            "errors": {
                "password": ["must not be empty", "is too short (minimum is 8 characters)"],
                "token": "can't be blank",
                "apiKey": "This field is required.",
            }
        }
    ),
    "settings that say what they lack": lambda p: text(
        "name: must not be empty\nPassword: must not be empty\nEmail: is invalid\n"
    ),
    "permissions": lambda p: got(
        {
            "permissions": {
                "secrets": "read",
                "tokens": "write",
                "passwords": "none",
                "api_keys": "admin",
                "pin": "read",
            },
            "scopes": {"token": "read"},
            "entitlements": {"password": "manage"},
            "features": {"password": "enabled", "otp": "disabled"},
        }
    ),
    "lists of methods": lambda p: got(
        {
            "supported": ["password", "otp", "webauthn"],
            "auth": ["password", "token"],
            "amr": ["pwd", "otp"],
            "methods": ["client_secret_post", "private_key_jwt"],
            "fields": ["id", "password", "token"],
            "required": ["username", "password"],
            "authenticators": [
                {"type": "password"},
                {"type": "security_key"},
                {"type": "okta_otp", "key": "google_otp", "name": "Google Authenticator"},
            ],
        }
    ),
    "a schema of JSON": lambda p: got(
        {
            "type": "object",
            "required": ["password", "token"],
            "properties": {"email": {"type": "string"}, "token_type": {"type": "string"}},
        }
    ),
    "people": lambda p: got(
        [
            {
                "name": "Secret Agent",
                "userName": "Passw0rd.Fan99",
                "email": "secret.token@example.test",
                "aliases": ["token@example.test", "xoxb@example.test"],
                "phone": "+41 44 668 18 00",
                "address": "1 Password Lane",
                "title": "Secretary",
            },
            {
                "name": "Jo Key",
                "userName": "jokey",
                "samAccountName": "svc_token_01",
                "dn": "CN=Jo Key,OU=Tokens,DC=x",
                "sid": "S-1-5-21-3623811015-3361044348-30300820-1013",
            },
        ]
    ),
}
