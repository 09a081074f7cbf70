"""Where code lives and is built: GitHub, GitLab, Bitbucket, Jenkins, CircleCI, registries of packages."""

from corpus.planting import Whole, asked, form, got, sent, text

GUID = "<h*8>-<h*4>-<h*4>-<h*4>-<h*12>"
GITHUB = "https://api.github.com"

CASES = {
    "GitHub: members": lambda p: got(
        [
            {
                "login": "secret-octocat",
                "id": 1,
                "node_id": p.id("MDQ6VXNlcjE<a*1>="),
                "avatar_url": "https://avatars.githubusercontent.com/u/1?v=4",
                "gravatar_id": "",
                "url": f"{GITHUB}/users/octocat",
                "followers_url": f"{GITHUB}/users/octocat/followers",
                "type": "User",
                "site_admin": False,
                "role_name": "security_manager",
                "two_factor_authentication": True,
            }
        ],
        url=f"{GITHUB}/orgs/acme/members?per_page=100&page=2&filter=2fa_disabled",
        headers=[("Authorization", f"token {p('ghp_<a*36>')}"), ("X-GitHub-Api-Version", "2022-11-28")],
        answer_headers=[
            ("X-OAuth-Scopes", "admin:org, read:user, write:public_key"),
            ("X-Accepted-OAuth-Scopes", "admin:org"),
            ("github-authentication-token-expiration", "2024-12-01 00:00:00 UTC"),
            ("X-GitHub-Request-Id", p.id("<H*4>:<H*6>:<H*6>:<H*6>:<H*8>")),
            ("ETag", f'W/"{p.id("<h*64>")}"'),
            ("Link", f'<{GITHUB}/organizations/1/members?page=3>; rel="next"'),
        ],
    ),
    "GitHub: an installation's token": lambda p: got(
        {
            "token": p("ghs_<a*36>"),
            "expires_at": "2024-07-11T22:14:10Z",
            "permissions": {
                "secrets": "read",
                "organization_secrets": "write",
                "members": "read",
                "secret_scanning_alerts": "read",
                "dependabot_secrets": "read",
            },
            "repository_selection": "selected",
        },
        url=f"{GITHUB}/app/installations/1/access_tokens",
        headers=[("Authorization", f"Bearer {p.jwt()}")],
    ),
    "GitHub: an app": lambda p: got(
        {
            "id": 1,
            "slug": "octoapp",
            "node_id": p.id("MDExOkludGVncmF0aW9uMQ=="),
            "client_id": p.id("Iv1.<h*16>"),
            "client_secret": p("<h*40>"),
            "webhook_secret": p("<h*40>"),
            "pem": p.pem("RSA PRIVATE KEY"),
            "events": ["secret_scanning_alert", "push"],
        }
    ),
    "GitHub: hooks": lambda p: got(
        [
            {
                "type": "Repository",
                "id": 12345678,
                "name": "web",
                "active": True,
                "events": ["push"],
                "config": {
                    "content_type": "json",
                    "insecure_ssl": "0",
                    "url": "https://example.com/webhook",
                    "secret": p("<a*20>"),
                },
                "ping_url": f"{GITHUB}/repos/o/r/hooks/1/pings",
                "last_response": {"code": None, "status": "unused", "message": None},
            }
        ]
    ),
    "GitHub: keys": lambda p: got(
        [
            {
                "id": 1,
                "key": f"ssh-rsa AAAAB3NzaC1yc2E{p.id('<b*340>')}",
                "url": f"{GITHUB}/repos/o/r/keys/1",
                "title": "deploy token key",
                "verified": True,
                "created_at": "2014-12-10T15:53:42Z",
                "read_only": True,
                "added_by": "octocat",
                "last_used": None,
            }
        ],
        url=f"{GITHUB}/repos/o/r/keys",
    ),
    "GitHub: GPG keys": lambda p: got(
        [
            {
                "id": 3,
                "primary_key_id": None,
                "key_id": "3262EFF25BA0D270",
                "public_key": p.id("xsBNBFayYZ<b*300>"),
                "emails": [{"email": "o@example.com", "verified": True}],
                "raw_key": p.certificate("PGP PUBLIC KEY BLOCK"),
            }
        ]
    ),
    "GitHub: secrets of actions": lambda p: got(
        {
            "total_count": 2,
            "secrets": [
                {
                    "name": "GH_TOKEN",
                    "created_at": "2019-08-10T14:59:22Z",
                    "updated_at": "2020-01-10T14:59:22Z",
                    "visibility": "selected",
                },
                {
                    "name": "DB_PASSWORD",
                    "created_at": "2020-01-10T10:59:22Z",
                    "updated_at": "2020-01-11T11:59:22Z",
                },
            ],
        }
    ),
    "GitHub: a public key for secrets": lambda p: got(
        {"key_id": p.id("<d*18>"), "key": p.id("<b*43>=")},
        url=f"{GITHUB}/repos/o/r/actions/secrets/public-key",
    ),
    "GitHub: an encrypted secret": lambda p: sent(
        {"encrypted_value": p("<b*80>=="), "key_id": p.id("<d*18>")},
        method="PUT",
        url=f"{GITHUB}/repos/o/r/actions/secrets/DB_PASSWORD",
    ),
    "GitHub: alerts of secrets": lambda p: got(
        [
            {
                "number": 2,
                "state": "resolved",
                "resolution": "false_positive",
                "secret_type": "adafruit_io_key",
                "secret_type_display_name": "Adafruit IO Key",
                "secret": p("aio_<a*28>"),
                "push_protection_bypassed": False,
                "validity": "unknown",
                "html_url": "https://github.com/o/r/security/secret-scanning/2",
            }
        ]
    ),
    "GitHub: variables": lambda p: got(
        {
            "variables": [
                {"name": "USERNAME", "value": "octocat"},
                {"name": "EMAIL", "value": "octocat@github.com"},
            ]
        }
    ),
    "GitHub: commits": lambda p: got(
        [
            {
                "sha": p.id("<h*40>"),
                "node_id": p.id("MDY6Q29tbWl0<a*60>"),
                "commit": {
                    "message": "Fix token: refresh; password reset",
                    "tree": {"sha": p.id("<h*40>")},
                    "verification": {
                        "verified": True,
                        "reason": "valid",
                        "signature": f"-----BEGIN PGP SIGNATURE-----\n\n{p.id('<b*64>')}\n-----END PGP SIGNATURE-----\n",
                        "payload": "tree x",
                    },
                },
                "author": {"login": "octocat", "id": 1},
            }
        ]
    ),
    "GitHub: tokens of an organisation": lambda p: got(
        [
            {
                "id": 25381,
                "owner": {"login": "octocat"},
                "permissions": {
                    "organization": {"members": "read"},
                    "repository": {"metadata": "read", "secrets": "write"},
                },
                "token_id": 98716,
                "token_name": "Some Token",
                "token_expired": False,
                "token_expires_at": "2023-11-16T08:47:09Z",
                "token_last_used_at": None,
                "access_granted_at": "2023-05-16T08:47:09Z",
            }
        ]
    ),
    "GitHub: credentials of SSO": lambda p: got(
        [
            {
                "login": "octocat",
                "credential_id": 161195,
                "credential_type": "personal access token",
                "token_last_eight": p("<h*8>"),
                "credential_authorized_at": "2019-01-26T19:06:43Z",
                "scopes": ["user", "repo"],
                "fingerprint": p.id("jklmnop<a*5>"),
            }
        ]
    ),
    "GitHub: an audit log": lambda p: got(
        [
            {
                "@timestamp": 1606929874512,
                "action": "personal_access_token.access_granted",
                "actor": "octocat",
                "programmatic_access_type": "Personal access token (classic)",
                "token_scopes": "admin:org",
                "token_id": 7,
                "_document_id": p.id("<w*22>"),
                "user_agent": "x",
            }
        ]
    ),
    "GitHub: GraphQL": lambda p: sent(
        {
            "query": "query($org: String!, $after: String) { organization(login: $org) { samlIdentityProvider { externalIdentities(first: 100, after: $after) { pageInfo { endCursor hasNextPage } } } } }",
            "variables": {"org": "acme", "after": p.id("Y3Vyc29yOnYyOpHO<a*6>==")},
        },
        url=f"{GITHUB}/graphql",
        received={
            "data": {
                "organization": {
                    "membersWithRole": {
                        "pageInfo": {"endCursor": p.id("Y3Vyc29yOnYyOpHO<a*6>=="), "hasNextPage": True},
                        "edges": [
                            {
                                "cursor": p.id("Y3Vyc29yOnYyOpHO<a*6>=="),
                                "node": {"id": p.id("MDQ6VXNlcjU4MzIzMQ=="), "login": "octocat"},
                            }
                        ],
                    }
                }
            }
        },
    ),
    "GitHub: a runner's token": lambda p: got(
        {"token": p("LLBF3JGZDX3P5PMEXLND6TS6FCWO6<u*4>"), "expires_at": "2020-01-22T12:13:35.123-08:00"},
        url=f"{GITHUB}/orgs/acme/actions/runners/registration-token",
    ),
    "GitHub: a clone": lambda p: text(
        f"fatal: could not read from https://x-access-token:{p('ghs_<a*36>')}@github.com/o/r.git"
    ),
    "GitLab: users": lambda p: got(
        [
            {
                "id": 1,
                "username": "john_token",
                "state": "active",
                "web_url": "http://localhost:3000/john_smith",
                "identities": [{"provider": "github", "extern_uid": "2435223452345"}],
                "two_factor_enabled": True,
                "using_license_seat": False,
                "namespace_id": 1,
                "created_by": None,
                "email_reset_offered_at": None,
                "is_auditor": False,
                "commit_email": "john@example.com",
                "current_sign_in_ip": "10.1.2.3",
            }
        ],
        headers=[("PRIVATE-TOKEN", p("glpat-<w*20>"))],
        answer_headers=[
            ("X-Next-Page", "2"),
            ("X-Total-Pages", "9"),
            ("x-gitlab-meta", '{"correlation_id":"x","version":"1"}'),
        ],
    ),
    "GitLab: a project": lambda p: got(
        {
            "id": 3,
            "name": "secrets",
            "path_with_namespace": "acme/secrets",
            "runners_token": p("GR1348941<w*20>"),
            "ci_job_token_scope_enabled": False,
            "http_url_to_repo": "http://example.com/acme/secrets.git",
            "import_url": f"https://oauth2:{p('glpat-<w*20>')}@gitlab.example.com/x.git",
            "secret_push_protection_enabled": True,
            "pre_receive_secret_detection_enabled": False,
            "allow_merge_on_skipped_pipeline": None,
            "ci_id_token_sub_claim_components": ["project_path"],
            "keep_latest_artifact": True,
        }
    ),
    "GitLab: variables of CI": lambda p: got(
        [
            {
                "key": "TEST_VARIABLE_1",
                "variable_type": "env_var",
                "value": "TEST_1",
                "protected": False,
                "masked": False,
                "environment_scope": "*",
            },
            {
                "key": "DEPLOY_TOKEN",
                "variable_type": "env_var",
                "value": p("<a*20>"),
                "protected": True,
                "masked": True,
                "raw": False,
            },
            {"key": "TEST_VARIABLE_2", "variable_type": "env_var", "value": p("<l*12>"), "masked": True},
        ]
    ),
    "GitLab: tokens": lambda p: got(
        [
            {
                "id": 4,
                "name": "Test Token",
                "revoked": False,
                "created_at": "2020-07-23T14:31:47.729Z",
                "scopes": ["api", "read_user"],
                "user_id": 24,
                "last_used_at": "2021-10-06T17:58:37.550Z",
                "active": True,
                "expires_at": None,
                "token": p("glpat-<w*20>"),
            }
        ]
    ),
    "GitLab: feeds": lambda p: asked(f"https://gitlab.com/acme.atom?feed_token={p('glft-<w*20>')}"),
    "GitLab: an older feed": lambda p: asked(
        f"https://gitlab.com/acme.atom?private_token={p('<w*20>')}&rss_token={p('<w*20>')}"
    ),
    "GitLab: a trigger": lambda p: form(
        {
            "token": p("glptt-<h*40>"),
            "ref": "main",
            "variables[DB_PASSWORD]": p("<a*12>"),
            "variables[REGION]": "eu",
        },
        url="https://gitlab.com/api/v4/projects/1/trigger/pipeline",
    ),
    "GitLab: a keyset": lambda p: asked(
        "https://gitlab.com/api/v4/projects?id_after=42&order_by=id&pagination=keyset&per_page=50&cursor="
        + p.id("eyJpZCI6<a*20>")
    ),
    "Bitbucket: an app password": lambda p: asked(
        "https://api.bitbucket.org/2.0/workspaces",
        headers=[("Authorization", f"Basic {p.basic('evzijst', p('ATBB<a*32>'))}")],
    ),
    "Bitbucket: variables": lambda p: got(
        {
            "values": [
                {
                    "type": "pipeline_variable",
                    "uuid": "{" + p.id(GUID) + "}",
                    "key": "AWS_SECRET_ACCESS_KEY",
                    "secured": True,
                },
                {"key": "AWS_SECRET_ACCESS_KEY", "value": p("<b*40>"), "secured": False},
            ],
            "page": 1,
            "next": "https://api.bitbucket.org/2.0/x?page=2",
        }
    ),
    "Atlassian: users": lambda p: got(
        [
            {
                "self": "https://acme.atlassian.net/rest/api/3/user?accountId=5b10a2844c20165700ede21g",
                "accountId": p.id("5b10<h*20>"),
                "accountType": "atlassian",
                "emailAddress": "mia@example.com",
                "displayName": "Mia Token",
                "key": "",
                "name": "",
            }
        ],
        headers=[("Authorization", f"Basic {p.basic('fred@example.com', p('ATATT3xFfGF0<w*160>=<H*8>'))}")],
    ),
    "Atlassian: a webhook of Connect": lambda p: got(
        {
            "key": "installed-addon-key",
            "clientKey": p.id(GUID),
            "oauthClientId": p.id("eyJ<w*20>"),
            "publicKey": p.id("MIGf<b*200>"),
            "sharedSecret": p("<w*40>"),
            "baseUrl": "https://example.atlassian.net",
            "productType": "jira",
        }
    ),
    "Jira: issues": lambda p: got(
        {
            "issues": [
                {
                    "id": "10002",
                    "key": "SEC-1",
                    "fields": {
                        "summary": "Password: reset for token users fails",
                        "issuetype": {"name": "Secret rotation"},
                        "project": {"key": "SECRETS"},
                    },
                }
            ],
            "nextPageToken": p.id("CAEaAggD<w*12>"),
            "isLast": False,
        }
    ),
    "Jira: a changelog": lambda p: got(
        {
            "values": [
                {
                    "author": {"displayName": "Alice Token", "emailAddress": "alice@example.test"},
                    "items": [
                        {
                            "field": "Root password",
                            "from": None,
                            "fromString": p("<a*12>"),
                            "to": None,
                            "toString": p("<a*12>"),
                        },
                        {"field": "Password policy", "fromString": "weak-1", "toString": "strong-2"},
                    ],
                }
            ]
        }
    ),
    "GitLab: changes in an audit log": lambda p: got(
        [
            {
                "author_name": "Alice Token",
                "message": f"Changed password of svc-ci from {p('<a*12>1Aa')} to {p('<a*12>1Aa')}.",
            },
            {"message": "Changed password expiry from 30days to P90D"},
        ]
    ),
    "Jenkins: credentials": lambda p: got(
        {
            "_class": "com.cloudbees.plugins.credentials.CredentialsStoreAction$DomainWrapper",
            "credentials": [
                {
                    "id": "github-token",
                    "displayName": "GitHub token",
                    "typeName": "Secret text",
                    "fingerprint": None,
                    "fullName": "system/_/github-token",
                    "description": "used by ci",
                }
            ],
        }
    ),
    "Jenkins: a crumb": lambda p: got(
        {
            "_class": "hudson.security.csrf.DefaultCrumbIssuer",
            "crumb": p("<h*64>"),
            "crumbRequestField": "Jenkins-Crumb",
        }
    ),
    "Jenkins: with a crumb": lambda p: asked(
        "https://jenkins.test/job/x/build",
        headers=[
            ("Jenkins-Crumb", p("<h*64>")),
            ("Authorization", f"Basic {p.basic('admin', p('11<h*32>'))}"),
        ],
    ),
    "Jenkins: a trigger": lambda p: asked(
        f"https://jenkins.test/job/x/build?token={p('<a*20>')}&cause=by+hand"
    ),
    "CircleCI": lambda p: got(
        {
            "items": [{"name": "FOO", "value": "xxxx1234", "created-at": "2024-01-01T00:00:00Z"}],
            "next_page_token": p.id("AARLwwV6<w*30>"),
        },
        headers=[("Circle-Token", p("CCIPAT_<a*22>_<h*40>"))],
    ),
    "npm: a login": lambda p: sent(
        {
            "_id": "org.couchdb.user:bob",
            "name": "bob",
            "password": p("<a*12>"),
            "email": "b@x.test",
            "type": "user",
            "roles": [],
        },
        received={"ok": True, "id": "org.couchdb.user:bob", "token": p("npm_<a*36>")},
    ),
    "npm: a file": lambda p: text(
        f"registry=https://registry.npmjs.org/\n//registry.npmjs.org/:_authToken={p('npm_<a*36>')}\n//old.test/:_password={p('<b*20>')}\nalways-auth=true\n"
    ),
    "Docker: a config": lambda p: got(
        {
            "auths": {
                "https://index.docker.io/v1/": {
                    "auth": p.basic("bob", p("dckr_pat_<w*27>")),
                    "email": "b@x.test",
                },
                "ghcr.io": {"username": "bob", "password": p("<a*20>")},
                "gcr.io": {"identitytoken": p("<a*40>")},
            },
            "credsStore": "osxkeychain",
            "HttpHeaders": {"User-Agent": "Docker-Client/19.03.12"},
        }
    ),
    "Docker: a login": lambda p: sent(
        {"username": "bob", "password": p("dckr_pat_<w*27>")},
        received={"token": p.jwt(), "refresh_token": p("v1.<w*60>")},
    ),
    "Docker: an authorisation": lambda p: asked(
        "https://registry.test/v2/",
        headers=[("X-Registry-Auth", p("eyJ1c2Vy<w*80>"))],
        answer_headers=[
            (
                "Www-Authenticate",
                'Bearer realm="https://auth.docker.io/token",service="registry.docker.io",scope="repository:library/alpine:pull"',
            )
        ],
    ),
    "Artifactory": lambda p: asked(
        "https://acme.jfrog.io/artifactory/api/security/users",
        headers=[("X-JFrog-Art-Api", p("AKCp<a*69>"))],
        received=[
            {
                "name": "admin",
                "email": "a@x.test",
                "admin": True,
                "internalPasswordDisabled": False,
                "realm": "internal",
                "passwordExpired": False,
            }
        ],
    ),
    "Sentry": lambda p: got(
        [
            {
                "id": p.id("<h*32>"),
                "name": "Default",
                "label": "Fabulous Key",
                "public": p.id("<h*32>"),
                "secret": p("<h*32>"),
            }
        ]
    ),
    "Terraform: a state": lambda p: got(
        {
            "version": 4,
            "terraform_version": "1.2.3",
            "serial": 7,
            "lineage": p.id(GUID),
            "outputs": {
                "db_password": Whole(value=p("<a*16>"), type="string", sensitive=True),
                "db_host": {"value": "db.test", "type": "string"},
            },
            "resources": [
                {
                    "mode": "managed",
                    "type": "random_password",
                    "name": "db",
                    "provider": 'provider["registry.terraform.io/hashicorp/random"]',
                    "instances": [
                        {
                            "schema_version": 3,
                            "attributes": {
                                "bcrypt_hash": p("$2a$10$<a*53>"),
                                "id": "none",
                                "length": 16,
                                "result": p("<a*16>"),
                                "min_special": 0,
                                "special": True,
                            },
                            "sensitive_attributes": [],
                        }
                    ],
                },
                {
                    "mode": "managed",
                    "type": "aws_iam_access_key",
                    "name": "ci",
                    "instances": [
                        {
                            "attributes": {
                                "id": p.id("AKIA<u*16>"),
                                "secret": p("<b*40>"),
                                "ses_smtp_password_v4": p("<b*44>"),
                                "status": "Active",
                                "user": "ci",
                                "encrypted_secret": None,
                            }
                        }
                    ],
                },
                {
                    "mode": "managed",
                    "type": "tls_private_key",
                    "instances": [
                        {
                            "attributes": {
                                "algorithm": "RSA",
                                "private_key_pem": p.pem("RSA PRIVATE KEY"),
                                "private_key_openssh": p.pem("OPENSSH PRIVATE KEY"),
                                "public_key_pem": p.certificate("PUBLIC KEY"),
                                "public_key_fingerprint_sha256": "SHA256:" + p.id("<b*43>"),
                            }
                        }
                    ],
                },
            ],
        }
    ),
    "Terraform Cloud: variables": lambda p: got(
        {
            "data": [
                {
                    "id": p.id("var-<a*16>"),
                    "type": "vars",
                    "attributes": {
                        "key": "aws_secret_key",
                        "value": p("<b*40>"),
                        "sensitive": False,
                        "category": "env",
                        "hcl": False,
                        "created-at": "2024-01-01T00:00:00Z",
                    },
                }
            ]
        }
    ),
    "Terraform Cloud: a token": lambda p: got(
        {
            "data": {
                "id": p.id("at-<a*16>"),
                "type": "authentication-tokens",
                "attributes": {
                    "created-at": "2018-01-01T00:00:00Z",
                    "last-used-at": None,
                    "description": "api",
                    "token": p("<a*14>.atlasv1.<a*67>"),
                    "expired-at": None,
                },
            }
        }
    ),
    "Terraform Cloud: an upload": lambda p: got(
        {
            "data": {
                "attributes": {
                    "upload-url": f"https://archivist.terraform.io/v1/object/{p('dmF1bHQ6djE6<w*120>')}",
                    "status": "pending",
                }
            }
        }
    ),
    "an environment": lambda p: got(
        {
            "env": [
                {"name": "PATH", "value": "/usr/bin"},
                {"name": "GITHUB_TOKEN", "value": p("<a*30>")},
                {
                    "name": "DATABASE_URL",
                    "value": f"postgres://app:{p('<a*16>')}@db.test:5432/app?sslmode=require",
                },
                {"name": "TOKEN_TTL", "value": "3600"},
                {"name": "PASSWORD_MIN_LENGTH", "value": "12"},
            ]
        }
    ),
}
