"""Software as a service: Slack, Salesforce, ServiceNow, Workday, Zendesk and the like."""

from corpus.planting import asked, form, got, sent

GUID = "<h*8>-<h*4>-<h*4>-<h*4>-<h*12>"

CASES = {
    "Slack: users": lambda p: got(
        {
            "ok": True,
            "members": [
                {
                    "id": p.id("W<u*8>"),
                    "team_id": p.id("T<u*8>"),
                    "name": "password-bot",
                    "real_name": "Secret Santa",
                    "tz": "America/Los_Angeles",
                    "profile": {
                        "avatar_hash": p.id("<h*12>"),
                        "email": "s@example.com",
                        "status_emoji": ":key:",
                        "api_app_id": "",
                        "bot_id": p.id("B<u*8>"),
                    },
                    "is_bot": False,
                    "has_2fa": True,
                    "updated": 1502138686,
                }
            ],
            "cache_ts": 1498777272,
            "response_metadata": {"next_cursor": p.id("dXNlcjpVMEc5V0ZYTlo=")},
        },
        url="https://slack.com/api/users.list?limit=200&cursor=dXNlcjpVMEc5V0ZYTlo%3D",
        headers=[("Authorization", f"Bearer {p('xoxp-<d*12>-<d*12>-<d*13>-<h*32>')}")],
    ),
    "Slack: a token in a form": lambda p: form(
        {"token": p("xoxb-<d*12>-<d*12>-<a*24>"), "channel": "C1", "text": "hello token"},
        url="https://slack.com/api/chat.postMessage",
    ),
    "Slack: an installation": lambda p: form(
        {"code": p("<d*12>.<d*13>.<h*64>"), "client_id": "4.7", "client_secret": p("<h*32>")},
        url="https://slack.com/api/oauth.v2.access",
        received={
            "ok": True,
            "app_id": "A0KRD7HC3",
            "authed_user": {
                "id": "U1234",
                "scope": "chat:write",
                "access_token": p("xoxp-<d*12>-<d*12>-<h*32>"),
                "token_type": "user",
            },
            "scope": "commands",
            "token_type": "bot",
            "access_token": p("xoxb-<d*12>-<d*12>-<a*24>"),
            "bot_user_id": "U0KRQLJ9H",
            "team": {"name": "Slack", "id": "T9TK3CUKW"},
            "incoming_webhook": {
                "channel": "#x",
                "configuration_url": "https://acme.slack.com/services/B1",
                "url": f"https://hooks.slack.com/services/{p('T<u*8>/B<u*8>/<a*24>')}",
            },
        },
    ),
    "Slack: a webhook": lambda p: sent(
        {"text": "hi"}, url=f"https://hooks.slack.com/services/{p('T<u*8>/B<u*8>/<a*24>')}"
    ),
    "Slack: an event": lambda p: sent(
        {
            "token": p("<a*24>"),
            "team_id": "T061EG9R6",
            "api_app_id": "A0PNCHHK2",
            "event": {"type": "tokens_revoked", "tokens": {"oauth": ["UXXXXXXXX"], "bot": ["UXXXXXXXX"]}},
            "type": "event_callback",
            "event_id": "Ev9UQ52YNA",
            "authorizations": [{"team_id": "T1", "user_id": "U1"}],
        },
        headers=[("X-Slack-Signature", p("v0=<h*64>")), ("X-Slack-Request-Timestamp", "1531420618")],
    ),
    "Salesforce: a token": lambda p: form(
        {
            "grant_type": "password",
            "client_id": p.id("3MVG9<a*80>"),
            "client_secret": p("<H*64>"),
            "username": "a@example.com",
            "password": p("mypass<a*24>"),
        },
        url="https://login.salesforce.com/services/oauth2/token",
        received={
            "access_token": p("00D<a*12>!AR<a*90>"),
            "instance_url": "https://acme.my.salesforce.com",
            "id": "https://login.salesforce.com/id/00Dx0000000BV7z/005x00000012Q9P",
            "token_type": "Bearer",
            "issued_at": "1278448384422",
        },
    ),
    "Salesforce: records": lambda p: got(
        {
            "totalSize": 1,
            "done": False,
            "nextRecordsUrl": "/services/data/v58.0/query/01gD0000002HU6KIAW-2000",
            "records": [
                {
                    "attributes": {"type": "User", "url": "/services/data/v58.0/sobjects/User/005x"},
                    "Id": p.id("005<a*15>"),
                    "Username": "a@acme.com",
                    "ProfileId": p.id("00e<a*15>"),
                    "FederationIdentifier": "a@acme.com",
                    "LastPasswordChangeDate": "2024-01-01T00:00:00.000+0000",
                    "PermissionsResetPasswords": True,
                    "UserPreferencesShowTitleToExternalUsers": True,
                    "Title": "Key Account Manager",
                    "IsActive": True,
                    "CommunityNickname": "secret",
                }
            ],
        },
        url="https://acme.my.salesforce.com/services/data/v58.0/query?q=SELECT+Id,LastPasswordChangeDate+FROM+User",
        headers=[
            ("Authorization", f"Bearer {p('00D<a*12>!AR<a*90>')}"),
            ("Sforce-Query-Options", "batchSize=2000"),
        ],
        answer_headers=[("Sforce-Limit-Info", "api-usage=18/5000")],
    ),
    "Salesforce: a session": lambda p: asked(
        "https://acme.my.salesforce.com/services/async/58.0/job",
        headers=[("X-SFDC-Session", p("00D<a*12>!AR<a*90>"))],
    ),
    "Salesforce: a permission set": lambda p: got(
        {
            "records": [
                {
                    "PermissionsApiEnabled": True,
                    "PermissionsManagePasswordPolicies": False,
                    "PermissionsPasswordNeverExpires": True,
                    "PermissionsTwoFactorApi": False,
                    "Label": "Token Viewers",
                    "Name": "Token_Viewers",
                }
            ]
        }
    ),
    "ServiceNow: users": lambda p: got(
        {
            "result": [
                {
                    "sys_id": p.id("<h*32>"),
                    "user_name": "abel.tuter",
                    "user_password": p("<a*24>"),
                    "password_needs_reset": "false",
                    "email": "a@example.com",
                    "sys_domain": {
                        "link": "https://acme.service-now.com/api/now/table/sys_user_group/global",
                        "value": "global",
                    },
                    "manager": {
                        "link": f"https://acme.service-now.com/api/now/table/sys_user/{p.id('<h*32>')}",
                        "value": p.id("<h*32>"),
                    },
                    "failed_attempts": "0",
                    "title": "Director of Secrets",
                    "department": {"value": p.id("<h*32>"), "display_value": "Key Accounts"},
                    "last_login_time": "",
                    "source": "ldap:CN=Abel,OU=Password",
                    "mobile_phone": "",
                    "employee_number": "7",
                    "internal_integration_user": "false",
                    "enable_multifactor_authn": "false",
                }
            ]
        },
        headers=[
            ("Authorization", f"Basic {p.basic('admin', p('Snow<a*8>'))}"),
            ("X-UserToken", p("<h*72>")),
        ],
        answer_headers=[
            ("X-Total-Count", "610"),
            (
                "Link",
                '<https://acme.service-now.com/api/now/table/sys_user?sysparm_limit=1&sysparm_offset=1>;rel="next"',
            ),
            ("Set-Cookie", f"glide_session_store={p('<H*32>')}; Path=/; HttpOnly"),
            ("Set-Cookie", f"glide_user_route={p('glide.<h*32>')}; Path=/"),
            ("Set-Cookie", f"BIGipServerpool_acme={p('<d*10>.<d*5>.0000')}; path=/"),
        ],
    ),
    "ServiceNow: an OAuth entity": lambda p: got(
        {
            "result": {
                "sys_id": p.id("<h*32>"),
                "client_id": p.id("<h*32>"),
                "client_secret": p("<a*14>"),
                "refresh_token_lifespan": "8640000",
                "access_token_lifespan": "1800",
                "token_url": "https://x.test/token",
                "default_grant_type": "password",
                "name": "Token client",
            }
        }
    ),
    "Workday: workers": lambda p: got(
        {
            "total": 1,
            "data": [
                {
                    "id": p.id("<h*32>"),
                    "descriptor": "Logan McNeil",
                    "primaryWorkEmail": "l@workday.net",
                    "isManager": True,
                    "businessTitle": "VP, Key Accounts",
                    "workerType": {"descriptor": "Employee", "id": p.id("<h*32>")},
                }
            ],
        },
        headers=[("Authorization", f"Bearer {p('<a*40>')}")],
    ),
    "Workday: a report": lambda p: got(
        {
            "Report_Entry": [
                {
                    "Employee_ID": "21001",
                    "User_Name": "lmcneil",
                    "Passport_Number": "X1234567",
                    "Cost_Center": "41500",
                    "Session_Timeout_Minutes": "20",
                    "Allow_Mixed-Language": "0",
                    "Require_New_Password_at_Next_Sign_In": "0",
                }
            ]
        }
    ),
    "Zendesk: users": lambda p: got(
        {
            "users": [
                {
                    "id": 35436,
                    "name": "Johnny",
                    "email": "j@example.com",
                    "shared_phone_number": None,
                    "two_factor_auth_enabled": None,
                    "chat_only": False,
                    "custom_role_id": 7,
                    "moderator": False,
                    "ticket_restriction": "assigned",
                    "only_private_comments": False,
                    "restricted_agent": True,
                }
            ],
            "meta": {
                "has_more": True,
                "after_cursor": p.id("eyJvIjoiaWQiLCJ2<w*20>=="),
                "before_cursor": p.id("eyJv<w*20>"),
            },
            "links": {
                "next": f"https://acme.zendesk.com/api/v2/users.json?page%5Bafter%5D={p.id('eyJvIjoi<a*20>')}&page%5Bsize%5D=100"
            },
        },
        headers=[("Authorization", f"Basic {p.basic('agent@example.com/token', p('<a*40>'))}")],
    ),
    "Zendesk: API tokens": lambda p: got(
        {
            "oauth_client": {
                "id": 223443,
                "identifier": "example_client",
                "name": "Example Client",
                "secret": p("<h*64>"),
                "redirect_uri": ["https://example.com/cb"],
            },
            "token": {
                "id": 1,
                "token": p("<h*10>"),
                "full_token": p("<h*64>"),
                "refresh_token": None,
                "scopes": ["read"],
            },
        }
    ),
    "Box": lambda p: got(
        {
            "total_count": 1,
            "entries": [
                {
                    "type": "user",
                    "id": "33333",
                    "name": "Aaron",
                    "login": "a@box.com",
                    "tracking_codes": [{"type": "tracking_code", "name": "department", "value": "Sales"}],
                    "is_password_reset_required": False,
                    "can_see_managed_users": True,
                }
            ],
            "next_marker": p.id("JV9IRGZmieiBasejOG9yDCRNgd2ymoZIbjsxbJMjIs3kioVii<a*10>"),
        }
    ),
    "Box: an app's file": lambda p: got(
        {
            "boxAppSettings": {
                "clientID": p.id("<l*32>"),
                "clientSecret": p("<a*32>"),
                "appAuth": {
                    "publicKeyID": p.id("<l*8>"),
                    "privateKey": p.pem("ENCRYPTED PRIVATE KEY"),
                    "passphrase": p("<h*32>"),
                },
            },
            "enterpriseID": "123456",
        }
    ),
    "Box: a shared link": lambda p: got(
        {
            "shared_link": {
                "url": f"https://acme.box.com/s/{p.id('<l*32>')}",
                "is_password_enabled": True,
                "effective_access": "open",
                "permissions": {"can_download": True},
            },
            "download_url": f"https://dl.boxcloud.com/d/1/{p.id('b1!<w*80>')}/download",
        }
    ),
    "Dropbox": lambda p: got(
        {
            "members": [
                {
                    "profile": {
                        "team_member_id": p.id("dbmid:<w*35>"),
                        "account_id": p.id("dbid:<w*35>"),
                        "email": "t@example.com",
                        "status": {".tag": "active"},
                        "secondary_emails": [],
                        "persistent_id": "x",
                    },
                    "role": {".tag": "member_only"},
                }
            ],
            "cursor": p.id("ZtkX9_EHj3x7PMkVuFIhwKYXEpwpLwyxp9vMKomUhllil9q7eWiA<w*20>"),
            "has_more": True,
        },
        headers=[("Authorization", f"Bearer {p('sl.<w*140>')}")],
    ),
    "Zoom": lambda p: got(
        {
            "page_count": 1,
            "next_page_token": p.id("<a*30>"),
            "users": [
                {
                    "id": p.id("<w*22>"),
                    "first_name": "Jill",
                    "email": "j@example.com",
                    "pmi": 3542471135,
                    "type": 2,
                    "host_key": p("<d*6>"),
                    "personal_meeting_url": f"https://zoom.us/j/6352635623?pwd={p('<a*32>')}",
                    "dept": "Tokens",
                    "account_number": 7,
                }
            ],
        }
    ),
    "Zoom: a meeting": lambda p: got(
        {
            "id": 97763643886,
            "topic": "Password rotation",
            "password": p.number(6),
            "h323_password": p.number(6),
            "encrypted_password": p("<a*32>"),
            "join_url": f"https://zoom.us/j/97763643886?pwd={p('<a*32>.1')}",
            "start_url": f"https://zoom.us/s/97763643886?zak={p.jwt()}",
            "settings": {
                "waiting_room": False,
                "meeting_authentication": True,
                "authentication_name": "Sign in to Zoom",
            },
        }
    ),
    "HubSpot": lambda p: asked(
        f"https://api.hubapi.com/crm/v3/owners?hapikey={p('<h*8>-<h*4>-<h*4>-<h*4>-<h*12>')}&limit=100&after={p.id('MTAw<a*8>')}",
        received={
            "results": [{"id": "1", "email": "e@x.test"}],
            "paging": {"next": {"after": p.id("MTAw<a*8>"), "link": "?after=MTAw"}},
        },
    ),
    "PagerDuty: users": lambda p: got(
        {
            "users": [
                {
                    "id": p.id("P<u*13>"),
                    "name": "Earline",
                    "email": "e@example.com",
                    "role": "admin",
                    "contact_methods": [
                        {"id": p.id("P<u*6>"), "type": "phone_contact_method_reference", "summary": "Mobile"}
                    ],
                    "invitation_sent": False,
                    "job_title": "Token Director",
                }
            ],
            "more": True,
            "offset": 0,
            "limit": 25,
        },
        headers=[
            ("Authorization", f"Token {p('token=<w*20>')}"),
            ("Accept", "application/vnd.pagerduty+json;version=2"),
        ],
    ),
    "PagerDuty: an integration": lambda p: got(
        {
            "integration": {
                "id": p.id("P<u*6>"),
                "type": "events_api_v2_inbound_integration",
                "integration_key": p("<h*32>"),
                "integration_email": "x@y.pagerduty.com",
            }
        }
    ),
    "PagerDuty: an event": lambda p: sent(
        {
            "routing_key": p("<h*32>"),
            "event_action": "trigger",
            "dedup_key": p.id("<h*32>"),
            "payload": {"summary": "password check failed", "source": "db", "severity": "critical"},
        }
    ),
    "Datadog": lambda p: got(
        {
            "data": [
                {
                    "type": "api_keys",
                    "id": p.id(GUID),
                    "attributes": {
                        "created_at": "2020-11-23T10:00:00.000Z",
                        "key": p("<h*32>"),
                        "last4": "1a2b",
                        "name": "API Key for submitting metrics",
                    },
                }
            ]
        },
        url="https://api.datadoghq.com/api/v2/api_keys/x",
        headers=[("DD-API-KEY", p("<h*32>")), ("DD-APPLICATION-KEY", p("<h*40>"))],
    ),
    "Datadog by query": lambda p: asked(
        f"https://api.datadoghq.com/api/v1/users?api_key={p('<h*32>')}&application_key={p('<h*40>')}"
    ),
    "New Relic": lambda p: sent(
        {"query": "{ actor { user { email } } }"},
        headers=[("Api-Key", p("NRAK-<u*27>"))],
        received={
            "data": {
                "actor": {
                    "apiAccess": {
                        "key": {
                            "id": p.id("<H*64>"),
                            "key": p("NRAK-<u*27>"),
                            "name": "Token",
                            "type": "USER",
                        }
                    }
                }
            }
        },
    ),
    "Stripe": lambda p: got(
        {
            "object": "list",
            "data": [
                {
                    "id": p.id("cus_<a*14>"),
                    "object": "customer",
                    "email": "a@example.com",
                    "invoice_prefix": "0759376C",
                    "default_source": p.id("card_<a*24>"),
                    "metadata": {"secretary": "carol"},
                },
                {
                    "id": p.id("pi_<a*24>"),
                    "client_secret": p("pi_<a*24>_secret_<a*24>"),
                    "payment_method_types": ["card"],
                },
            ],
            "has_more": False,
            "url": "/v1/customers",
        },
        headers=[
            ("Authorization", f"Basic {p.basic(p('sk_live_<a*24>'), '')}"),
            ("Stripe-Version", "2023-10-16"),
            ("Idempotency-Key", p.id(GUID)),
        ],
    ),
    "Stripe: an endpoint": lambda p: got(
        {
            "id": p.id("we_<a*24>"),
            "object": "webhook_endpoint",
            "secret": p("whsec_<a*32>"),
            "url": "https://example.com/my/webhook/endpoint",
            "enabled_events": ["charge.failed"],
        }
    ),
    "Twilio": lambda p: asked(
        f"https://api.twilio.com/2010-04-01/Accounts/{(sid := p.id('AC<h*32>'))}/Messages.json",
        headers=[("Authorization", f"Basic {p.basic(sid, p('<h*32>'))}")],
        received={
            "account_sid": sid,
            "auth_token": p("<h*32>"),
            "friendly_name": "Token account",
            "sid": sid,
            "messaging_service_sid": p.id("MG<h*32>"),
            "to": "+15558675310",
            "body": "See you",
        },
    ),
    "Twilio: a message with a code": lambda p: form(
        {"To": "+15558675310", "From": "+15017122661", "Body": f"Your verification code is {p('<d*6>')}"}
    ),
    "SendGrid": lambda p: got(
        {
            "api_key": p("SG.<w*22>.<w*43>"),
            "api_key_id": p.id("<w*22>"),
            "name": "My API Key",
            "scopes": ["mail.send", "user.password.update"],
        }
    ),
    "SendGrid: a mail": lambda p: sent(
        {
            "personalizations": [{"to": [{"email": "a@x.test"}]}],
            "subject": "Reset your password",
            "content": [
                {
                    "type": "text/plain",
                    "value": f"Click https://app.test/reset-password?token={p('<a*30>')} to reset your password.",
                }
            ],
        }
    ),
    "Snowflake: a login": lambda p: sent(
        {
            "data": {
                "ACCOUNT_NAME": "ACME",
                "LOGIN_NAME": "BOB",
                "PASSWORD": p("<a*14>"),
                "CLIENT_APP_ID": "PythonConnector",
            }
        },
        url="https://acme.snowflakecomputing.com/session/v1/login-request?requestId=x",
        received={
            "data": {
                "masterToken": p("ver:1-hint:<d*9>-ETMsDgAAA<b*200>"),
                "token": p("ver:1-hint:<d*9>-ETMsDgAAA<b*200>"),
                "validityInSeconds": 3600,
                "masterValidityInSeconds": 14400,
                "displayUserName": "BOB",
                "serverVersion": "7.1",
                "sessionId": p.number(12),
                "idToken": None,
                "mfaToken": None,
            },
            "success": True,
        },
    ),
    "Snowflake: an authorisation": lambda p: asked(
        "https://acme.snowflakecomputing.com/queries/v1/query-request",
        headers=[("Authorization", "Snowflake " + p('Token="ver:1-hint:<d*9>-ETMs<b*100>"'))],
    ),
    "Snowflake: users": lambda p: got(
        {
            "resultSetMetaData": {
                "rowType": [
                    {"name": "name", "type": "text"},
                    {"name": "has_password", "type": "boolean"},
                    {"name": "has_rsa_public_key", "type": "boolean"},
                    {"name": "password_last_set_time", "type": "text"},
                ]
            },
            "data": [["BOB", "true", "false", "2024-01-01"], ["SECRETARY", "false", "true", None]],
            "statementHandle": p.id(GUID),
        }
    ),
    "Databricks": lambda p: got(
        {
            "token_value": p("dapi<h*32>"),
            "token_info": {
                "token_id": p.id("<h*64>"),
                "creation_time": 1580265020299,
                "expiry_time": 1580265020299,
                "comment": "this is a token",
                "created_by_id": 1,
            },
        },
        headers=[("Authorization", f"Bearer {p('dapi<h*32>')}")],
    ),
    "Databricks: scopes of secrets": lambda p: got(
        {
            "scopes": [{"name": "my-databricks-scope", "backend_type": "DATABRICKS"}],
            "secrets": [{"key": "db-password", "last_updated_timestamp": 1520467595000}],
        }
    ),
    "Confluent": lambda p: got(
        {
            "api_version": "iam/v2",
            "kind": "ApiKey",
            "id": p.id("<u*16>"),
            "spec": {
                "secret": p("<b*64>"),
                "display_name": "CI",
                "owner": {"id": "u-a83k9b", "resource_name": "https://api.confluent.cloud/v2/users/u-a83k9b"},
            },
        }
    ),
    "MongoDB Atlas": lambda p: got(
        {
            "results": [
                {
                    "id": p.id("<h*24>"),
                    "desc": "token",
                    "publicKey": p.id("<l*8>"),
                    "privateKey": p("********-****-****-<h*12>"),
                    "roles": [{"orgId": p.id("<h*24>"), "roleName": "ORG_MEMBER"}],
                }
            ],
            "totalCount": 1,
        }
    ),
    "Intercom, access by key": lambda p: asked(
        f"https://api.x.test/contacts?starting_after={p.id('WzE3MDAwMDAwMDAwMDAs<a*30>=')}&per_page=50"
    ),
    "Airtable": lambda p: got(
        {
            "records": [{"id": p.id("rec<a*14>"), "fields": {"Name": "Token", "Secretary": "Carol"}}],
            "offset": f"{p.id('itr<a*14>')}/{p.id('rec<a*14>')}",
        },
        headers=[("Authorization", f"Bearer {p('pat<a*14>.<h*64>')}")],
    ),
    "Notion": lambda p: got(
        {
            "results": [
                {
                    "object": "user",
                    "id": p.id(GUID),
                    "type": "person",
                    "person": {"email": "a@x.test"},
                    "name": "Avo Password",
                }
            ],
            "next_cursor": p.id(GUID),
            "has_more": True,
        }
    ),
    "Asana": lambda p: got(
        {
            "data": [{"gid": "12345", "resource_type": "user", "name": "Greg"}],
            "next_page": {
                "offset": p.id("eyJ0eXAiOJiKV1iQLCJhbGciOiJIUzI1<a*5>"),
                "path": "/users?limit=1",
                "uri": "https://app.asana.com/api/1.0/users?limit=1",
            },
        }
    ),
    "DocuSign": lambda p: got(
        {
            "users": [
                {
                    "userName": "Bob",
                    "userId": p.id(GUID),
                    "userType": "CompanyUser",
                    "isAdmin": "False",
                    "userStatus": "Active",
                    "uri": "/users/x",
                    "email": "b@x.test",
                    "passwordExpiration": "2024-01-01T00:00:00Z",
                    "activationAccessCode": p("<a*8>"),
                    "forgottenPasswordInfo": {
                        "forgottenPasswordQuestion1": "Pet?",
                        "forgottenPasswordAnswer1": p("rex<a*6>"),
                    },
                    "sendActivationEmail": "false",
                }
            ]
        }
    ),
    "Bamboo HR": lambda p: asked(
        "https://api.bamboohr.com/api/gateway.php/acme/v1/employees/directory",
        headers=[("Authorization", f"Basic {p.basic(p('<h*40>'), 'x')}")],
        received={
            "fields": [{"id": "displayName", "type": "text", "name": "Display name"}],
            "employees": [
                {
                    "id": "123",
                    "displayName": "John Doe",
                    "jobTitle": "Customer Success Secretary",
                    "department": "Key Accounts",
                    "photoUrl": "https://x.test/photo.png",
                }
            ],
        },
    ),
    "Freshservice": lambda p: asked(
        "https://acme.freshservice.com/api/v2/requesters",
        headers=[("Authorization", f"Basic {p.basic(p('<a*20>'), 'X')}")],
    ),
    "NetSuite": lambda p: asked(
        "https://1.suitetalk.api.netsuite.com/services/rest/record/v1/employee",
        headers=[
            (
                "Authorization",
                "OAuth "
                + p.known(
                    f'realm="1",oauth_token="{p("<h*64>")}",oauth_consumer_key="{p.id("<h*64>")}",oauth_nonce="{p.id("<a*11>")}",oauth_timestamp="1508242306",oauth_signature_method="HMAC-SHA256",oauth_version="1.0",oauth_signature="{p("<a*43>")}%3D"'
                ),
            )
        ],
    ),
    "Tableau": lambda p: sent(
        {
            "credentials": {
                "personalAccessTokenName": "MY_PAT",
                "personalAccessTokenSecret": p("<b*22>==:<a*32>"),
                "site": {"contentUrl": "MYSITE"},
            }
        },
        received={
            "credentials": {
                "site": {"id": p.id(GUID), "contentUrl": "MYSITE"},
                "user": {"id": p.id(GUID)},
                "token": p("<a*22>|<a*32>|<h*8>-<h*4>-<h*4>-<h*4>-<h*12>"),
                "estimatedTimeToExpiration": "239:59:59",
            }
        },
        headers=[("X-Tableau-Auth", p("<a*22>|<a*32>"))],
    ),
    "Splunk": lambda p: form(
        {"username": "admin", "password": p("<a*10>")},
        url="https://splunk.test/services/auth/login?output_mode=json",
        received={"sessionKey": p("<w*60>")},
    ),
    "Elastic": lambda p: got(
        {
            "id": p.id("<w*20>"),
            "name": "my-api-key",
            "expiration": 1544068612110,
            "api_key": p("<w*22>"),
            "encoded": p("<b*60>=="),
        },
        headers=[("Authorization", f"ApiKey {p('<b*60>==')}")],
    ),
    "Elastic: hits": lambda p: got(
        {
            "_scroll_id": p.id("DXF1ZXJ5QW5kRmV0Y2gBAAAAAAAAAD4WYm9laVYtZndUQlNsdDcwakFMNjU1QQ=="),
            "hits": {
                "hits": [
                    {
                        "_id": p.id("<w*20>"),
                        "_source": {
                            "user.name": "root",
                            "message": "session opened for user root",
                            "event.action": "changed-password",
                        },
                        "sort": [1700000000, p.id("<w*20>")],
                    }
                ]
            },
        }
    ),
    "a mail about passwords": lambda p: got(
        {
            "subject": "Your password has been reset",
            "body": "Hello Bob,\n\nyour password was changed on Monday. If you did not request it, reset your password: go to Settings > Password.\nNever share your token: support will not ask for it.\n",
        }
    ),
    "a temporary password by mail": lambda p: got(
        {
            "body": f"Welcome Bob! Your username is bob and your temporary password is {p('Welc0me!<a*4>.')} Please change it."
        }
    ),
}
