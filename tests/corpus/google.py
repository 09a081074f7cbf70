"""Google: Workspace's directory, Cloud's IAM, storage, tokens."""

from corpus.planting import asked, form, got, sent, stored

CASES = {
    "a page of users": lambda p: got(
        {
            "kind": "admin#directory#users",
            "etag": f'"{p.id("<w*43>")}/{p.id("<w*27>")}"',
            "nextPageToken": p.id("a/b<w*60>~!!~AI9FV7Q<w*60>=="),
            "users": [
                {
                    "kind": "admin#directory#user",
                    "id": p.id("<d*21>"),
                    "etag": f'"{p.id("<w*43>")}/{p.id("<w*27>")}"',
                    "primaryEmail": "liz@example.com",
                    "name": {"givenName": "Liz", "familyName": "Password", "fullName": "Liz Password"},
                    "isAdmin": True,
                    "lastLoginTime": "2013-02-05T10:30:03.325Z",
                    "agreedToTerms": True,
                    "changePasswordAtNextLogin": False,
                    "isEnrolledIn2Sv": True,
                    "isEnforcedIn2Sv": False,
                    "recoveryEmail": "liz.private@example.org",
                    "recoveryPhone": "+16506661212",
                    "customerId": p.id("C0<l*7>"),
                    "orgUnitPath": "/corp/Token Engineering",
                    "emails": [{"address": "liz@example.com", "type": "home", "primary": True}],
                    "externalIds": [{"value": "employee-1234", "type": "custom", "customType": "employee"}],
                    "relations": [{"value": "Carol", "type": "secretary"}],
                    "organizations": [
                        {"name": "Google", "title": "SWE", "department": "Key Accounts", "costCenter": "1"}
                    ],
                    "posixAccounts": [
                        {"username": "liz", "uid": "1000", "gid": "500", "homeDirectory": "/home/liz"}
                    ],
                    "sshPublicKeys": [
                        {
                            "key": f"ssh-rsa AAAAB3NzaC1yc2E{p.id('<b*200>')} liz@host",
                            "fingerprint": p.id("<h*64>"),
                            "expirationTimeUsec": "1700000000000000",
                        }
                    ],
                    "thumbnailPhotoUrl": f"https://plus.google.com/_/focus/photos/private/{p.id('<w*60>')}",
                    "thumbnailPhotoEtag": f'"{p.id("<w*43>")}"',
                    "customSchemas": {"hr": {"badge": "123", "passport_number": "X1234567"}},
                }
            ],
        },
        url=f"https://admin.googleapis.com/admin/directory/v1/users?customer=my_customer&maxResults=100&pageToken={p.id('a/b<w*60>')}",
        headers=[
            ("authorization", f"Bearer {p('ya29.a0<w*160>')}"),
            ("x-goog-api-client", "gdcl/2.1 gl-python/3.11"),
            ("x-goog-user-project", "acme-1"),
        ],
    ),
    "a new user": lambda p: sent(
        {
            "name": {"familyName": "Smith", "givenName": "John"},
            "primaryEmail": "john@example.com",
            "password": p("<h*40>"),
            "hashFunction": "SHA-1",
            "changePasswordAtNextLogin": True,
        }
    ),
    "a crypt hash": lambda p: sent(
        {"primaryEmail": "john@example.com", "password": p("$6$<a*16>$<a*86>"), "hashFunction": "crypt"}
    ),
    "verification codes": lambda p: got(
        {
            "kind": "admin#directory#verificationCodesList",
            "items": [
                {
                    "kind": "admin#directory#verificationCode",
                    "userId": p.id("<d*21>"),
                    "verificationCode": p("<d*8>"),
                },
                {"userId": p.id("<d*21>"), "verificationCode": p("<d*8>")},
            ],
        }
    ),
    "tokens of a user": lambda p: got(
        {
            "kind": "admin#directory#tokenList",
            "items": [
                {
                    "clientId": f"{p.id('<d*12>')}.apps.googleusercontent.com",
                    "displayText": "Password Manager",
                    "anonymous": False,
                    "nativeApp": False,
                    "userKey": p.id("<d*21>"),
                    "scopes": ["https://www.googleapis.com/auth/admin.directory.user.security"],
                }
            ],
        }
    ),
    "application passwords": lambda p: got(
        {
            "kind": "admin#directory#aspList",
            "items": [
                {
                    "codeId": 0,
                    "name": "Thunderbird",
                    "creationTime": "1700000000",
                    "lastTimeUsed": "0",
                    "userKey": p.id("<d*21>"),
                }
            ],
        }
    ),
    "a key of a service account": lambda p: got(
        {
            "name": f"projects/acme/serviceAccounts/sa@acme.iam.gserviceaccount.com/keys/{p.id('<h*40>')}",
            "privateKeyType": "TYPE_GOOGLE_CREDENTIALS_FILE",
            "privateKeyData": p("ewogICJ0eXBl<b*2000>=="),
            "validAfterTime": "2024-01-01T00:00:00Z",
            "keyAlgorithm": "KEY_ALG_RSA_2048",
            "keyOrigin": "GOOGLE_PROVIDED",
            "keyType": "USER_MANAGED",
        }
    ),
    "a key file": lambda p: got(
        {
            "type": "service_account",
            "project_id": "acme-1",
            "private_key_id": p.id("<h*40>"),
            "private_key": p.pem(),
            "client_email": "sa@acme-1.iam.gserviceaccount.com",
            "client_id": p.id("<d*21>"),
            "auth_uri": "https://accounts.google.com/o/oauth2/auth",
            "token_uri": "https://oauth2.googleapis.com/token",
            "auth_provider_x509_cert_url": "https://www.googleapis.com/oauth2/v1/certs",
            "client_x509_cert_url": "https://www.googleapis.com/robot/v1/metadata/x509/sa%40acme-1.iam.gserviceaccount.com",
            "universe_domain": "googleapis.com",
        }
    ),
    "a web client": lambda p: got(
        {
            "web": {
                "client_id": f"{p.id('<d*12>')}-{p.id('<l*32>')}.apps.googleusercontent.com",
                "project_id": "acme",
                "client_secret": p("GOCSPX-<w*28>"),
                "redirect_uris": ["https://x.test/oauth/callback"],
            }
        }
    ),
    "a refreshed token": lambda p: form(
        {
            "client_id": f"{p.id('<d*12>')}.apps.googleusercontent.com",
            "client_secret": p("GOCSPX-<w*28>"),
            "refresh_token": p("1//0e<w*90>"),
            "grant_type": "refresh_token",
        },
        url="https://oauth2.googleapis.com/token",
        received={
            "access_token": p("ya29.a0<w*160>"),
            "expires_in": 3599,
            "scope": "https://www.googleapis.com/auth/admin.directory.group.readonly",
            "token_type": "Bearer",
        },
    ),
    "the assertion of a service account": lambda p: form(
        {"grant_type": "urn:ietf:params:oauth:grant-type:jwt-bearer", "assertion": p.jwt()},
        url="https://oauth2.googleapis.com/token",
        received={"access_token": p("ya29.c.b0<w*160>"), "expires_in": 3599, "token_type": "Bearer"},
    ),
    "a policy of IAM": lambda p: got(
        {
            "version": 1,
            "etag": p.id("Bw<a*9>="),
            "bindings": [
                {
                    "role": "roles/secretmanager.secretAccessor",
                    "members": ["user:mike@example.com", "serviceAccount:sa@acme.iam.gserviceaccount.com"],
                },
                {
                    "role": "roles/iam.serviceAccountTokenCreator",
                    "members": ["group:token-admins@example.com"],
                },
            ],
        }
    ),
    "permissions of a role": lambda p: got(
        {
            "name": "roles/viewer",
            "title": "Secret Manager Secret Accessor",
            "includedPermissions": [
                "secretmanager.versions.access",
                "iam.serviceAccounts.getAccessToken",
                "iam.serviceAccounts.signJwt",
                "apikeys.keys.getKeyString",
            ],
            "stage": "GA",
            "etag": "AA==",
        }
    ),
    "a minted token": lambda p: got(
        {"accessToken": p("ya29.c.<w*160>"), "expireTime": "2024-04-07T15:01:23.045123456Z"},
        url="https://iamcredentials.googleapis.com/v1/projects/-/serviceAccounts/sa@acme.iam.gserviceaccount.com:generateAccessToken",
    ),
    "a version of a secret": lambda p: stored(
        {
            "name": "projects/1234/secrets/db-password/versions/1",
            "payload": {"data": p("<b*31>="), "dataCrc32c": "2395736219"},
        },
        url="https://secretmanager.googleapis.com/v1/projects/acme/secrets/db-password/versions/latest:access",
    ),
    "names of secrets": lambda p: got(
        {
            "secrets": [
                {
                    "name": "projects/1234/secrets/db-password",
                    "createTime": "2024-01-01T00:00:00Z",
                    "labels": {"team": "tokens"},
                    "etag": p.id('"<h*14>"'),
                    "replication": {"automatic": {}},
                }
            ],
            "totalSize": 1,
            "nextPageToken": p.id("<w*40>"),
        }
    ),
    "an API key": lambda p: asked(
        f"https://maps.googleapis.com/maps/api/geocode/json?address=Zurich&key={p('AIzaSy<w*33>')}"
    ),
    "a key's string": lambda p: got({"keyString": p("AIzaSy<w*33>")}),
    "a signed URL": lambda p: asked(
        f"https://storage.googleapis.com/bucket/cat.jpeg?X-Goog-Algorithm=GOOG4-RSA-SHA256&X-Goog-Credential={p('sa%40acme.iam.gserviceaccount.com%2F20181026%2Fus-central1%2Fstorage%2Fgoog4_request')}&X-Goog-Date=20181026T181309Z&X-Goog-Expires=900&X-Goog-SignedHeaders=host&X-Goog-Signature={p('<h*256>')}"
    ),
    "an older signed URL": lambda p: asked(
        f"https://storage.googleapis.com/b/o.txt?GoogleAccessId=sa@acme.iam.gserviceaccount.com&Expires=1458238630&Signature={p('<a*80>%3D%3D')}"
    ),
    "a metadata server's token": lambda p: got(
        {"access_token": p("ya29.c.<w*120>"), "expires_in": 3599, "token_type": "Bearer"},
        url="http://metadata.google.internal/computeMetadata/v1/instance/service-accounts/default/token",
    ),
    "a scoped session": lambda p: got({"name": "sessions/1", "sessionToken": p("<w*80>")}),
    "an audit log": lambda p: got(
        {
            "items": [
                {
                    "id": {
                        "time": "2024-01-01T00:00:00Z",
                        "uniqueQualifier": p.id("-<d*19>"),
                        "applicationName": "login",
                        "customerId": "C03az79cb",
                    },
                    "actor": {"email": "a@example.com", "profileId": p.id("<d*21>")},
                    "events": [
                        {
                            "type": "login",
                            "name": "login_success",
                            "parameters": [
                                {"name": "login_type", "value": "google_password"},
                                {
                                    "name": "login_challenge_method",
                                    "multiValue": ["password", "idv_preregistered_phone"],
                                },
                                {"name": "is_suspicious", "boolValue": False},
                            ],
                        }
                    ],
                }
            ],
            "nextPageToken": p.id("A:<d*16>:-<d*19>:<d*12>:C03az79cb"),
        }
    ),
    "an audit of OAuth": lambda p: got(
        {
            "events": [
                {
                    "type": "auth",
                    "name": "authorize",
                    "parameters": [
                        {"name": "client_id", "value": f"{p.id('<d*12>')}.apps.googleusercontent.com"},
                        {"name": "app_name", "value": "Token Tool"},
                        {"name": "scope", "multiValue": ["openid"]},
                    ],
                }
            ]
        }
    ),
    "a channel": lambda p: sent(
        {
            "id": p.id("<h*8>-<h*4>-<h*4>-<h*4>-<h*12>"),
            "type": "web_hook",
            "address": "https://x.test/hook",
            "token": p("<a*24>"),
            "params": {"ttl": "3600"},
        }
    ),
    "mobile devices": lambda p: got(
        {
            "mobiledevices": [
                {
                    "resourceId": p.id("AFi<w*60>"),
                    "deviceId": p.id("<h*16>"),
                    "serialNumber": "C7X",
                    "imei": "123456789012347",
                    "hardwareId": p.id("<h*15>"),
                    "devicePasswordStatus": "On",
                    "encryptionStatus": "Encrypted",
                    "wifiMacAddress": "02:00:00:00:00:00",
                }
            ]
        }
    ),
    "a Firebase sign-in": lambda p: got(
        {
            "idToken": p.jwt(),
            "email": "u@example.com",
            "refreshToken": p("AMf-<w*200>"),
            "expiresIn": "3600",
            "localId": p.id("<a*28>"),
            "passwordHash": p("<w*40>="),
            "salt": p("<w*12>=="),
            "passwordUpdatedAt": 1484124142000.0,
        }
    ),
    "SQL users": lambda p: sent(
        {"name": "u", "host": "%", "password": p("<a*14>"), "instance": "db-1", "project": "acme"}
    ),
}
