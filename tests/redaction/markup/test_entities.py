# ruff: noqa: E501 - a case is a line
"""What documents declare for themselves."""

import pytest

from support.redaction_markup import redacted


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ("<!DOCTYPE html><b password='x'/>", "<!DOCTYPE html><b password='[REDACTED:name.password]'/>"),
        ('<!DOCTYPE a [<!ENTITY b "c">]>', '<!DOCTYPE a [<!ENTITY b "[REDACTED:name.entity]">]>'),
        ("<!DOCTYPE a [<!ENTITY % b 'c", "<!DOCTYPE a [<!ENTITY % b '[REDACTED:name.entity]"),
        ('<!DOCTYPE a [<!ENTITY b "">]>', '<!DOCTYPE a [<!ENTITY b "">]>'),
        (
            '<!DOCTYPE a [<!ENTITY b SYSTEM "https://x.test/?token=abc">]>',
            '<!DOCTYPE a [<!ENTITY b SYSTEM "https://x.test/?token=[REDACTED:url.token]">]>',
        ),
        (
            '<!DOCTYPE a PUBLIC "-//W3C//DTD XHTML" "https://x.test/a.dtd"><b pin="1"/>',
            '<!DOCTYPE a PUBLIC "-//W3C//DTD XHTML" "https://x.test/a.dtd"><b pin="[REDACTED:name.pin]"/>',
        ),
        (
            '<!DOCTYPE a [<!ENTITY b PUBLIC "-//x" "https://x.test/">]>',
            '<!DOCTYPE a [<!ENTITY b PUBLIC "-//x" "https://x.test/">]>',
        ),
        (
            "<!DOCTYPE a [<!-- it's password=hunter --><!ENTITY b 'c'>]><b/>",
            "<!DOCTYPE a [<!-- it's password=[REDACTED:text.password] --><!ENTITY b '[REDACTED:name.entity]'>]><b/>",
        ),
        (
            "<!DOCTYPE a [<!ENTITY b 'c'> pin=1",
            "<!DOCTYPE a [<!ENTITY b '[REDACTED:name.entity]'> pin=[REDACTED:text.pin]",
        ),
        ("<![if !IE]><b pin='1'/>", "<![if !IE]><b pin='[REDACTED:name.pin]'/>"),
    ],
)
def test_what_entities_stand_for_goes(text, kept):
    """Addresses and names stay."""
    assert redacted(text) == kept
    assert redacted(kept) == kept
