# ruff: noqa: E501 - a case is a line
"""The tables of markup: each row has a case that fails without it."""

from collections.abc import Mapping
from dataclasses import fields, replace

import pytest

from captured_exchanges.redaction.markup.table import DEFAULT_MARKUP
from support.redaction_exchanges import fresh_secret
from support.redaction_markup import CERTIFICATE, redacted

SECRET = fresh_secret(1, 16)
TOKEN = fresh_secret(2, 40)
GOES, STAYS = "goes", "stays"


def _element(phrase):
    return "".join(word.capitalize() for word in phrase.split())


def _url(word):
    return f'<x {word}="/reset-password/{TOKEN}"/>'


# For each table: whether a row makes the secret go or stay, and a text in which only that row decides.
CASES = {
    "secret": (GOES, lambda row: f"<x:{_element(row)}>{SECRET}</x:{_element(row)}>"),
    "suspects": (GOES, lambda row: f"<x:{_element(row)}>{TOKEN}</x:{_element(row)}>"),
    "kept": (STAYS, lambda row: f"<credentials><{_element(row)}>{CERTIFICATE}</{_element(row)}></credentials>"),
    "beside": (GOES, lambda row: f"<a><Modulus>AQAB</Modulus><{_element(row)}>{SECRET}</{_element(row)}></a>"),
    "calm": (STAYS, lambda row: f"<token><{row}><x>{TOKEN}</x></{row}></token>"),
    "public": (
        STAYS,
        lambda row: f'<BinarySecurityToken ValueType="urn:x#{row}">{CERTIFICATE}</BinarySecurityToken>',
    ),
    "names": (GOES, lambda row: f'<input {row}="current-password" value="{SECRET}">'),
    "urls": (GOES, _url),
    "holders": (GOES, lambda row: f"<key>Password</key><{row}>{SECRET}</{row}>"),
    "entries": (GOES, lambda row: f"<{row}><x>password</x><y>{SECRET}</y></{row}>"),
    "definitions": (STAYS, lambda row: f'<{row} name="password"><x>{SECRET}</x></{row}>'),
    "inline": (GOES, lambda row: f"<h9>Password: <{row}>{SECRET}</{row}></h9>"),
    "blocks": (GOES, lambda row: f"<name><{row}>password</{row}></name><value>{SECRET}</value>"),
    "prose": (STAYS, lambda row: f'<{row} id="token">of {SECRET}</{row}>'),
    "fields": (GOES, lambda row: f'<label>API key</label><{row} value="{SECRET}">{SECRET}</{row}>'),
    "cells": (
        GOES,
        lambda row: {
            "td": f"<tr><th>Password</th><td>{SECRET}</td></tr>",
            "th": f"<tr><th>Password</th><td>{SECRET}</td></tr>",
            "dt": f"<dl><dt>Password</dt><dd>{SECRET}</dd></dl>",
            "dd": f"<dl><dt>Password</dt><dd>{SECRET}</dd></dl>",
            "cell": f"<row><cell>Password</cell><cell>{SECRET}</cell></row>",
        }[row],
    ),
    "rows": (
        GOES,
        lambda row: (
            f"<table><{row}><th>User</th><th>Password</th></{row}>"
            f"<{row}><td>bob</td><td>{SECRET}</td></{row}></table>"
        ),
    ),
    "tables": (
        GOES,
        lambda row: (
            f"<{row}><tr><th>User</th><th>Password</th></tr><tr><td>bob</td><td>{SECRET}</td></tr></{row}>"
        ),
    ),
    "void": (STAYS, lambda row: f'<main><{row} id="token"><b>{SECRET}</b></main>'),
    "implied": (
        GOES,
        lambda row: {
            "td": f"<tr><td>Password<td>{SECRET}</tr>",
            "th": f"<table><tr><th>User<th>Password</tr><tr><td>bob</td><td>{SECRET}</td></tr></table>",
            "tr": f"<table><tr><th>User<th>Password<tr><td>bob</td><td>{SECRET}</td></tr></table>",
            "dd": f"<dl><dt>Password<dd>{SECRET}</dl>",
            "dt": f"<dl><dt>a<dd>b<dt>Password<dd>{SECRET}</dl>",
        }[row],
    ),
}  # fmt: skip


def _rows():
    for field in fields(DEFAULT_MARKUP):
        table = getattr(DEFAULT_MARKUP, field.name)
        for key in table:
            phrases = table[key] if field.name in ("secret", "suspects") else (key,)
            yield from ((field.name, row) for row in phrases)


def _without(name, row):
    table = getattr(DEFAULT_MARKUP, name)
    if not isinstance(table, Mapping):
        return replace(DEFAULT_MARKUP, **{name: table - {row}})
    if row in table:
        return replace(DEFAULT_MARKUP, **{name: {key: value for key, value in table.items() if key != row}})
    kept = {label: tuple(phrase for phrase in phrases if phrase != row) for label, phrases in table.items()}
    return replace(DEFAULT_MARKUP, **{name: kept})


def _outcome(text, table):
    kept = redacted(text, table=table)
    return STAYS if any(value in kept for value in (SECRET, TOKEN, CERTIFICATE)) else GOES


@pytest.mark.parametrize(("name", "row"), list(_rows()))
def test_every_row_decides_something(name, row):
    """With it a secret goes, or what is none stays; without it, it is the other way round."""
    expected, case = CASES[name]
    assert _outcome(case(row), DEFAULT_MARKUP) == expected
    assert _outcome(case(row), _without(name, row)) != expected


def test_companions_decide_too():
    """What stands beside an RSA modulus is its private half; beside anything else it is a letter."""
    assert SECRET in redacted(f"<a><Modulo>AQAB</Modulo><D>{SECRET}</D></a>")
