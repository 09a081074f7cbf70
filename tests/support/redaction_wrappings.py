"""Notations that give a secret a name, and what such a text may be wrapped in on its way into an exchange."""

import html
import json
import urllib.parse

from captured_exchanges.exchange import Intent
from support.redaction_exchanges import FORM, PLAIN, exchange, unanswered


def _quoted(text):
    return urllib.parse.quote(text, safe="")


CARRIERS = {
    "assignment": lambda s: f"password={s}",
    "JSON": lambda s: json.dumps({"password": s}),
    "spaced JSON": lambda s: json.dumps({"user": "bob", "client_secret": s}, indent=1),
    "pair": lambda s: json.dumps([{"name": "password", "value": s}]),
    "userinfo": lambda s: f"https://bob:{s}@x.test/p?x=1",
    "parameter": lambda s: f"https://x.test/p?x=1&access_token={s}&y=2",
    "fragment": lambda s: f"https://x.test/#id_token={s}",
    "header": lambda s: f"Authorization: Bearer {s}",
    "cookie": lambda s: f"Cookie: a=b; sid={s}",
    "XML": lambda s: f"<a><password>{s}</password></a>",
    "Python": lambda s: repr({"password": s}),
    "colon": lambda s: f"api_key: {s}",
    "option": lambda s: f"--password {s}",
    "SQL": lambda s: f"CREATE USER bob IDENTIFIED BY '{s}'",
    "connection string": lambda s: f"Server=h;Uid=bob;Pwd={s};",
    "member of a family": lambda s: f"ghp_{s}{s}{s}",
    "speech": lambda s: f"the temporary password is {s}.",
}
WRAPPINGS = {
    "object": lambda text: json.dumps({"a": text}),
    "array": lambda text: json.dumps(["x", text]),
    "URL": lambda text: f"https://z.test/?q={_quoted(text)}",
    "URL with pluses": lambda text: f"https://z.test/?q={urllib.parse.quote_plus(text)}",
    "form": lambda text: f"a=1&b={_quoted(text)}&c=3",
    "percent twice": lambda text: f"x={_quoted(_quoted(text))}",
    "prose": lambda text: f"Something failed: {text} (see log)",
    "lines": lambda text: f"line one\n{text}\nline three",
    "repr": repr,
    "entities": html.escape,
    "brackets": lambda text: f"[{text}]",
    "angles": lambda text: f"<{text}>",
    "quotes": lambda text: f'"{text}"',
}
ENTRANCES = {
    "JSON": lambda text: exchange(sent={"m": text}),
    "nested JSON": lambda text: exchange(received=[{"m": [text]}]),
    "key": lambda text: exchange(received={text: 1}),
    "text": lambda text: exchange(received=text, received_type=PLAIN),
    "text called JSON": lambda text: exchange(received=text),
    "form": lambda text: exchange(sent=f"a=1&m={_quoted(text)}", sent_type=FORM),
    "header": lambda text: exchange(headers=[("X-Note", text.replace("\n", " "))]),
    "location": lambda text: exchange(answer_headers=[("Location", f"/x?m={_quoted(text)}")]),
    "URL": lambda text: exchange(url=f"https://x.test/p?m={_quoted(text)}"),
    "error": unanswered,
    "reason": lambda text: exchange(reason=text),
    "intent": lambda text: exchange(intent=Intent(extra={"m": text})),
}
