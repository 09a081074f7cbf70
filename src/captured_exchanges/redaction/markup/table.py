"""What markup adds to the names that are secret everywhere: the tables that the walk decides by. Data only.

Names are written as words, in lower case, as in `names.table`; tags, which are no names, as they are.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from captured_exchanges.redaction.names import Phrases

__all__ = ["DEFAULT_MARKUP", "MarkupTable"]


@dataclass(frozen=True, slots=True)
class MarkupTable:
    """The tables; see `meanings` for how names are matched, `walk` for what tags do."""

    secret: Phrases
    """At the end of the name of an element, an attribute or a field: secret in markup, if nowhere else."""
    suspects: Phrases
    """Whole names whose text goes where it looks random."""
    kept: frozenset[str]
    """Whole names that are no secret, however random they look and whatever stands above them."""
    beside: Mapping[str, tuple[str, ...]]
    """Whole names that are secret only beside an element or attribute with one of these whole names."""
    calm: frozenset[str]
    """Whole names of elements below which identities stand: what is above them raises no suspicion there."""
    public: frozenset[str]
    """What the ValueType of a security token ends with that is a certificate, in lower case."""
    names: frozenset[str]
    """Whole names of attributes that name what an element holds, beyond those of pairs."""
    urls: frozenset[str]
    """Last words of attributes that hold a URL, relative ones included."""
    holders: frozenset[str]
    """Elements that hold the value which the key before them has named, whatever they are called."""
    entries: frozenset[str]
    """Elements of two, the first of which names the second."""
    definitions: frozenset[str]
    """Elements whose name attribute names what they define, not what they hold."""
    inline: frozenset[str]
    """Elements within a line of text: what is said before one goes on in it."""
    blocks: frozenset[str]
    """Elements that, as those, say nothing about what they hold: it belongs to what they stand in."""
    prose: frozenset[str]
    """Elements that hold prose: what an attribute names in them is a value only where it is one word."""
    fields: frozenset[str]
    """Elements that may hold the value that a label before them has named."""
    cells: frozenset[str]
    """Elements of which one may name the next."""
    rows: frozenset[str]
    """Elements that hold cells in columns."""
    tables: frozenset[str]
    """Elements that hold rows."""
    void: frozenset[str]
    """Elements that hold nothing, unless they are closed somewhere."""
    implied: Mapping[str, tuple[str, ...]]
    """Elements whose beginning ends these."""


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


def _phrases(text: str) -> tuple[str, ...]:
    return tuple(phrase.strip() for phrase in text.split(","))


DEFAULT_MARKUP = MarkupTable(
    secret={
        "nonce": _phrases("nonce"),
        "signature": _phrases("signature value, signature provided"),
        "cipher": _phrases("cipher value"),
        "ticket": _phrases("proxy granting ticket, proxy ticket"),
        # What a page has stored away for itself: opaque, bound to a session, and whatever it holds is there
        # in base64: what cannot be read is not kept.
        "view_state": _phrases("view state, event validation"),
        "validation_key": _phrases("validation key"),
    },
    suspects={
        "signature": _phrases("signature"),
        "artifact": _phrases("artifact"),
        "ticket": _phrases("ticket"),
    },
    kept=frozenset(_phrases("digest value, x 509 ski")),
    beside=dict.fromkeys(("d", "p", "q", "dp", "dq", "inverse q"), ("modulus",)),
    calm=frozenset({"assertion"}),
    public=_words("x509v3 x509v1 x509pkipathv1 pkcs7"),
    names=frozenset({"autocomplete"}),
    urls=_words("href src action formaction url uri destination location cite background poster longdesc"),
    holders=_words("integer real date array dict"),
    entries=_words("entry"),
    definitions=_words("element message part operation group"),
    inline=_words(
        "b i u s em strong span font small big mark code kbd samp tt pre var sub sup bdi bdo ins del wbr br q"
    ),
    blocks=_words("p div li ul ol item items list array entry set option data string value a"),
    prose=_words(
        "html head body div span section article main header footer nav aside form fieldset legend label a"
        " button h1 h2 h3 h4 h5 h6 p ul ol li dl dt dd table thead tbody tfoot tr"
        " td th title link iframe img svg"
    ),
    fields=_words("input textarea output span code div p b strong em kbd samp pre tt"),
    cells=_words("td th dt dd cell"),
    rows=_words("tr row"),
    tables=_words("table"),
    void=_words("area base br col embed hr img input link meta param source track wbr"),
    implied={
        "dt": ("dt", "dd"),
        "dd": ("dt", "dd"),
        "td": ("td", "th"),
        "th": ("td", "th"),
        "tr": ("td", "th", "tr"),
    },
)  # fmt: skip
