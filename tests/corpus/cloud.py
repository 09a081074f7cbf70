"""Clouds and what runs in them: AWS, Kubernetes, Vault, databases behind HTTP."""

from corpus.planting import Nested, asked, form, got, sent

GUID = "<h*8>-<h*4>-<h*4>-<h*4>-<h*12>"
AMZ = "application/x-amz-json-1.1"


def sigv4(p):
    """The Authorization header of a signed request."""
    return f"AWS4-HMAC-SHA256 {p.known('Credential=AKIAIOSFODNN7EXAMPLE/20240101/eu-west-1/iam/aws4_request, SignedHeaders=host;x-amz-date, Signature=' + p('<h*64>'))}"


CASES = {
    "AWS: users of IAM": lambda p: got(
        {
            "ListUsersResponse": {
                "ListUsersResult": {
                    "IsTruncated": True,
                    "Marker": p.id("AAYgeyJ<b*100>=="),
                    "Users": [
                        {
                            "UserName": "token-rotator",
                            "UserId": p.id("AIDA<u*17>"),
                            "Path": "/secrets/",
                            "Arn": "arn:aws:iam::123456789012:user/secrets/token-rotator",
                            "CreateDate": "2024-01-01T00:00:00Z",
                            "PasswordLastUsed": "2024-01-01T00:00:00Z",
                        }
                    ],
                },
                "ResponseMetadata": {"RequestId": p.id(GUID)},
            }
        },
        headers=[
            ("Authorization", sigv4(p)),
            ("X-Amz-Date", "20240101T000000Z"),
            ("X-Amz-Security-Token", p("IQoJb3JpZ2luX2VjE<b*300>==")),
        ],
    ),
    "AWS: an access key": lambda p: got(
        {
            "AccessKey": {
                "UserName": "Bob",
                "AccessKeyId": p.id("AKIA<u*16>"),
                "Status": "Active",
                "SecretAccessKey": p("<b*40>"),
                "CreateDate": "2015-03-09T18:39:23.411Z",
            }
        }
    ),
    "AWS: access keys": lambda p: got(
        {
            "AccessKeyMetadata": [
                {
                    "UserName": "Alice",
                    "AccessKeyId": p.id("AKIA<u*16>"),
                    "Status": "Active",
                    "CreateDate": "2013-04-03T18:49:59Z",
                }
            ],
            "IsTruncated": False,
        }
    ),
    "AWS: when a key was used": lambda p: got(
        {
            "UserName": "Bob",
            "AccessKeyLastUsed": {
                "Region": "us-east-1",
                "ServiceName": "iam",
                "LastUsedDate": "2015-06-16T22:45:00Z",
            },
        }
    ),
    "AWS: a login profile": lambda p: form(
        {
            "Action": "CreateLoginProfile",
            "UserName": "Bob",
            "Password": p("h]6EszR}vJ*m<a*6>"),
            "PasswordResetRequired": "true",
            "Version": "2010-05-08",
        },
        url="https://iam.amazonaws.com/",
        received={
            "LoginProfile": {
                "UserName": "Bob",
                "CreateDate": "2015-03-10T20:55:40.274Z",
                "PasswordResetRequired": True,
            }
        },
    ),
    "AWS: user data of a machine": lambda p: got(
        {
            "InstanceId": p.id("i-<h*17>"),
            "UserData": {"Value": p.base64(f"#!/bin/bash\ncurl -sfu ci:{p.id('<a*16>')} https://x.test/a\n")},
            "LaunchTemplateData": {
                "UserData": p.base64(f"#cloud-config\nruncmd:\n- mysql -uapp -p{p.id('<a*16>')}\n"),
                "ImageId": p.id("ami-<h*17>"),
            },
            "Other": {"UserData": p.id("IyEvYmluL3NoCmRhdGUK")},
        }
    ),
    "AWS: a policy of passwords": lambda p: got(
        {
            "PasswordPolicy": {
                "AllowUsersToChangePassword": True,
                "RequireUppercaseCharacters": True,
                "MinimumPasswordLength": 8,
                "RequireNumbers": True,
                "PasswordReusePrevention": 12,
                "HardExpiry": False,
                "RequireSymbols": True,
                "RequireLowercaseCharacters": True,
                "MaxPasswordAge": 90,
                "ExpirePasswords": True,
            }
        }
    ),
    "AWS: an assumed role": lambda p: got(
        {
            "Credentials": {
                "AccessKeyId": p.id("ASIA<u*16>"),
                "SecretAccessKey": p("<b*40>"),
                "SessionToken": p("IQoJb3JpZ2luX2VjE<b*300>=="),
                "Expiration": "2024-01-01T01:00:00Z",
            },
            "AssumedRoleUser": {
                "AssumedRoleId": p.id("AROA<u*17>:session"),
                "Arn": "arn:aws:sts::123456789012:assumed-role/TokenAdmin/session",
            },
            "PackedPolicySize": 6,
        }
    ),
    "AWS: credentials of a role": lambda p: got(
        {
            "roleCredentials": {
                "accessKeyId": p.id("ASIA<u*16>"),
                "secretAccessKey": p("<b*40>"),
                "sessionToken": p("IQoJ<b*300>=="),
                "expiration": 1700000000000,
            }
        }
    ),
    "AWS: credentials of an instance": lambda p: got(
        {
            "Code": "Success",
            "Type": "AWS-HMAC",
            "AccessKeyId": p.id("ASIA<u*16>"),
            "SecretAccessKey": p("<b*40>"),
            "Token": p("IQoJ<b*300>=="),
            "Expiration": "2024-01-01T01:00:00Z",
        },
        url="http://169.254.169.254/latest/meta-data/iam/security-credentials/role",
        headers=[("X-aws-ec2-metadata-token", p("AQAE<w*50>=="))],
    ),
    "AWS: an older signature": lambda p: asked(
        f"https://iam.amazonaws.com/?Action=ListUsers&AWSAccessKeyId=AKIAIOSFODNN7EXAMPLE&SignatureMethod=HmacSHA256&SignatureVersion=2&Timestamp=2024-01-01T00%3A00%3A00Z&Signature={p('<a*42>')}"
    ),
    "AWS: a signed object": lambda p: asked(
        f"https://bucket.s3.eu-west-1.amazonaws.com/report.csv?X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential={p('AKIAIOSFODNN7EXAMPLE%2F20240101%2Feu-west-1%2Fs3%2Faws4_request')}&X-Amz-Date=20240101T000000Z&X-Amz-Expires=3600&X-Amz-SignedHeaders=host&X-Amz-Security-Token={p('IQoJ<a*200>')}&X-Amz-Signature={p('<h*64>')}"
    ),
    "AWS: a signed object in a body": lambda p: got(
        {
            "uploadUrl": f"https://bucket.s3.amazonaws.com/key?AWSAccessKeyId=AKIAIOSFODNN7EXAMPLE&Expires=1700000000&Signature={p('<a*27>')}&x-amz-security-token={p('IQoJ<a*100>')}",
            "bucket": "b",
            "key": "path/to/key",
        }
    ),
    "AWS: a list of objects": lambda p: asked(
        f"https://bucket.s3.amazonaws.com/?list-type=2&continuation-token={p.id('1ueGcxLPRx1Tr<b*50>').replace('/', 'x').replace('+', 'y')}&prefix=secrets/&start-after=token.txt&max-keys=100",
        answer_headers=[
            ("x-amz-id-2", p.id("<b*75>=")),
            ("x-amz-request-id", p.id("<u*16>")),
            ("x-amz-version-id", p.id("<w*32>")),
            ("ETag", f'"{p.id("<h*32>")}"'),
        ],
    ),
    "AWS: names of secrets": lambda p: got(
        {
            "SecretList": [
                {
                    "ARN": "arn:aws:secretsmanager:us-west-2:123456789012:secret:MyTestSecret-a1b2c3",
                    "Name": "MyTestSecret",
                    "Description": "a password",
                    "LastChangedDate": 1700000000.5,
                    "SecretVersionsToStages": {p.id(GUID): ["AWSCURRENT"], p.id(GUID): ["AWSPREVIOUS"]},
                    "Tags": [
                        {"Key": "owner", "Value": "token-team"},
                        {"Key": "secret-class", "Value": "high"},
                    ],
                    "RotationEnabled": True,
                    "RotationLambdaARN": "arn:aws:lambda:x",
                    "KmsKeyId": f"arn:aws:kms:us-west-2:123456789012:key/{p.id(GUID)}",
                }
            ],
            "NextToken": p.id("eyJ<b*80>=="),
        }
    ),
    "AWS: a secret": lambda p: got(
        {
            "ARN": "arn:aws:secretsmanager:us-west-2:123456789012:secret:db-a1b2c3",
            "Name": "db",
            "VersionId": p.id(GUID),
            "SecretString": p.known(
                '{"username":"app","password":"' + p("<a*20>") + '","host":"db.test","port":5432}'
            ),
            "VersionStages": ["AWSCURRENT"],
            "CreatedDate": 1523477145.713,
        }
    ),
    "AWS: a binary secret": lambda p: got(
        {"Name": "key", "SecretBinary": p("<b*120>=="), "VersionStages": ["AWSCURRENT"]}
    ),
    "AWS: parameters": lambda p: got(
        {
            "Parameters": [
                {
                    "Name": "/app/db/host",
                    "Type": "String",
                    "Value": "db.example.test",
                    "Version": 2,
                    "ARN": "arn:aws:ssm:us-east-2:1:parameter/app/db/host",
                },
                {"Name": "/app/db/conn", "Type": "SecureString", "Value": p("<a*22>"), "Version": 1},
                {"Name": "/app/db/password", "Type": "SecureString", "Value": p("<a*12>"), "Version": 1},
            ],
            "NextToken": p.id("<b*60>"),
        }
    ),
    "AWS: a data key": lambda p: got(
        {
            "CiphertextBlob": p.id("AQIDAHg<b*200>=="),
            "KeyId": f"arn:aws:kms:us-east-2:111122223333:key/{p.id(GUID)}",
            "Plaintext": p("<b*43>="),
        }
    ),
    "AWS: keys of KMS": lambda p: got(
        {
            "Keys": [{"KeyArn": f"arn:aws:kms:us-west-2:1:key/{p.id(GUID)}", "KeyId": p.id(GUID)}],
            "KeyMetadata": {
                "KeyUsage": "ENCRYPT_DECRYPT",
                "KeyState": "Enabled",
                "EncryptionAlgorithms": ["SYMMETRIC_DEFAULT"],
            },
            "Truncated": False,
        }
    ),
    "AWS: Identity Center": lambda p: got(
        {
            "Users": [
                {
                    "UserName": "johndoe",
                    "UserId": p.id(GUID),
                    "IdentityStoreId": "d-1234567890",
                    "ExternalIds": [{"Issuer": "https://scim.aws.com/" + "x", "Id": p.id(GUID)}],
                    "DisplayName": "John Secret",
                }
            ],
            "NextToken": p.id("AAAADR<b*100>="),
        },
        headers=[("X-Amz-Target", "AWSIdentityStore.ListUsers"), ("Authorization", sigv4(p))],
    ),
    "AWS: a client of SSO": lambda p: got(
        {
            "clientId": p.id("<w*22>"),
            "clientIdIssuedAt": 1700000000,
            "clientSecret": p("eyJ<w*20>.<w*300>.<w*86>"),
            "clientSecretExpiresAt": 1700000000,
        }
    ),
    "AWS: SSO's header": lambda p: asked(
        "https://portal.sso.eu-west-1.amazonaws.com/assignment/accounts",
        headers=[("x-amz-sso_bearer_token", p("aoaAAAAAG<w*200>"))],
    ),
    "AWS: a trail": lambda p: got(
        {
            "Events": [
                {
                    "EventId": p.id(GUID),
                    "EventName": "GetPasswordData",
                    "AccessKeyId": p.id("ASIA<u*16>"),
                    "Username": "bob",
                    "CloudTrailEvent": Nested(
                        {
                            "userIdentity": {
                                "type": "IAMUser",
                                "accessKeyId": p.id("AKIA<u*16>"),
                                "sessionContext": {"attributes": {"mfaAuthenticated": "true"}},
                            },
                            "eventName": "CreateAccessKey",
                            "responseElements": {
                                "accessKey": {
                                    "accessKeyId": p.id("AKIA<u*16>"),
                                    "status": "Active",
                                    "userName": "bob",
                                }
                            },
                            "requestParameters": {"secretId": "prod/db", "forceDeleteWithoutRecovery": False},
                        }
                    ),
                }
            ]
        }
    ),
    "AWS: a database's address": lambda p: got(
        {
            "DBInstances": [
                {
                    "MasterUsername": "admin",
                    "IAMDatabaseAuthenticationEnabled": False,
                    "MasterUserSecret": {
                        "SecretArn": "arn:aws:secretsmanager:x:1:secret:rds!db-1",
                        "SecretStatus": "active",
                        "KmsKeyId": "arn:aws:kms:x",
                    },
                }
            ]
        }
    ),
    "AWS: permissions": lambda p: got(
        {
            "PolicyDocument": {
                "Version": "2012-10-17",
                "Statement": [
                    {
                        "Sid": "AllowSecretAccess",
                        "Effect": "Allow",
                        "Action": [
                            "secretsmanager:GetSecretValue",
                            "iam:ChangePassword",
                            "sts:GetSessionToken",
                            "cognito-idp:AdminSetUserPassword",
                        ],
                        "Resource": "arn:aws:secretsmanager:*:*:secret:prod/*",
                        "Condition": {"Bool": {"aws:SecureTransport": "true"}},
                    }
                ],
            }
        }
    ),
    "AWS: an error": lambda p: got(
        {
            "__type": "UnrecognizedClientException",
            "message": "The security token included in the request is invalid.",
        },
        status=400,
        answer_headers=[
            ("x-amzn-ErrorType", "UnrecognizedClientException"),
            ("x-amzn-RequestId", p.id(GUID)),
        ],
    ),
    "Kubernetes: secrets": lambda p: got(
        {
            "kind": "SecretList",
            "apiVersion": "v1",
            "metadata": {"resourceVersion": "12345", "continue": p.id("eyJ2IjoibWV0YS5rOHMuaW8vdjEi<a*40>")},
            "items": [
                {
                    "metadata": {
                        "name": "db-password",
                        "namespace": "prod",
                        "uid": p.id(GUID),
                        "labels": {"app": "token-broker"},
                        "managedFields": [
                            {
                                "manager": "kubectl",
                                "operation": "Update",
                                "apiVersion": "v1",
                                "fieldsType": "FieldsV1",
                                "fieldsV1": {
                                    "f:data": {".": {}, "f:password": {}, "f:token": {}},
                                    "f:type": {},
                                },
                            }
                        ],
                    },
                    "data": {
                        "username": p.base64("admin-user"),
                        "password": p.base64(p("<a*12>")),
                        "conf": p.base64(p("<a*30>")),
                    },
                    "type": "Opaque",
                }
            ],
        },
        url="https://10.0.0.1:6443/api/v1/secrets?limit=500",
    ),
    "Kubernetes: one secret": lambda p: got(
        {
            "kind": "Secret",
            "apiVersion": "v1",
            "metadata": {"name": "tls", "namespace": "x"},
            "data": {"tls.key": p.base64(p.pem()), "ca": p("<b*40>")},
            "type": "kubernetes.io/tls",
        }
    ),
    "Kubernetes: a map of settings": lambda p: got(
        {
            "kind": "ConfigMap",
            "apiVersion": "v1",
            "metadata": {"name": "c"},
            "data": {"game.properties": "enemies=aliens\nlives=3\n", "ui": "dark"},
        }
    ),
    "Kubernetes: a token": lambda p: got(
        {
            "kind": "TokenRequest",
            "apiVersion": "authentication.k8s.io/v1",
            "spec": {
                "audiences": ["https://kubernetes.default.svc"],
                "expirationSeconds": 3600,
                "boundObjectRef": None,
            },
            "status": {"token": p.jwt(), "expirationTimestamp": "2024-01-01T00:00:00Z"},
        }
    ),
    "Kubernetes: a review": lambda p: sent(
        {"kind": "TokenReview", "spec": {"token": p.jwt(), "audiences": ["x"]}},
        received={
            "kind": "TokenReview",
            "status": {
                "authenticated": True,
                "user": {
                    "username": "system:serviceaccount:default:token-reader",
                    "uid": p.id(GUID),
                    "groups": ["system:serviceaccounts"],
                },
            },
        },
    ),
    "Kubernetes: a service account": lambda p: got(
        {
            "kind": "ServiceAccount",
            "metadata": {
                "name": "default",
                "annotations": {"eks.amazonaws.com/role-arn": "arn:aws:iam::1:role/x"},
            },
            "secrets": [{"name": p.id("default-token-<l*5>")}],
            "imagePullSecrets": [{"name": "regcred"}],
            "automountServiceAccountToken": False,
        }
    ),
    "Kubernetes: a role": lambda p: got(
        {
            "kind": "ClusterRole",
            "rules": [
                {
                    "apiGroups": [""],
                    "resources": ["secrets", "serviceaccounts/token"],
                    "verbs": ["get", "list"],
                    "resourceNames": ["db-password"],
                }
            ],
            "aggregationRule": None,
        }
    ),
    "Kubernetes: a pod": lambda p: got(
        {
            "spec": {
                "containers": [
                    {
                        "env": [
                            {
                                "name": "DB_PASSWORD",
                                "valueFrom": {"secretKeyRef": {"name": "db", "key": "password"}},
                            },
                            {"name": "API_TOKEN", "value": p("<a*24>")},
                            {"name": "LOG_LEVEL", "value": "debug"},
                        ],
                        "volumeMounts": [
                            {
                                "name": "kube-api-access",
                                "mountPath": "/var/run/secrets/kubernetes.io/serviceaccount",
                            }
                        ],
                    }
                ],
                "volumes": [
                    {
                        "name": "t",
                        "projected": {
                            "sources": [{"serviceAccountToken": {"expirationSeconds": 3607, "path": "token"}}]
                        },
                    },
                    {"name": "s", "secret": {"secretName": "db", "defaultMode": 420}},
                ],
            }
        }
    ),
    "Kubernetes: a config": lambda p: got(
        {
            "apiVersion": "v1",
            "clusters": [
                {
                    "name": "c",
                    "cluster": {
                        "server": "https://1.2.3.4",
                        "certificate-authority-data": p.id("LS0tLS1CRUdJTiBDRVJUSUZJQ0FURS0tLS0t<b*200>"),
                    },
                }
            ],
            "users": [
                {
                    "name": "u",
                    "user": {
                        "client-certificate-data": p.id("LS0tLS1CRUdJTiBDRVJUSUZJQ0FURS0tLS0t<b*200>"),
                        "client-key-data": p("LS0tLS1CRUdJTiBSU0EgUFJJVkFURSBLRVktLS0tLQ<b*200>"),
                        "token": p("<a*40>"),
                        "exec": {"command": "aws", "args": ["eks", "get-token", "--cluster-name", "x"]},
                    },
                }
            ],
            "current-context": "c",
        }
    ),
    "Vault: a login": lambda p: sent(
        {"role_id": p.id(GUID), "secret_id": p(GUID)},
        url="https://vault.test/v1/auth/approle/login",
        received={
            "request_id": p.id(GUID),
            "lease_id": "",
            "renewable": False,
            "lease_duration": 0,
            "data": None,
            "wrap_info": None,
            "warnings": None,
            "auth": {
                "client_token": p("hvs.<w*90>"),
                "accessor": p.id("<a*24>"),
                "policies": ["default", "token-policy"],
                "token_policies": ["default"],
                "metadata": {"role_name": "secrets-reader"},
                "lease_duration": 2764800,
                "renewable": True,
                "entity_id": p.id(GUID),
                "token_type": "service",
                "orphan": True,
                "mfa_requirement": None,
                "num_uses": 0,
            },
        },
    ),
    "Vault: a wrapped answer": lambda p: got(
        {
            "wrap_info": {
                "token": p("hvs.<w*90>"),
                "accessor": p.id("<a*24>"),
                "ttl": 120,
                "creation_time": "2024-01-01T00:00:00Z",
                "creation_path": "auth/approle/role/x/secret-id",
            },
            "auth": None,
        }
    ),
    "Vault: a secret": lambda p: got(
        {
            "request_id": p.id(GUID),
            "lease_duration": 2764800,
            "data": {
                "data": {"user": p("bob"), "value": p("<a*24>"), "dbpassword": p("<a*10>")},
                "metadata": {
                    "created_time": "2018-03-22T02:24:06.945319214Z",
                    "deletion_time": "",
                    "destroyed": False,
                    "version": 2,
                },
            },
        },
        url="https://vault.test/v1/secret/data/app",
        headers=[
            ("X-Vault-Token", p("hvs.<w*90>")),
            ("X-Vault-Namespace", "acme/tokens"),
            ("X-Vault-Request", "true"),
        ],
    ),
    "Vault: generated credentials": lambda p: got(
        {
            "lease_id": f"database/creds/readonly/{p.id('<a*24>')}",
            "data": {"password": p("A1a-<a*16>"), "username": p.id("v-token-readonly-<a*20>-1700000000")},
        }
    ),
    "Vault: a list": lambda p: got(
        {"data": {"keys": ["db-password", "smtp/", "token"], "key_info": {"x": {"name": "alice"}}}}
    ),
    "Vault: policies": lambda p: got(
        {
            "name": "dev",
            "rules": 'path "secret/*" {\n  capabilities = ["read"]\n}\npath "auth/token/lookup-self" { capabilities = ["read"] }\n',
        }
    ),
    "Vault: unsealing": lambda p: got(
        {"keys": [p("<h*66>")], "keys_base64": [p("<b*44>")], "root_token": p("hvs.<w*24>")}
    ),
    "Vault: looking itself up": lambda p: got(
        {
            "data": {
                "accessor": p.id("<a*24>"),
                "creation_time": 1523979354,
                "display_name": "ldap2-tesla",
                "entity_id": p.id(GUID),
                "explicit_max_ttl": 0,
                "id": p("hvs.<w*90>"),
                "identity_policies": ["dev-group-policy"],
                "meta": {"username": "tesla"},
                "num_uses": 0,
                "orphan": True,
                "path": "auth/ldap2/login/tesla",
                "ttl": 2764790,
            }
        }
    ),
    "RabbitMQ: users": lambda p: got(
        [
            {
                "name": "guest",
                "password_hash": p("<b*47>="),
                "hashing_algorithm": "rabbit_password_hashing_sha256",
                "tags": ["administrator"],
                "limits": {},
            }
        ]
    ),
    "Grafana": lambda p: got({"id": 7, "name": "mykey", "key": p("glsa_<a*32>_<h*8>")}),
    "Grafana: users": lambda p: got(
        [
            {
                "id": 1,
                "name": "Admin",
                "login": "admin",
                "email": "a@x.test",
                "isAdmin": True,
                "isDisabled": False,
                "lastSeenAt": "2020-04-10T20:29:27+03:00",
                "authLabels": ["OAuth"],
                "avatarUrl": f"/avatar/{p.id('<h*32>')}",
            }
        ]
    ),
    "Grafana: a data source": lambda p: got(
        {
            "uid": p.id("<w*9>"),
            "name": "Prometheus",
            "type": "prometheus",
            "access": "proxy",
            "basicAuth": True,
            "basicAuthUser": "bob",
            "secureJsonFields": {"basicAuthPassword": True, "httpHeaderValue1": True},
            "jsonData": {"httpHeaderName1": "Authorization", "tlsAuth": False, "tlsSkipVerify": True},
            "secureJsonData": {"basicAuthPassword": p("<a*12>"), "httpHeaderValue1": p("Bearer <a*30>")},
        }
    ),
    "DigitalOcean": lambda p: got(
        {
            "database": {
                "connection": {
                    "uri": f"postgresql://doadmin:{p('AVNS_<w*16>')}@db.test:25060/defaultdb?sslmode=require",
                    "user": "doadmin",
                    "password": p("AVNS_<w*16>"),
                    "host": "db.test",
                    "port": 25060,
                    "ssl": True,
                },
                "private_network_uuid": p.id(GUID),
            }
        }
    ),
    "Heroku": lambda p: got(
        {
            "DATABASE_URL": f"postgres://u:{p('p<h*64>')}@ec2.compute.amazonaws.com:5432/d",
            "SECRET_KEY_BASE": p("<h*128>"),
            "RAILS_ENV": "production",
            "MAILER_URL": "smtp://mail.test",
            "REDIS_TLS_URL": f"rediss://:{p('p<h*64>')}@ec2.test:6380",
        }
    ),
    "Cloudflare": lambda p: asked(
        "https://api.cloudflare.com/client/v4/accounts/x/members",
        headers=[("X-Auth-Email", "bob@example.com"), ("X-Auth-Key", p("<h*37>"))],
        received={
            "success": True,
            "errors": [],
            "result": [
                {
                    "id": p.id("<h*32>"),
                    "user": {"email": "u@example.com", "two_factor_authentication_enabled": False},
                    "roles": [
                        {
                            "id": p.id("<h*32>"),
                            "name": "Account Administrator",
                            "permissions": {"access": {"read": True, "write": True}},
                        }
                    ],
                }
            ],
            "result_info": {"page": 1, "cursors": {"after": p.id("<w*40>")}},
        },
    ),
    "Cloudflare: a token": lambda p: got(
        {
            "result": {
                "id": p.id("<h*32>"),
                "name": "readonly token",
                "status": "active",
                "policies": [
                    {
                        "id": p.id("<h*32>"),
                        "effect": "allow",
                        "permission_groups": [{"id": p.id("<h*32>"), "name": "API Tokens Read"}],
                    }
                ],
                "value": p("<w*40>"),
            }
        },
        url="https://api.cloudflare.com/client/v4/user/tokens",
    ),
    "Fastly": lambda p: asked("https://api.fastly.com/tokens/self", headers=[("Fastly-Key", p("<w*32>"))]),
    "Heartbeat of a Consul": lambda p: got(
        {
            "AccessorID": p.id(GUID),
            "SecretID": p(GUID),
            "Description": "Agent token",
            "Policies": [{"ID": p.id(GUID), "Name": "node-read"}],
            "Local": False,
            "Hash": p.id("<b*43>="),
        },
        url="https://consul.test/v1/acl/token",
        headers=[("X-Consul-Token", p(GUID))],
    ),
    "etcd": lambda p: sent(
        {"name": "root", "password": p("<a*10>")},
        received={"header": {"cluster_id": "14841639068965178418", "revision": "1"}, "token": p("<a*16>.8")},
    ),
    "an LDAP proxy's answer": lambda p: got(
        {
            "entries": [
                {
                    "dn": "uid=bob,ou=People,dc=example,dc=com",
                    "attributes": {
                        "userPassword": [p("{SSHA}<b*32>")],
                        "shadowLastChange": ["19000"],
                        "sshPublicKey": [f"ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAI{p.id('<b*43>')} bob"],
                        "krbPasswordExpiration": ["20240101000000Z"],
                        "krbLastPwdChange": ["20240101000000Z"],
                        "krbPrincipalKey": [p("<b*120>")],
                        "ipaNTHash": [p("<b*24>")],
                        "nsAccountLock": ["FALSE"],
                        "ipaUniqueID": [p.id(GUID)],
                    },
                }
            ]
        }
    ),
}
