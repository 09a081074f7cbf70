"""Probes of the lists of words that stand in code: for each list, exchanges in which one of its words decides. A
list is named by its module below the room of redaction. See `probing`.
"""

from captured_exchanges.redaction.patterns import compiled
from corpus.planting import asked, failed, got, text

RANDOM, WORD = "<a*30>7", "<l*12>"
API = "https://api.example.test/v1/users"


def _authorization(plant, scheme):
    return asked(API, headers=[("Authorization", f"{scheme} {plant(RANDOM)}")])


def _echo_of_cookie(plant, word):
    secret = plant(RANDOM)
    return [asked(API, headers=[("Cookie", f"acme_{word}={secret}")]), got({"note": secret})]


def _no_echo(plant, name, value):
    """What is shown once is told from data in no later exchange."""
    said = plant.id(RANDOM)
    return [
        {**asked(API, headers=[(name, value.format(said))]), "before": True},
        got({"note": said}),
    ]


def _line(plant, name):
    value = plant.known(plant.id(f"{WORD} {WORD}"))
    return text(f"> {name}: {value}\n> accept: */*\n")


def _prose(_plant, word):
    return failed(f"Authorization: bob {word}")


def _columns(plant, name):
    return got({"columns": [{name: "id"}, {name: "password"}], "rows": [[1, plant(WORD)]]})


def _adjective(_plant, word):
    return failed(f"Your temporary password is {word}.")


def _message(plant, method):
    """Headers of a message are headers; in a text they are names beside values."""
    return text(f"{method} /v1/users HTTP/1.1\nX-Acme-Session: {plant(WORD)}\n\n")


def _redirected(plant, path):
    return asked(f"https://app.example.test/{_plain(path)}?code={plant(RANDOM)}")


def _spoken(plant, name):
    return failed(f"the {_plain(name)} is {plant(RANDOM)}")


def _changed(plant, stem):
    return failed(f"password of bob was {stem}ed from '{plant(WORD)}' to '{plant(WORD)}'")


def _script(plant, beginning):
    return got({"userData": plant.base64(f"{beginning}\ncurl -u bob:{plant(WORD)} https://x.test/install")})


def _limit(_plant, word):
    return got({"password": {f"{word}Of": 8}})


def _plain(alternative):
    """Of an alternative of a pattern what may be left out is left out."""
    return _OPTIONAL.sub(lambda _: "", alternative).replace(" ?", " ")


_OPTIONAL = compiled(r"\[[^\]]*\]\*")

PROBES = {
    "bodies.messages._METHODS": [_message],
    "text.urls._OAUTH_PATH": [_redirected],
    "text.assignments._SPOKEN": [_spoken],
    "text.assignments._SCHEME": [lambda plant, word: failed(f"Authorization: {word} {plant(RANDOM)}")],
    "json.walk._LIMIT": [_limit],
    "transports.headers._SCHEMES": [_authorization],
    "transports.headers._SESSION_WORDS": [_echo_of_cookie],
    "transports.credentials._PER_REQUEST": [
        lambda plant, word: _no_echo(plant, "Authorization", f"{word} {{}}")
    ],
    "transports.credentials._SIGNATURES": [
        lambda plant, word: _no_echo(plant, word, "{}"),
        lambda plant, word: _no_echo(plant, f"X-Acme-{word}", "{}"),
    ],
    "text.assignments._WHOLE_LINE": [_line],
    "text.assignments._PROSE": [_prose],
    "json.tables._NAMED_BY": [_columns],
    "values.shapes._SAID": [_adjective],
    "values.shapes._REQUIRED": [lambda _plant, word: got({"password": f"must {word}"})],
    "values.shapes._REQUIRING": [lambda _plant, word: got({"password": f"{word} too short"})],
    "text.changes._CHANGE": [_changed],
    "text.encoded._SCRIPTS": [_script],
}
