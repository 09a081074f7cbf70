# ruff: noqa: E501 - a row of the table is a line
"""Notations: how commands, protocols and messages to people write a credential that no name stands beside. Rows
of the same kind as the families of values, each with the credential as group 1.
"""

from __future__ import annotations

from captured_exchanges.redaction.values.shapes import is_base64, is_no_adjective, looks_like_credential
from captured_exchanges.redaction.values.table import FAMILIES, Family

__all__ = ["DEFAULT_FAMILIES", "NOTATIONS"]

_WORD = r"['\"]?([^\s'\"]+)"
_PURPOSES = (
    "verification|confirmation|security|login|log-?in|sign-?in|access|one-time|otp|authentication|activation"
    "|recovery|backup|reset|2fa|mfa|two-factor|sms|authenticator|pairing|passcode"
)


# fmt: off
_VALUE = r"<value>\s*(?:<(?:string|int|i4)>)?[^<]*(?:</(?:string|int|i4)>)?\s*</value>"
_PARAM = rf"\s*<param>\s*{_VALUE}\s*</param>"
_LAST_PARAM = r"\s*<param>\s*<value>\s*(?:<string>)?([^<]+)"

NOTATIONS: tuple[Family, ...] = (
    # options of commands that are no names
    Family("curl_user", ("curl", "wget", "httpie"), r"(?i)\bcurl\b[^\n|]*?\s(?:-[a-zA-Z]*u|--user|--proxy-user|-[a-zA-Z]*U)[ =]?['\"]?[^\s:'\"]+:([^\s'\"]+)", ("curl -sSu bob:<a*12> https://x.test", "curl https://x.test --user 'bob:<a*12>'", "curl -ubob:<a*12> x"), sure=False),
    Family("curl_user", ("curl",), r"(?i)\bcurl\b[^\n|]*?\s(?:-E|--(?:proxy-)?cert)[ =]?['\"]?[^\s:'\"]+:([^\s'\"]+)", ("curl -E client.pem:<a*12> https://x.test", "curl --cert 'client.pem:<a*12>' https://x.test"), sure=False),
    Family("oracle_client", (":1521",), r"\b[A-Za-z][\w$#.]{0,64}/([^\s/@\"']{3,64})@(?://)?[\w.-]{1,255}:1521\b", ("logon denied: scott/<a*12>@db.example.test:1521/ORCL",), sure=False),
    Family("oracle_client", ("sqlplus", "sqlldr", "expdp", "impdp"), r"\b(?:sqlplus|sqlldr|expdp|impdp)\b[^\n|]*?\s(?:userid=)?['\"]?[A-Za-z][A-Za-z0-9_$#]{0,64}/([^\s@/'\"]+)", ("sqlplus -s app/<a*12>@db", "expdp userid=app/<a*12> full=y"), sure=False),
    Family("sshpass", ("sshpass",), rf"\bsshpass\s+(?:-[a-zA-Z]+\s+)*?-p\s*{_WORD}", ("sshpass -p <a*12> ssh bob@x", "sshpass -p'<a*12>' ssh x"), sure=False),
    Family("database_client", ("mysql", "mariadb", "mongo"), r"\b(?:mysql[a-z_-]*|mariadb[a-z_-]*|mongo(?:sh|dump|export|import|restore)?)\b[^\n|]*?\s-p['\"]?([^\s'\"]+)", ("mysql -u root -p<a*12> db", "mysqldump -p'<a*12>' db", "mongosh -u bob -p<a*12>"), sure=False),
    Family("login_option", ("docker login", "podman login", "helm registry login", "az login", "oc login", "oras login"), rf"\b(?:docker|podman|az|oc|oras|helm registry)\s+login\b[^\n|]*?\s-p[ =]{_WORD}", ("docker login -u bob -p <a*12> x.test",), sure=False),
    Family("redis_client", ("redis-cli",), rf"\bredis-cli\b[^\n|]*?\s-a\s+{_WORD}", ("redis-cli -h x -a <a*12> ping",), sure=False),
    Family("ldap_client", ("ldapsearch", "ldapmodify", "ldapadd", "ldapdelete", "ldapwhoami", "ldappasswd", "ldapcompare", "ldapmodrdn"), rf"\bldap[a-z]+\b[^\n|]*?\s-w\s+{_WORD}", ("ldapsearch -D cn=x -w <a*12> -b dc=x",), sure=False),
    Family("openssl_pass", ("-pass",), r"-pass(?:in|out)?\s+['\"]?pass:([^\s'\"]+)", ("openssl rsa -passin pass:<a*12>",), sure=False),
    Family("smb_user", ("smbclient", "rpcclient", "net use"), r"\b(?:smbclient|rpcclient)\b[^\n|]*?\s(?:-U|--user)[ =]?['\"]?[^\s%'\"]+%([^\s'\"]+)", ("smbclient //x/y -U bob%<a*12>",), sure=False),
    Family("net_use", ("net use",), r"(?i)\bnet use\s+(?:[a-z]:\s+)?\\\\\S+\s+([^\s/*]\S*)\s+/user", (r"net use z: \\x\y <a*12> /user:bob",), sure=False),
    Family("net_user", ("net user",), r"(?i)\bnet user\s+[^\s/'\"]+\s+([^\s/*'\"][^\s'\"]*)\s+/", ("net user bob <a*12> /add",), sure=False),
    Family("htpasswd", ("htpasswd",), r"\bhtpasswd\s+-[a-zA-Z]*b[a-zA-Z]*\s+(?:\S+\s+)?\S+\s+(\S+)", ("htpasswd -cb users bob <a*12>",), sure=False),
    Family("chpasswd", ("chpasswd",), r"\becho\s+['\"]?[^\s:'\"|]+:([^\s'\"|]+)['\"]?\s*\|\s*(?:sudo\s+)?chpasswd", ("echo bob:<a*12> | chpasswd",), sure=False),
    # files
    Family("netrc", (), r"(?i)\b(?:machine\s+\S+|default)\s+(?:login\s+\S+\s+)?(?:account\s+\S+\s+)?password\s+([^\s\"]+)", ("machine x.test login bob password <a*12>", "machine x.test\n  login bob\n  password <a*12>"), sure=False),
    Family("pgpass", (), r"(?m)^(?:[A-Za-z0-9._-]+|\*):(?:[0-9]{2,5}|\*):[^:\s\\\"]+:[^:\s\\\"]+:((?:[^\s:\\]|\\.)+)$", ("db.x.test:5432:prod:bob:<a*12>",), sure=False),
    Family("command", ("--user", "--proxy-user", " -u"), r"(?:^|\s)(?:-u|-U|--user|--proxy-user)[ =]?['\"]?[^\s:'\"=\[%0-9-][^\s:'\"=\[%]{0,63}:([^\s'\"]+)", ("http -u alice:<a*14> x.test", "http --proxy-user 'corp:<a*14>'"), sure=False, telling=False),
    Family("command", ("curl",), r"\bcurl\b[^\n]*?\s(?:-b|--cookie)[ =]?['\"]?[^\s'\"=;]+=([^'\"\n]+)", ("curl -b 'sid=<a*32>' https://x.test",), sure=False, telling=False),
    Family("command", ("net use",), r"(?i)\bnet use\b[^\n]*?/user:\S+\s+([^\s/]\S*)", ("net use x /user:alice <a*14>",), sure=False),
    Family("command", ("convertto-securestring",), r"(?i)ConvertTo-SecureString\s+(?:-String\s+)?['\"]([^'\"]+)", ("ConvertTo-SecureString '<a*14>' -AsPlainText",), sure=False),
    # configurations of devices and servers
    Family("cisco_login", ("secret", "password"), r"(?im)\b(?:enable|username[ \t]+\S+(?:[ \t]+privilege[ \t]+\d+)?|neighbor[ \t]+\S+|ip[ \t]+ftp|ppp[ \t]+(?:chap|pap[ \t]+sent-username[ \t]+\S+))[ \t]+(?:secret|password)[ \t]+(?:level[ \t]+\d+[ \t]+)?\d[ \t]+([^\s\"]{4,})[ \t]*\r?$", ("enable secret 5 <a*12>", "username bob privilege 15 secret 0 <a*12>", "neighbor 10.0.0.1 password 0 <a*12>"), sure=False, telling=False),
    Family("cisco_login", ("enable", "username", "neighbor"), r"(?im)^[ \t]*(?:enable|username[ \t]+\S+(?:[ \t]+privilege[ \t]+\d+)?|neighbor[ \t]+\S+)[ \t]+(?:secret|password)[ \t]+([^\s\"]+)[ \t]*\r?$", ("enable password <a*12>1Aa", "username bob password <a*12>1Aa"), sure=False, accept=looks_like_credential, telling=False),
    Family("cisco_key", ("isakmp key", "pre-shared-key", "key-string"), r"(?i)\b(?:crypto isakmp key|pre-shared-key(?: (?:local|remote))?|key-string)[ \t]+(?:\d[ \t]+)?([^\s\":,=][^\s\"]{3,})", ("crypto isakmp key <a*12> address 10.0.0.1", "pre-shared-key remote 0 <a*12>1A", "key-string <a*12>1A"), sure=False, accept=looks_like_credential),
    Family("snmp_user", ("snmp-server",), r"(?i)\bsnmp-server (?:host \S+ (?:(?:traps|informs) )?version (?:1|2c)|user [^\n]*?(?:auth (?:md5|sha\S*)|priv (?:des|3des|aes \d+))) ([^\s\"\[][^\s\"]*)", ("snmp-server host 10.0.0.1 version 2c <a*12>", "snmp-server user bob admins v3 auth sha <a*12>"), sure=False),
    Family("redis_user", ("acl setuser", " on >", " off >"), r"(?i)\b(?:acl[ \t]+setuser[ \t]+\S+|user[ \t]+\S+[ \t]+o(?:n|ff))[ \t]+(?:[^\s>]\S*[ \t]+)*>([^\s\"'\\\[]+)", ("ACL SETUSER bob on ~* ><a*12>", "user bob on >0<a*12> ~* +@all"), sure=False),
    Family("redis_user", ("acl setuser", " on #", " off #", "on sanitize-payload #"), r"(?i)\b(?:acl[ \t]+setuser[ \t]+\S+|user[ \t]+\S+[ \t]+o(?:n|ff))[ \t]+(?:[^\s#]\S*[ \t]+)*#([0-9a-f]{64})\b", ("ACL SETUSER bob on ~* #<h*64>", "user bob on #<h*64> ~* +@all"), sure=False),
    Family("redis_setting", ("requirepass", "masterauth"), r"(?im)(?:^[ \t]*|\bconfig[ \t]+set[ \t]+)(?:requirepass|masterauth)[ \t]+['\"]?([^\s'\"]+)['\"]?[ \t]*\r?$", ("CONFIG SET requirepass <a*12>", "requirepass <a*12>", "masterauth <a*12>"), sure=False),
    Family("ldap_setting", ("bindpw", "rootpw"), r"(?im)^[ \t]*(?:root(?:bind)?|bind)pw[ \t]+([^\s\"]+)[ \t]*\r?$", ("bindpw <a*12>", "rootpw <a*12>"), sure=False),
    # calls of functions
    Family("call", ("basicauth(", "digestauth(", "ntlmauth(", "auth=("), r"(?:(?:Basic|Digest|Ntlm)Auth|\bauth=)\([\"'][^\"'\n]*[\"'],\s*b?[\"']([^\"'\n]+)", ("HTTPBasicAuth('alice', '<a*14>')", "auth=('alice', '<a*14>')"), sure=False),
    Family("call", ("pdo->__construct",), r"PDO->__construct\('[^'\n]*', '[^'\n]*', '([^'\n]+)'", ("PDO->__construct('mysql:host=db', 'app', '<a*14>')",), sure=False),
    # in XML-RPC by their place alone: database, user, password; or user and password, and no more
    Family("xml_rpc", ("<methodname>",), rf"<methodName>\s*(?:authenticate|login|execute(?:_kw)?)\s*</methodName>\s*<params>{_PARAM}{_PARAM}{_LAST_PARAM}", ("<methodName>authenticate</methodName><params><param><value><string>x</string></value></param><param><value>y</value></param><param><value><string><a*14></string></value></param></params>", "<methodName>execute_kw</methodName>\n<params>\n<param>\n<value><string>x</string></value>\n</param>\n<param>\n<value><int>2</int></value>\n</param>\n<param>\n<value><a*14></value>"), sure=False),
    Family("xml_rpc", ("<methodname>",), rf"<methodName>\s*(?:\w+\.)*(?:authenticate|login)\s*</methodName>\s*<params>{_PARAM}{_LAST_PARAM}(?:</string>)?\s*</value>\s*</param>\s*</params>", ("<methodName>confluence2.login</methodName><params><param><value><string>x</string></value></param><param><value><string><a*14></string></value></param></params>",), sure=False),
    Family("paloalto", ("</key></result>",), r"<key>([A-Za-z0-9+/=_.-]{16,})</key></result>", ("<result><key><b*60>==</key></result>",), sure=False),  # PAN-OS, type=keygen
    # conversations
    Family("sasl_login", ("auth login ",), r"\bAUTH LOGIN [A-Za-z0-9+/=]{4,} ([A-Za-z0-9+/=]{8,})", ("AUTH LOGIN YWxpY2U= <b*16>",), sure=False),
    Family("ftp_pass", ("pass ",), r"['\"]PASS ([^\s'\"\\]{4,})", ("*cmd* 'PASS <l*10>1A'",), sure=False, accept=looks_like_credential, telling=False),
    Family("redis_command", ("auth default ",), r"[^\r\n]AUTH default ([^\s\"'\\]{6,128})", ("invalid command AUTH default <a*14>",), sure=False),
    Family("sasl", (), r"(?i)\bAUTH(?:ENTICATE)?[ \t]+(?:PLAIN|XOAUTH2|OAUTHBEARER|NTLM|CRAM-MD5)[ \t]+([A-Za-z0-9+/=]{8,})", ("AUTH PLAIN <b*24>", "a1 AUTHENTICATE PLAIN <b*24>"), sure=False, accept=is_base64),
    Family("sasl", (), r"(?i)\bAUTH(?:ENTICATE)?[ \t]+(?:PLAIN|XOAUTH2|OAUTHBEARER|NTLM)[ \t]*\r?\n[^\r\n]{0,8}(?:334|\+)[^\r\n]*\r?\n(?:[CS>]:?[ \t]*)?([A-Za-z0-9+/=]{8,})", ("C: AUTH PLAIN\r\nS: 334 \r\nC: <b*24>",), sure=False, accept=is_base64),
    Family("sasl", ("ugfzc3dvcmq6",), r"(?:334|\+)[ \t]+UGFzc3dvcmQ6[^\r\n]*\r?\n(?:[CS>]:?[ \t]*)?([A-Za-z0-9+/=]{4,})", ("S: 334 UGFzc3dvcmQ6\r\nC: <b*16>",), sure=False),
    Family("imap_login", (), r"(?m)^(?:[CS>]:?[ \t]*)?[A-Za-z]{0,4}[0-9]{1,6}[ \t]+LOGIN[ \t]+(?:\"[^\"\r\n]*\"|[^\s\"]+)[ \t]+(\"[^\"\r\n]*\"|[^\s\"]+)", ("a001 LOGIN bob <a*12>", 'a1 LOGIN "bob" "<a*12>"'), sure=False),
    Family("pop_pass", (), r"(?m)^(?:[CS>]:?[ \t]*)?USER[ \t]+[^\r\n]+\r?\n(?:(?:[CS>]:?[ \t]*)?(?:\+OK|331)[^\r\n]*\r?\n)?(?:[CS>]:?[ \t]*)?PASS[ \t]+([^\r\n]+)", ("USER bob\r\n+OK\r\nPASS <a*12>", "C: USER bob\nS: 331 go on\nC: PASS <a*12>"), sure=False),
    Family("redis_auth", (), r"(?m)^AUTH[ \t]+(?:[A-Za-z0-9_.-]+[ \t]+)?([^\s\"]+)[ \t]*\r?$", ("AUTH <a*20>", "AUTH default <a*20>"), sure=False, accept=looks_like_credential),
    Family("request_signature", ("signature",), r"(?i)\bsignature[ :=]{1,3}([0-9a-f]{64})\b", ("does not match. Signature <h*64>",), sure=False, telling=False),
    # what people are told
    Family("one_time_code", ("code", "otp"), rf"(?i)(?:\b(?:{_PURPOSES})[ -]?code|\b(?:your|use|enter|with) code|\b(?:otp|passcode))(?: (?:is|:)|:)?\s{{1,3}}(?:[A-Z]-)?([0-9]{{4,8}}|[0-9]{{3}}[ -][0-9]{{3}})\b", ("Your verification code: <d*6>", "use OTP <d*6>", "enter code G-<d*6> now", "login code <d*3> <d*3>"), sure=False, telling=False),
    Family("one_time_code", (" is your",), r"(?i)(?:^|[^0-9A-Za-z.:-])([0-9]{4,8}|[0-9]{3}[ -][0-9]{3}) is your\b[^.\n0-9]{0,48}?\b(?:code|otp|passcode|password|pin)\b", ("<d*6> is your Acme verification code", "<d*3> <d*3> is your one-time password"), sure=False, telling=False),
    Family("one_time_code", (" is your",), r"\bG-([0-9]{5,8}) is your", ("G-<d*6> is your Google verification code",), sure=False),
    Family("temporary_password", ("password",), r"(?i)\b(?:temporary|temp|initial|generated|one-time|new|default) password(?: for \S{1,60})?(?: (?:is|was)(?: set to)?|:):?\s{1,3}['\"]?([^\s'\"\[]{4,64})", ("Your temporary password is <l*10>", "Temporary password: <a*12>"), sure=False, accept=is_no_adjective, telling=False),
)
# fmt: on

DEFAULT_FAMILIES: tuple[Family, ...] = (*FAMILIES, *NOTATIONS)
