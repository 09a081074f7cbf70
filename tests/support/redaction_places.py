"""Every place in which a secret may stand: its name, and a function from the secret to an exchange."""

import base64
import gzip
import json
import urllib.parse
import zlib

import brotli

from captured_exchanges.exchange import Intent
from support.redaction_exchanges import FORM, PLAIN, exchange, unanswered


def _all_percent(text):
    return "".join(f"%{byte:02x}" for byte in text.encode())


def _nested(secret, times):
    value = {"secret": secret}
    for _ in range(times):
        value = {"inner": json.dumps(value)}
    return value


def _sent(value, **more):
    return exchange(method="POST", sent=value, **more)


def _got(value, **more):
    return exchange(received=value, **more)


def _text(value):
    return exchange(received=value, received_type=PLAIN)


def _form(value):
    return exchange(method="POST", sent=value, sent_type=FORM)


def _key(secret, value):
    """A request that shows an API key, and an answer that echoes it somehow."""
    return exchange(headers=[("x-api-key", secret)], received=value)


JSON_PLACES = {
    "a name": lambda s: _sent({"userName": "alice", "password": s}),
    "a name in capitals": lambda s: _got({"PASSWORD": s, "PassWd": s, "pAsSwOrD": s}),
    "names in one word": lambda s: _got(
        {"userpassword": s, "dbpass": s, "clientsecret": s, "accesstoken": s}
    ),
    "variants of a name": lambda s: _got(
        {"new_password": s, "passwordConfirmation": s, "oldPwd": s, "password2": s}
    ),
    "fullwidth letters": lambda s: _got({"ｐａｓｓｗｏｒｄ": s}),
    "invisible letters": lambda s: _got({"pass\u200bword": s}),
    "other languages": lambda s: _got({"contraseña": s, "пароль": s, "Kennwort": s}),
    "languages of few letters": lambda s: _got({"密码": s, "密碼": s, "비밀번호": s}),
    "an escaped name": lambda s: _sent(b'{"p\\u0061ssw\\u006frd":"%s"}' % s.encode()),
    "an escaped name inside a string": lambda s: _got({"a": f'{{"p\\u0061ssword":"{s}"}}'}),
    "JSON in JSON": lambda s: _got(_nested(s, 1)),
    "JSON in JSON in JSON": lambda s: _got(_nested(s, 3)),
    "spaces around a colon": lambda s: _sent(b'{ "password" : "%s" }' % s.encode()),
    "tabs and returns": lambda s: _sent(b'{\t"password"\t:\r\n"%s"}' % s.encode()),
    "an escaped slash": lambda s: _sent(b'{"u":"https:\\/\\/bob:%s@host\\/"}' % s.encode()),
    "a duplicate key, dropped": lambda s: _sent(b'{"password":"%s","password":null}' % s.encode()),
    "a duplicate parent, dropped": lambda s: _sent(b'{"a":{"password":"%s"},"a":1}' % s.encode()),
    "a list": lambda s: _got({"passwords": [s, [s], {"x": s}]}),
    "a subtree": lambda s: _got({"password": {"hash": {"value": s, "algorithm": "BCRYPT"}}}),
    "an object under a token": lambda s: _got({"token": {"id": "t1", "value": s}}),
    "a pair": lambda s: _sent([{"name": "password", "value": s}]),
    "a pair, value first": lambda s: _sent([{"value": s, "name": "db_password"}]),
    "a pair in AWS's fashion": lambda s: _sent([{"Key": "API_KEY", "Value": s}]),
    "a pair of parameter": lambda s: _sent({"ParameterKey": "DBPassword", "ParameterValue": s}),
    "a pair with values": lambda s: _got({"type": "userPassword", "values": [s]}),
    "a pair with a label": lambda s: _got({"label": "API Key", "value": s}),
    "a change in an audit log": lambda s: _got({"attributeName": "password", "oldValue": s, "newValue": s}),
    "a SCIM operation": lambda s: _sent({"Operations": [{"op": "replace", "path": "password", "value": s}]}),
    "a SCIM operation on a URN": lambda s: _sent(
        {
            "Operations": [
                {"op": "add", "path": "urn:ietf:params:scim:schemas:core:2.0:User:password", "value": s}
            ]
        }
    ),
    "a JSON patch": lambda s: _sent([{"op": "replace", "path": "/password", "value": s}]),
    "two elements": lambda s: _got([["user", "alice"], ["password", s]]),
    "two elements alone": lambda s: _got({"x": ["password", s]}),
    "headers in a body": lambda s: _got({"headers": [{"name": "Authorization", "value": f"Bearer {s}"}]}),
    "cookies in a body": lambda s: _got({"cookies": {"sid": s}}),
    "columns and rows": lambda s: _got({"columns": ["id", "password"], "rows": [[1, s], [2, s]]}),
    "a table": lambda s: _got([["id", "name", "password"], [1, "bob", s], [2, "eve", s]]),
    "a salt beside a password": lambda s: _got({"password": None, "salt": s, "hash": s}),
    "an answer beside its question": lambda s: _got({"recovery_question": {"question": "Pet?", "answer": s}}),
    "the private half of a JWK": lambda s: _got({"keys": [{"kty": "RSA", "n": "abc", "d": s, "qi": s}]}),
    "a code of OAuth": lambda s: _sent({"grant_type": "authorization_code", "code": s}),
    "a device code": lambda s: _got({"device_code": s, "user_code": s, "verification_uri": "https://x.test"}),
    "credentials of an app": lambda s: _got({"passwordCredentials": [{"keyId": "k", "secretText": s}]}),
    "randomness under credentials": lambda s: _got({"credentials": {"foo": s + s}}),
    "mail settings": lambda s: _got({"smtp": {"auth": {"user": "bob", "pass": s}}}),
    "GraphQL": lambda s: _sent({"query": f'mutation {{ login(user: "bob", password: "{s}") {{ ok }} }}'}),
    "GraphQL variables": lambda s: _sent({"variables": {"input": {"password": s}}}),
    "XML in a string": lambda s: _got({"x": f"<a><password>{s}</password></a>"}),
    "HTML in a string": lambda s: _got({"x": f'<input name="password" value="{s}">'}),
    "HTML entities": lambda s: _got({"x": f"{{&quot;csrfToken&quot;:&quot;{s}&quot;}}"}),
    "numbered entities": lambda s: _got({"x": f"&#112;assword={s}"}),
    "a URL in a string": lambda s: _got({"next": f"https://x.test/cb?state=1#id_token={s}"}),
    "a URL in angle brackets": lambda s: _got({"m": f"see <https://bob:{s}@x.test/>"}),
    "a key that is a secret": lambda s: _got({"users": {f"ghp_{s}{s}{s}": {"password": "x"}}}),
    "a key under the name of a secret": lambda s: _got({"api_keys": {f"{s}{s}": {"owner": "bob"}}}),
    "a JWT": lambda s: _got({"x": f"eyJhbGciOiJIUzI1NiJ9.eyJ{s}.{s}"}),
    "a private key": lambda s: _got({"x": f"-----BEGIN PRIVATE KEY-----\n{s}\n-----END PRIVATE KEY-----"}),
    "a private key, cut": lambda s: _got({"x": f"-----BEGIN PRIVATE KEY-----\n{s}"}),
    "120 levels down": lambda s: _sent(b'{"a":' * 120 + b'{"password":"%s"}' % s.encode() + b"}" * 120),
    "400 levels down": lambda s: _sent(b'{"a":' * 400 + b'{"password":"%s"}' % s.encode() + b"}" * 400),
    "beyond every stack": lambda s: _sent(b"[" * 90_000 + b'{"password":"%s"}' % s.encode() + b"]" * 90_000),
    "beside odd numbers": lambda s: _sent(
        b'{"id":1234567890123456789012,"n":NaN,"f":1e999,"password":"%s"}' % s.encode()
    ),
    "beside a broken escape": lambda s: _sent(b'{"x":"\\ud800","password":"%s"}' % s.encode()),
    "a string as a document": lambda s: _sent(json.dumps(f"password={s}").encode()),
    "JSON in a string as a document": lambda s: _sent(json.dumps(json.dumps({"password": s})).encode()),
    "behind a guard": lambda s: _got(b")]}',\n" + json.dumps({"password": s}).encode()),
    "a bulk request echoed": lambda s: exchange(
        sent={"users": [{"userName": f"u{n}", "password": f"{s}{n}"} for n in range(120)]},
        received={"seen": [f"{s}{n}" for n in range(120)]},
    ),
}

BODY_PLACES = {
    "JSON called text": lambda s: _sent({"client_secret": s}, sent_type=PLAIN),
    "JSON called a form": lambda s: _sent({"client_secret": s}, sent_type=FORM),
    "JSON called XML": lambda s: _sent({"client_secret": s}, sent_type="text/xml"),
    "JSON called an image": lambda s: _sent({"client_secret": s}, sent_type="image/png"),
    "JSON without a type": lambda s: _sent({"client_secret": s}, sent_type=""),
    "a charset that lies": lambda s: _sent(
        {"client_secret": s}, sent_type="application/json; charset=utf-16"
    ),
    "a charset nobody knows": lambda s: _sent(f"password={s}", sent_type="text/plain; charset=x-klingon"),
    "UTF-7": lambda s: _sent(f"password={s}".encode("utf-7"), sent_type="text/plain; charset=utf-7"),
    "UTF-16": lambda s: _sent(json.dumps({"client_secret": s}).encode("utf-16")),
    "UTF-16 without a mark": lambda s: _sent(json.dumps({"client_secret": s}).encode("utf-16-le")),
    "UTF-32": lambda s: _sent(json.dumps({"client_secret": s}).encode("utf-32")),
    "a byte order mark": lambda s: _sent(b"\xef\xbb\xbf" + json.dumps({"client_secret": s}).encode()),
    "gzip": lambda s: _sent(
        gzip.compress(json.dumps({"client_secret": s}).encode()), headers=[("Content-Encoding", "gzip")]
    ),
    "gzip that nobody mentions": lambda s: _sent(gzip.compress(json.dumps({"client_secret": s}).encode())),
    "gzip that is none": lambda s: _sent({"client_secret": s}, headers=[("content-encoding", "gzip")]),
    "deflate": lambda s: _sent(
        zlib.compress(b'{"pin":"%s"}' % s.encode()), headers=[("content-encoding", "deflate")]
    ),
    "an unknown encoding": lambda s: _sent({"client_secret": s}, headers=[("content-encoding", "lzma")]),
    "a cut body": lambda s: _got(b'{"ok":1,"client_secret":"%s' % s.encode(), state="truncated"),
    "an abandoned body": lambda s: _got(f"password={s}".encode(), state="abandoned", received_type=PLAIN),
    "broken JSON": lambda s: _sent(b'{"password":"%s",}' % s.encode()),
    "JSON with a comment": lambda s: _sent(b'/* x */{"password":"%s"}' % s.encode()),
    "lines of JSON": lambda s: _got(
        b'{"a":1}\n{"password":"%s"}\n' % s.encode(), received_type="application/x-ndjson"
    ),
    "a call back": lambda s: _got(b'cb({"password":"%s"})' % s.encode(), received_type="text/javascript"),
    "multipart": lambda s: _sent(
        f'--b\r\nContent-Disposition: form-data; name="password"\r\n\r\n{s}\r\n--b--',
        sent_type="multipart/form-data; boundary=b",
    ),
    "brotli": lambda s: _sent(
        brotli.compress(json.dumps({"client_secret": s}).encode()), headers=[("content-encoding", "br")]
    ),
    "gzip, cut": lambda s: _got(
        gzip.compress(f'{{"ok":1,"password":"{s}"}}'.encode() * 9)[:-20], state="truncated"
    ),
    "a pair that was cut": lambda s: _got(b'[{"value":"%s","na' % s.encode(), state="truncated"),
    "a duplicate name": lambda s: _sent(b'{"name":"password","value":"%s","name":"x"}' % s.encode()),
    "a text sequence": lambda s: _got(b'\x1e{"a":1}\n\x1e{"pin":"%s"}\n' % s.encode()),
    "events": lambda s: _got(f'data: {{"token":"{s}"}}\n\n', received_type="text/event-stream"),
    "a raw message": lambda s: _text(f"GET /x?token={s} HTTP/1.1\r\nX-Api-Key: {s}\r\n\r\n"),
    "a batch": lambda s: _sent(
        f"--b\r\nContent-Type: application/http\r\n\r\nGET /x HTTP/1.1\r\nX-Api-Key: {s}\r\n\r\n--b--",
        sent_type="multipart/mixed; boundary=b",
    ),
    "a file of keys": lambda s: _sent(
        f'--b\r\nContent-Disposition: form-data; name="f"; filename="id_rsa"\r\n\r\n{s}\r\n--b--',
        sent_type="multipart/form-data; boundary=b",
    ),
    "UTF-16 of other letters": lambda s: _sent(
        json.dumps({"é": "日本", "client_secret": s}, ensure_ascii=False).encode("utf-16-be")
    ),
    "a Secret of Kubernetes": lambda s: _sent({"kind": "Secret", "data": {"x": s}, "stringData": {"y": s}}),
    "a Secret of Kubernetes in a list": lambda s: _got(
        {"items": [{"type": "kubernetes.io/service-account-token", "data": {"x": s}}]}
    ),
    "keys of a vault without their token": lambda s: _got({"keys": [s], "keys_base64": [s]}),
    "base64 of JSON": lambda s: _got({"x": base64.b64encode(json.dumps({"password": s}).encode()).decode()}),
    "hex of JSON": lambda s: _got({"x": json.dumps({"password": s}).encode().hex()}),
    "multipart called text": lambda s: _sent(
        f'--b\r\nContent-Disposition: form-data; name="password"\r\n\r\n{s}\r\n--b--', sent_type=PLAIN
    ),
    "XML": lambda s: _got(f"<a><password>{s}</password></a>", received_type="text/xml"),
    "CSV": lambda s: _got(f"id,password\n1,{s}\n", received_type="text/csv"),
    "CSV called text": lambda s: _text(f"id;password\n1;{s}\n"),
    "a form": lambda s: _form(f"grant_type=password&username=alice&password={s}"),
    "a form called JSON": lambda s: _sent(f"grant_type=password&password={s}"),
    "a form with an encoded name": lambda s: _form(f"a=1&p%61ssword={s}"),
    "a form with a name encoded twice": lambda s: _form(f"a=1&p%2561ssword={s}"),
    "a form with a plus": lambda s: _form(f"a=1&api+key={s}"),
    "a form with brackets": lambda s: _form(f"user[name]=bob&user[password]={s}"),
    "a form with JSON": lambda s: _form("payload=" + urllib.parse.quote(json.dumps({"token": s}))),
    "a form in a form": lambda s: _form("x=" + urllib.parse.quote(f"password={s}")),
    "a form with semicolons": lambda s: _form(f"a=1;password={s}"),
    "a form, all encoded": lambda s: _form("password=" + _all_percent(s)),
    "a form with an escaped name": lambda s: _form(f"\\u0070assword={s}"),
    "a form in Latin-1": lambda s: _sent(
        f"n=é&password={s}".encode("latin-1"), sent_type=f"{FORM}; charset=latin1"
    ),
}

TEXT_PLACES = {
    "a line": lambda s: _text(f"Hello\npassword: {s}\nbye"),
    "YAML": lambda s: _text(f"user: bob\npassword: {s} and {s}\nhost: x\n"),
    "a block of YAML": lambda s: _text(f"db:\n  user: bob\n  password: |\n    {s}\n    {s}\n  host: x\n"),
    "INI": lambda s: _text(f"[db]\nuser = bob\npassword = {s} and {s}\n"),
    "TOML in a string": lambda s: _got({"x": f"[a]\npassword = '{s}'\n"}),
    "an environment": lambda s: _text(f"export DB_PASSWORD={s}\nB=1"),
    "npm's file": lambda s: _text(f"//registry.example.test/:_authToken={s}"),
    "a command": lambda s: _text(f"run curl -H 'Authorization: Bearer {s}' https://x.test"),
    "an option": lambda s: _text(f"run tool --password {s} --user bob"),
    "speech": lambda s: _text(f"Your temporary password is {s}."),
    "raw HTTP": lambda s: _text(f"GET / HTTP/1.1\nHost: x\nAuthorization: Basic {s}\nCookie: a={s}\n"),
    "SQL": lambda s: _got({"x": f"CREATE USER bob IDENTIFIED BY '{s}'"}),
    "more SQL": lambda s: _got({"x": f"ALTER ROLE bob WITH PASSWORD '{s}'"}),
    "a connection string": lambda s: _got({"x": f"Server=db;User ID=bob;Password={s};Encrypt=true"}),
    "Python": lambda s: _got({"x": f"{{'password': '{s}'}}"}),
    "pairs of Python": lambda s: _got({"x": f"[('x-api-key', '{s}'), ('a', 'b')]"}),
    "Ruby": lambda s: _got({"x": f':password=>"{s}"'}),
    "JSON, broken, in a string": lambda s: _got({"x": f'{{"p\\u0061ssword": "{s}", '}),
    "an escape": lambda s: _text(f"\\x70assword={s}"),
    "an otpauth address": lambda s: _got({"x": f"otpauth://totp/x?secret={s}"}),
    "control characters": lambda s: _text(f"pass\x1b[0mword={s}"),
}

URL_PLACES = {
    "a parameter": lambda s: exchange(url=f"https://x.test/y?access_token={s}&a=1"),
    "a parameter in capitals": lambda s: exchange(url=f"https://x.test/y?ACCESS_TOKEN={s}"),
    "an encoded name": lambda s: exchange(url=f"https://x.test/y?acc%65ss_token={s}"),
    "a name encoded twice": lambda s: exchange(url=f"https://x.test/y?acc%2565ss_token={s}"),
    "a semicolon": lambda s: exchange(url=f"https://x.test/y?a=1;token={s}"),
    "a colon for an equals sign": lambda s: exchange(url=f"https://x.test/y?password:{s}"),
    "an encoded ampersand": lambda s: exchange(url=f"https://x.test/y?a=1%26password={s}"),
    "a fragment": lambda s: exchange(url=f"https://x.test/y#access_token={s}&a=1"),
    "a route in a fragment": lambda s: exchange(url=f"https://x.test/#/callback?code={s}&state=1"),
    "userinfo": lambda s: exchange(url=f"https://alice:{s}@x.test/y"),
    "userinfo, user alone": lambda s: exchange(url=f"https://{s}@x.test/y"),
    "userinfo, no password": lambda s: exchange(url=f"https://{s}:@x.test/y"),
    "userinfo with an at sign": lambda s: exchange(url=f"https://alice:p@{s}@x.test/y"),
    "userinfo with a slash": lambda s: exchange(url=f"https://alice:p/{s}@x.test/y"),
    "userinfo with a space": lambda s: exchange(url=f"https://alice:a b{s}@x.test/y"),
    "userinfo, all encoded": lambda s: exchange(
        url=f"https://bob:{_all_percent(s)}@x.test/", received={"e": s}
    ),
    "userinfo without a scheme": lambda s: exchange(url=f"bob:{s}@x.test/"),
    "userinfo, no scheme but slashes": lambda s: exchange(url=f"//alice:{s}@x.test/y"),
    "userinfo in capitals": lambda s: exchange(url=f"HTTPS://bob:{s}@x.test/"),
    "a backslash": lambda s: exchange(url=f"https:\\\\bob:{s}@x.test/"),
    "one slash": lambda s: exchange(url=f"https:/bob:{s}@x.test/"),
    "a redirect's URL": lambda s: exchange(
        url="https://x.test/y?r=" + urllib.parse.quote(f"https://z.test/?password={s}", safe="")
    ),
    "userinfo of a redirect's URL": lambda s: exchange(
        url="https://x.test/y?r=" + urllib.parse.quote(f"https://bob:{s}@z.test/", safe="")
    ),
    "two redirects deep": lambda s: exchange(
        url="https://x.test/y?r="
        + urllib.parse.quote(
            "https://z.test/?q=" + urllib.parse.quote(f"https://a.test/?pin={s}", safe=""), safe=""
        )
    ),
    "JSON in a parameter": lambda s: exchange(
        url="https://x.test/y?filter=" + urllib.parse.quote(json.dumps({"password": s}))
    ),
    "a matrix parameter": lambda s: exchange(url=f"https://x.test/y;jsessionid={s}?a=1"),
    "a reset link": lambda s: exchange(url=f"https://x.test/reset-password/{s}"),
    "a named segment": lambda s: exchange(url=f"https://x.test/token/{s}{s}/check"),
    "an assignment in a path": lambda s: exchange(url=f"https://x.test/a/password={s}/b"),
    "a signed URL": lambda s: exchange(
        url=f"https://x.test/?X-Amz-Signature={s}&X-Amz-Credential={s}&sig={s}"
    ),
    "a code of OAuth": lambda s: exchange(url=f"https://x.test/oauth/callback?code={s}&state=abc"),
    "a webhook": lambda s: exchange(url=f"https://hooks.slack.com/services/T00000000/B00000000/{s}{s}"),
    "a bot's path": lambda s: exchange(url=f"https://api.telegram.org/bot123456789:AA{s}{s}/getMe"),
}

HEADER_PLACES = {
    "authorization, any case": lambda s: exchange(headers=[("aUTHORIZATION", f"Bearer {s}")]),
    "authorization without a scheme": lambda s: exchange(headers=[("authorization", s)]),
    "authorization, unknown scheme": lambda s: exchange(headers=[("authorization", f"{s} {s}")]),
    "basic": lambda s: exchange(
        headers=[("authorization", "Basic " + base64.b64encode(f"alice:{s}".encode()).decode())],
        received={"e": s},
    ),
    "a proxy's": lambda s: exchange(headers=[("proxy-authorization", f"Bearer {s}")]),
    "API keys": lambda s: exchange(
        headers=[("X-Foo-Api-Key", s), ("x-functions-key", s), ("X-Session-Token", s)]
    ),
    "an odd name": lambda s: exchange(headers=[("X-Acme-Client-Secret", s), ("authtoken", s)]),
    "a cookie": lambda s: exchange(headers=[("cookie", f"a=1; sid={s}; b={s}")]),
    "a cookie without a name": lambda s: exchange(headers=[("cookie", s)]),
    "a set cookie": lambda s: exchange(answer_headers=[("Set-Cookie", f"sid={s}; Path=/; Secure")]),
    "two cookies in one": lambda s: exchange(answer_headers=[("set-cookie", f"a=b; Path=/, c={s}; Path=/")]),
    "an odd attribute": lambda s: exchange(answer_headers=[("set-cookie", f"a=b; X={s}; Domain={s}!")]),
    "JSON": lambda s: exchange(headers=[("X-Context", json.dumps({"password": s}))]),
    "a bearer elsewhere": lambda s: exchange(headers=[("X-Upstream", f"Bearer {s}")]),
    "a line in a line": lambda s: exchange(headers=[("X-A", f"a\r\nAuthorization: Bearer {s}")]),
    "a relative location": lambda s: exchange(answer_headers=[("location", f"/x?token={s}")]),
    "a link": lambda s: exchange(answer_headers=[("Link", f'<https://x.test/?api_key={s}>; rel="next"')]),
    "a refresh": lambda s: exchange(answer_headers=[("refresh", f"5; url=https://x.test/?token={s}")]),
    "a referer": lambda s: exchange(headers=[("Referer", f"https://a:{s}@x.test/")]),
    "an encoded URL": lambda s: exchange(headers=[("X-Orig", f"https%3A%2F%2Fbob%3A{s}%40x.test%2F")]),
    "undecodable bytes": lambda s: exchange(headers=[("x\udc80", f"\udcff password={s}")]),
    "the name of a header": lambda s: exchange(headers=[(f"password={s}", "x")]),
    "the content type": lambda s: exchange(headers=[("x-api-key", s)], sent=b"x", sent_type=f"text/{s}"),
}

OTHER_PLACES = {
    "the reason": lambda s: exchange(reason=f"Bad password={s}"),
    "the method": lambda s: exchange(method=f"token={s}"),
    "the remote address": lambda s: exchange(remote_address=f"https://u:{s}@192.0.2.1"),
    "an error with a URL": lambda s: unanswered(
        f"cannot connect to https://bob:{s}@x.test:443/y?z=1 (refused)"
    ),
    "an error with a database": lambda s: unanswered(f'no postgres://bob:a"b{s}@db/x'),
    "an error with a repr": lambda s: unanswered(f"{{'Authorization': 'Bearer {s}', 'x': 1}}"),
    "an error with headers": lambda s: unanswered(f"Headers([('authorization', 'Basic {s}'), ('a', 'b')])"),
    "an error with a quote": lambda s: unanswered(f"invalid password '{s}' for user bob"),
    "an error with a DSN": lambda s: unanswered(f"bob:{s}@tcp(db:3306)/x"),
    "the intent": lambda s: exchange(
        intent=Intent(f"password={s}", "x", "user", {"token": s, "deep": {"password": s}, f"token={s}": 1})
    ),
}

ECHOES = {
    "verbatim": lambda s: _key(s, {"m": f"no key {s}."}),
    "as a key": lambda s: _key(s, {s: 1}),
    "in hex": lambda s: _key(s, {"m": s.encode().hex()}),
    "in base64": lambda s: _key(s, {"m": base64.b64encode(b"xx" + s.encode() + b"yyy").decode()}),
    "all encoded": lambda s: _key(s, {"m": _all_percent(s)}),
    "in an error": lambda s: exchange(headers=[("x-api-key", s)], status=None, error=f"refused {s}"),
    "in the reason": lambda s: exchange(headers=[("x-api-key", s)], reason=f"Unknown {s}"),
    "in the next URL": lambda s: _key(s, {"next": f"https://x.test/{s}/2"}),
    "of a password": lambda s: exchange(sent={"password": s}, received={"m": f"made with {s}"}),
    "of a password in Latin letters": lambda s: exchange(
        sent={"password": f"pä{s}ö"}, received={"m": f"pä{s}ö"}
    ),
    "of a password with quotes": lambda s: exchange(
        sent={"password": f'a"\\{s}'}, received={"m": json.dumps({"e": f'a"\\{s}'})}
    ),
    "of a password with spaces": lambda s: exchange(
        sent={"password": f"my pass {s}"},
        received={"m": f"https://x.test/?q=my+pass+{s}", "n": f"my%20pass%20{s}"},
    ),
    "of a form's password": lambda s: exchange(sent=f"password={s}", sent_type=FORM, received={"m": s}),
    "of a parameter": lambda s: exchange(url=f"https://x.test/?api_key={s}", received={"m": s}),
    "of a response's token": lambda s: exchange(answer_headers=[("X-Subject-Token", s)], received={"m": s}),
    "of a session": lambda s: exchange(
        answer_headers=[("Set-Cookie", f"SID={s}; Path=/")], received={"m": f"x{s}"}
    ),
}

PLACES = {
    f"{kind}: {name}": make
    for kind, places in {
        "json": JSON_PLACES,
        "body": BODY_PLACES,
        "text": TEXT_PLACES,
        "url": URL_PLACES,
        "header": HEADER_PLACES,
        "other": OTHER_PLACES,
        "echo": ECHOES,
    }.items()
    for name, make in places.items()
}
