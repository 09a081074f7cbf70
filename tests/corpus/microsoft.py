"""Microsoft: Entra ID and Graph, Azure's resource manager, storage, B2C."""

from corpus.planting import Nested, Whole, asked, failed, form, got, sent, stored, text

GRAPH = "https://graph.microsoft.com/v1.0"
GUID = "<h*8>-<h*4>-<h*4>-<h*4>-<h*12>"


def sas(p):
    """A shared access signature: the query of a URL."""
    return f"sv=2022-11-02&ss=b&srt=sco&sp=rl&se=2026-01-01T00:00:00Z&st=2025-01-01T00:00:00Z&spr=https&sig={p('<a*43>%3D')}"


CASES = {
    "a page of users": lambda p: got(
        {
            "@odata.context": f"{GRAPH}/$metadata#users",
            "@odata.nextLink": f"{GRAPH}/users?$top=2&$skiptoken={p.id('RFNwdAIAAQAAAB<w*80>')}",
            "@odata.deltaLink": f"{GRAPH}/users/delta?$deltatoken={p.id('<w*120>')}",
            "value": [
                {
                    "id": p.id(GUID),
                    "displayName": "Adele Vance",
                    "userPrincipalName": "AdeleV@contoso.onmicrosoft.com",
                    "mail": "AdeleV@contoso.onmicrosoft.com",
                    "businessPhones": ["+1 425 555 0109"],
                    "mobilePhone": None,
                    "jobTitle": "Secrets Officer",
                    "officeLocation": "18/2111",
                    "onPremisesImmutableId": p.id("<b*22>=="),
                    "onPremisesSecurityIdentifier": "S-1-5-21-1255168540-3690278322-1592948969-1160",
                    "onPremisesDistinguishedName": "CN=Adele Vance,OU=Password Reset,DC=contoso,DC=com",
                    "lastPasswordChangeDateTime": "2024-02-20T19:21:16Z",
                    "passwordPolicies": "DisablePasswordExpiration,DisableStrongPassword",
                    "passwordProfile": None,
                    "refreshTokensValidFromDateTime": "2024-02-20T19:21:16Z",
                    "signInSessionsValidFromDateTime": "2024-02-20T19:21:16Z",
                    "securityIdentifier": "S-1-12-1-1043773616-1199514229-1943457945-2938454343",
                    "employeeId": "19887",
                    "extension_ab603c56068041afb2f6832e2a17e237_skypeId": "adelev.skype",
                    "identities": [
                        {
                            "signInType": "userPrincipalName",
                            "issuer": "contoso.onmicrosoft.com",
                            "issuerAssignedId": "AdeleV@contoso.onmicrosoft.com",
                        }
                    ],
                    "authorizationInfo": {"certificateUserIds": [f"X509:<SKI>{p.id('<h*40>')}"]},
                    "passwordCredentials": [],
                    "keyCredentials": [],
                    "@odata.etag": f'W/"{p.id("<b*22>")}"',
                }
            ],
        },
        url=f"{GRAPH}/users?$select=id,displayName,passwordPolicies,lastPasswordChangeDateTime&$top=2",
        headers=[("Authorization", f"Bearer {p.jwt()}"), ("ConsistencyLevel", "eventual")],
        answer_headers=[
            ("request-id", p.id(GUID)),
            ("client-request-id", p.id(GUID)),
            ("x-ms-ags-diagnostic", '{"ServerInfo":{"DataCenter":"West US","Slice":"E","Ring":"4"}}'),
        ],
    ),
    "a new user": lambda p: sent(
        {
            "accountEnabled": True,
            "displayName": "Adele Vance",
            "mailNickname": "AdeleV",
            "userPrincipalName": "AdeleV@contoso.com",
            "passwordProfile": {
                "forceChangePasswordNextSignIn": True,
                "password": p("xWwvJ]6NMw+bWH-d<a*4>"),
            },
        },
        url=f"{GRAPH}/users",
    ),
    "an application": lambda p: got(
        {
            "id": p.id(GUID),
            "appId": p.id(GUID),
            "displayName": "Token Broker",
            "identifierUris": [f"api://{p.id(GUID)}"],
            "signInAudience": "AzureADMyOrg",
            "passwordCredentials": [
                {
                    "customKeyIdentifier": None,
                    "displayName": "Password friendly name",
                    "endDateTime": "2026-01-01T00:00:00Z",
                    "hint": p("<a*3>"),
                    "keyId": p.id(GUID),
                    "secretText": p("<a*3>8Q~<w*33>"),
                    "startDateTime": "2024-01-01T00:00:00Z",
                }
            ],
            "keyCredentials": [
                {
                    "customKeyIdentifier": p.id("<H*40>"),
                    "displayName": "CN=contoso",
                    "endDateTime": "2026-01-01T00:00:00Z",
                    "key": p.id("MII<b*397>"),
                    "keyId": p.id(GUID),
                    "type": "AsymmetricX509Cert",
                    "usage": "Verify",
                }
            ],
            "appRoles": [
                {
                    "id": p.id(GUID),
                    "allowedMemberTypes": ["User"],
                    "displayName": "Secret Reader",
                    "value": "Secrets.Read",
                    "description": "Reads secrets and tokens",
                    "isEnabled": True,
                }
            ],
            "oauth2PermissionScopes": [
                {
                    "id": p.id(GUID),
                    "value": "Password.Write",
                    "type": "User",
                    "adminConsentDisplayName": "Change the password",
                }
            ],
            "requiredResourceAccess": [
                {"resourceAppId": p.id(GUID), "resourceAccess": [{"id": p.id(GUID), "type": "Scope"}]}
            ],
            "web": {
                "redirectUris": ["https://localhost/auth/callback"],
                "implicitGrantSettings": {"enableIdTokenIssuance": True, "enableAccessTokenIssuance": False},
            },
            "optionalClaims": {
                "idToken": [{"name": "auth_time", "source": None, "essential": False}],
                "accessToken": [{"name": "groups", "source": None, "essential": False}],
            },
            "tokenEncryptionKeyId": p.id(GUID),
        }
    ),
    "addPassword": lambda p: got(
        {
            "@odata.context": f"{GRAPH}/$metadata#microsoft.graph.passwordCredential",
            "customKeyIdentifier": None,
            "endDateTime": "2026-09-09T19:50:29.3086381Z",
            "keyId": p.id(GUID),
            "startDateTime": "2024-09-09T19:50:29.3086381Z",
            "secretText": p("<a*3>8Q~<w*33>"),
            "hint": p("<a*3>"),
            "displayName": "Password friendly name",
        },
        url=f"{GRAPH}/applications/{p.id(GUID)}/addPassword",
    ),
    "a temporary access pass": lambda p: got(
        {
            "id": p.id(GUID),
            "isUsable": True,
            "methodUsabilityReason": "EnabledByPolicy",
            "temporaryAccessPass": p("TAP<a*8>"),
            "createdDateTime": "2022-06-06T00:00:00Z",
            "lifetimeInMinutes": 60,
            "isUsableOnce": False,
        }
    ),
    "authentication methods": lambda p: got(
        {
            "value": [
                {
                    "@odata.type": "#microsoft.graph.passwordAuthenticationMethod",
                    "id": p.id(GUID),
                    "password": None,
                    "createdDateTime": "2024-01-01T00:00:00Z",
                },
                {
                    "@odata.type": "#microsoft.graph.phoneAuthenticationMethod",
                    "id": p.id(GUID),
                    "phoneNumber": "+1 2065555555",
                    "phoneType": "mobile",
                    "smsSignInState": "ready",
                },
                {
                    "@odata.type": "#microsoft.graph.fido2AuthenticationMethod",
                    "id": p.id("<w*22>_<w*21>"),
                    "displayName": "Red Key",
                    "aaGuid": p.id(GUID),
                    "model": "NFC key",
                    "attestationCertificates": [p.id("<h*40>")],
                },
                {
                    "@odata.type": "#microsoft.graph.softwareOathAuthenticationMethod",
                    "id": p.id(GUID),
                    "secretKey": None,
                },
            ]
        }
    ),
    "roles": lambda p: got(
        {
            "value": [
                {
                    "id": p.id(GUID),
                    "displayName": "Password Administrator",
                    "description": "Can reset passwords for non-administrators and Password Administrators.",
                    "roleTemplateId": p.id(GUID),
                    "templateId": p.id(GUID),
                    "isBuiltIn": True,
                },
                {
                    "displayName": "Authentication Administrator",
                    "rolePermissions": [
                        {
                            "allowedResourceActions": [
                                "microsoft.directory/users/password/update",
                                "microsoft.directory/users/invalidateAllRefreshTokens",
                            ],
                            "condition": None,
                        }
                    ],
                },
            ]
        }
    ),
    "audit of a password's change": lambda p: got(
        {
            "value": [
                {
                    "id": f"Directory_{p.id(GUID)}",
                    "category": "UserManagement",
                    "activityDisplayName": "Reset user password",
                    "targetResources": [
                        {
                            "displayName": "Update passwordProfile",
                            "modifiedProperties": [
                                {"displayName": "PasswordCredentials", "oldValue": "[]", "newValue": "[]"},
                                {
                                    "displayName": "Department",
                                    "oldValue": '"Key Accounts"',
                                    "newValue": '"Sales"',
                                },
                                {
                                    "displayName": "Included Updated Properties",
                                    "oldValue": None,
                                    "newValue": '"StrongAuthenticationMethod"',
                                },
                            ],
                        }
                    ],
                }
            ]
        }
    ),
    "client credentials": lambda p: form(
        {
            "client_id": p.id(GUID),
            "scope": "https://graph.microsoft.com/.default",
            "client_secret": p("<a*3>8Q~<w*33>"),
            "grant_type": "client_credentials",
        },
        url=f"https://login.microsoftonline.com/{p.id(GUID)}/oauth2/v2.0/token",
        received={
            "token_type": "Bearer",
            "expires_in": 3599,
            "ext_expires_in": 3599,
            "access_token": p.jwt(),
        },
    ),
    "an invalid client": lambda p: got(
        {
            "error": "invalid_client",
            "error_description": f"AADSTS7000215: Invalid client secret provided. Ensure the secret being sent in the request is the client secret value, not the client secret ID, for a secret added to app '{p.id(GUID)}'. Trace ID: {p.id(GUID)} Correlation ID: {p.id(GUID)} Timestamp: 2024-05-08 14:01:03Z",
            "error_codes": [7000215],
            "timestamp": "2024-05-08 14:01:03Z",
            "trace_id": p.id(GUID),
            "error_uri": "https://login.microsoftonline.com/error?code=7000215",
        },
        status=401,
    ),
    "an expired token": lambda p: got(
        {
            "error": {
                "code": "InvalidAuthenticationToken",
                "message": "Lifetime validation failed, the token is expired.",
                "innerError": {"date": "2024-05-08T14:01:03", "request-id": p.id(GUID)},
            }
        },
        status=401,
        answer_headers=[
            (
                "WWW-Authenticate",
                'Bearer realm="", authorization_uri="https://login.microsoftonline.com/common/oauth2/authorize", client_id="00000003-0000-0000-c000-000000000000"',
            )
        ],
    ),
    "an upload session": lambda p: got(
        {
            "uploadUrl": f"https://contoso.sharepoint.com/_api/v2.0/drive/items/{p.id('<u*34>')}/uploadSession?guid='{p.id(GUID)}'&tempauth={p.jwt()}",
            "expirationDateTime": "2024-01-01T00:00:00Z",
        }
    ),
    "a download URL": lambda p: got(
        {
            "@microsoft.graph.downloadUrl": f"https://contoso-my.sharepoint.com/_layouts/15/download.aspx?UniqueId={p.id(GUID)}&tempauth={p('v1.<w*200>')}&ApiVersion=2.0",
            "name": "passwords.xlsx",
            "cTag": '"c:{A}"',
        }
    ),
    "synchronisation secrets": lambda p: sent(
        {
            "value": [
                {"key": "BaseAddress", "value": "https://scim.example.com"},
                {"key": "SecretToken", "value": p("<a*40>")},
                {"key": "SyncNotificationSettings", "value": '{"Enabled":false}'},
            ]
        },
        url=f"{GRAPH}/servicePrincipals/{p.id(GUID)}/synchronization/secrets",
    ),
    "an identity provider": lambda p: got(
        {
            "@odata.type": "microsoft.graph.socialIdentityProvider",
            "id": "Amazon-OAUTH",
            "displayName": "Amazon",
            "identityProviderType": "Amazon",
            "clientId": p.id("<h*32>"),
            "clientSecret": p("<a*12>"),
        }
    ),
    "a BitLocker key": lambda p: got(
        {
            "id": p.id(GUID),
            "createdDateTime": "2020-06-15T13:45:30Z",
            "volumeType": "1",
            "deviceId": p.id(GUID),
            "key": p("<d*6>-<d*6>-<d*6>-<d*6>-<d*6>-<d*6>-<d*6>-<d*6>"),
        }
    ),
    "LAPS": lambda p: got(
        {
            "id": p.id(GUID),
            "deviceName": "DESKTOP-7",
            "lastBackupDateTime": "2023-04-20T15:10:00Z",
            "credentials": [
                {
                    "accountName": "Administrator",
                    "accountSid": "S-1-5-21-2127521184-1604012920-1887927527-500",
                    "backupDateTime": "2023-04-20T15:10:00Z",
                    "passwordBase64": p("<b*22>=="),
                }
            ],
        }
    ),
    "keys of a storage account": lambda p: got(
        {
            "keys": [
                {
                    "creationTime": "2023-05-08T14:01:03Z",
                    "keyName": "key1",
                    "permissions": "FULL",
                    "value": p("<b*86>=="),
                },
                {"keyName": "key2", "permissions": "FULL", "value": p("<b*86>==")},
            ]
        },
        url=f"https://management.azure.com/subscriptions/{p.id(GUID)}/resourceGroups/rg/providers/Microsoft.Storage/storageAccounts/acct/listKeys?api-version=2023-01-01",
    ),
    "keys of Cosmos DB": lambda p: got(
        {
            "primaryMasterKey": p("<b*86>=="),
            "secondaryMasterKey": p("<b*86>=="),
            "primaryReadonlyMasterKey": p("<b*86>=="),
        }
    ),
    "keys of Cognitive Services": lambda p: got(
        {"key1": p("<h*32>"), "key2": p("<h*32>")},
        url="https://management.azure.com/providers/Microsoft.CognitiveServices/accounts/a/listKeys?api-version=2023-05-01",
    ),
    "keys of Service Bus": lambda p: got(
        {
            "primaryConnectionString": (
                one
                := f"Endpoint=sb://acme.servicebus.windows.net/;SharedAccessKeyName=RootManageSharedAccessKey;SharedAccessKey={p('<b*43>=')}"
            )
            and p.known(one),
            "primaryKey": p("<b*43>="),
            "secondaryKey": p("<b*43>="),
            "keyName": "RootManageSharedAccessKey",
        }
    ),
    "a registry's credentials": lambda p: (
        got(
            {
                "username": "acmeregistry",
                "passwords": [
                    {"name": "password", "value": p("<a*52>")},
                    {"name": "password2", "value": p("<a*52>")},
                ],
            }
        )
        | {
            "received": {
                "username": "acmeregistry",
                "passwords": [
                    Whole(name="password", value=p("<a*52>")),
                    Whole(name="password2", value=p("<a*52>")),
                ],
            }
        }
    ),
    "a connection string in a message": lambda p: got(
        {
            "message": f"could not connect with DefaultEndpointsProtocol=https;AccountName=acme;AccountKey={p('<b*86>==')};EndpointSuffix=core.windows.net"
        }
    ),
    "a blob's SAS": lambda p: asked(f"https://acme.blob.core.windows.net/c/b.json?{sas(p)}"),
    "a SAS in a body": lambda p: got(
        {"accountSasToken": p.known(sas(p)), "url": f"https://acme.blob.core.windows.net/c/b.json?{sas(p)}"}
    ),
    "resources of ARM": lambda p: got(
        {
            "value": [
                {
                    "id": f"/subscriptions/{p.id(GUID)}/resourceGroups/rg-secrets/providers/Microsoft.KeyVault/vaults/kv-tokens",
                    "name": "kv-tokens",
                    "type": "Microsoft.KeyVault/vaults",
                    "etag": f'W/"{p.id(GUID)}"',
                    "properties": {
                        "tenantId": p.id(GUID),
                        "accessPolicies": [
                            {
                                "objectId": p.id(GUID),
                                "permissions": {
                                    "keys": ["get", "wrapKey"],
                                    "secrets": ["get", "list"],
                                    "certificates": ["get"],
                                },
                            }
                        ],
                        "vaultUri": "https://kv-tokens.vault.azure.net/",
                        "enableSoftDelete": True,
                    },
                }
            ],
            "nextLink": f"https://management.azure.com/subscriptions/x?api-version=2019-09-01&$skiptoken={p.id('eyJ<w*60>')}",
        }
    ),
    "role assignments": lambda p: got(
        {
            "value": [
                {
                    "properties": {
                        "roleDefinitionId": f"/providers/Microsoft.Authorization/roleDefinitions/{p.id(GUID)}",
                        "principalId": p.id(GUID),
                        "principalType": "User",
                        "scope": "/subscriptions/x/providers/Microsoft.KeyVault/vaults/v/secrets/db-password",
                    }
                }
            ]
        }
    ),
    "a secret of Key Vault": lambda p: stored(
        {
            "value": p("<a*24>"),
            "id": f"https://kv.vault.azure.net/secrets/db/{p.id('<h*32>')}",
            "attributes": {"enabled": True, "created": 1700000000, "recoveryLevel": "Recoverable+Purgeable"},
        },
        url="https://kv.vault.azure.net/secrets/db?api-version=7.4",
    ),
    "names of secrets of Key Vault": lambda p: got(
        {
            "value": [
                {
                    "contentType": "text/plain",
                    "id": "https://kv.vault.azure.net/secrets/db-password",
                    "attributes": {"enabled": True, "created": 1482189047},
                }
            ],
            "nextLink": f"https://kv.vault.azure.net/secrets?api-version=7.4&$skiptoken={p.id('eyJOZXh0TWFya2VyIjoi<w*40>')}&maxresults=25",
        },
        url="https://kv.vault.azure.net/secrets?api-version=7.4&maxresults=25",
    ),
    "settings of a web app": lambda p: got(
        {
            "properties": {
                "WEBSITE_NODE_DEFAULT_VERSION": "~18",
                "DB_PASSWORD": p("<a*18>"),
                "APPINSIGHTS_INSTRUMENTATIONKEY": p.id(GUID),
                "AzureWebJobsStorage": f"DefaultEndpointsProtocol=https;AccountName=a;AccountKey={p('<b*86>==')}",
            }
        }
    ),
    "publishing credentials": lambda p: got(
        {
            "properties": {
                "publishingUserName": "$acme",
                "publishingPassword": p("<a*60>"),
                "scmUri": f"https://$acme:{p('<a*60>')}@acme.scm.azurewebsites.net",
            }
        }
    ),
    "an instance's identity": lambda p: got(
        {
            "access_token": p.jwt(),
            "client_id": p.id(GUID),
            "expires_in": "86399",
            "expires_on": "1700000000",
            "not_before": "1699999999",
            "resource": "https://management.azure.com/",
            "token_type": "Bearer",
        },
        url="http://169.254.169.254/metadata/identity/oauth2/token?api-version=2018-02-01&resource=https%3A%2F%2Fmanagement.azure.com%2F",
        headers=[("Metadata", "true")],
    ),
    "a shared key": lambda p: (
        asked(
            "https://acme.table.core.windows.net/t()",
            headers=[
                ("Authorization", f"SharedKey acme:{p('<b*43>=')}"),
                ("x-ms-date", "Fri, 26 Jun 2015 23:39:12 GMT"),
                ("x-ms-version", "2015-07-08"),
                ("x-ms-continuation-NextPartitionKey", p.id("1!<a*12>")),
            ],
        )
        | {
            "headers": [
                ("Authorization", "SharedKey " + p.known(f"acme:{p('<b*43>=')}")),
                ("x-ms-date", "Fri, 26 Jun 2015 23:39:12 GMT"),
                ("x-ms-continuation-NextPartitionKey", p.id("1!<a*12>")),
            ]
        }
    ),
    "pages of Azure DevOps": lambda p: got(
        {
            "count": 1,
            "value": [
                {
                    "descriptor": p.id("aad.<w*60>"),
                    "subjectDescriptor": p.id("msa.<w*50>"),
                    "originId": p.id(GUID),
                    "principalName": "a@contoso.com",
                }
            ],
        },
        answer_headers=[("x-ms-continuationtoken", p.id("<w*80>"))],
    ),
    "a token of Azure DevOps": lambda p: got(
        {
            "patToken": {
                "displayName": "new_token",
                "validTo": "2024-12-01T23:46:23.32Z",
                "scope": "app_token",
                "targetAccounts": [p.id(GUID)],
                "authorizationId": p.id(GUID),
                "token": p("<l*52>"),
            },
            "patTokenError": "none",
        }
    ),
    "flows of B2C": lambda p: form(
        {
            "grant_type": "password",
            "username": "leadiocl@contoso.com",
            "password": p("Pass<a*8>"),
            "scope": "openid offline_access",
            "client_id": p.id(GUID),
            "response_type": "token id_token",
        },
        url="https://contoso.b2clogin.com/contoso.onmicrosoft.com/B2C_1_ROPC/oauth2/v2.0/token",
        received={
            "access_token": p.jwt(),
            "token_type": "Bearer",
            "expires_in": "3600",
            "refresh_token": p("eyJ<w*20>..<w*16>.<w*60>.<w*22>"),
            "id_token": p.jwt(),
        },
    ),
    "a failed script": lambda p: text(
        f"az login --service-principal -u {p.id(GUID)} -p {p('<a*3>8Q~<w*33>')} --tenant contoso.onmicrosoft.com"
    ),
    "an error with a SAS": lambda p: failed(
        f"404 for https://acme.queue.core.windows.net/q/messages?{sas(p)}"
    ),
    "a nested template": lambda p: got(
        {
            "properties": {
                "parameters": Nested(
                    {
                        "adminUsername": {"type": "String", "value": "azureuser"},
                        "adminPassword": Whole(type="SecureString", value=p("<a*16>")),
                    }
                )
            }
        }
    ),
}
