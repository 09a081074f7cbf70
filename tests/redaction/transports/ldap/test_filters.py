"""Search filters."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from captured_exchanges.redaction.detail import Detail
from captured_exchanges.redaction.marker import MARKER
from captured_exchanges.redaction.patterns import compiled
from captured_exchanges.redaction.transports.ldap.escapes import escaped
from captured_exchanges.redaction.transports.ldap.filters import MAX_DEPTH, MAX_LENGTH, Filters
from support.examples import EXAMPLES
from support.redaction_exchanges import secrets, sweep
from support.redaction_ldap import ATTRIBUTES, TEXT

FILTERS = Filters(ATTRIBUTES, TEXT)
STRICT = Filters(ATTRIBUTES, TEXT, Detail.STRICT)
_MARKER = compiled(MARKER)


def shown(text, filters=FILTERS):
    return _MARKER.sub(lambda _: "*gone*", filters.redact(text, sweep(), ("filter",)))


@pytest.mark.parametrize(
    "text",
    [
        "(objectClass=*)",
        "(&(objectClass=user)(|(sAMAccountName=alice)(mail=alice@example.test)))",
        "(!(userAccountControl:1.2.840.113556.1.4.803:=2))",
        r"(cn=Lu\c4\8di\c4\87 \28x\29*)",
        "(&)",
        "(|)",
        r"(objectGUID=\3f\4a\00\ff)",
        "(cn~=Bob)",
        "(uidNumber>=1000)",
        "(pwdLastSet<=133123456789012345)",
        "(userPassword=*)",
        "(&(userPassword=*)(cn=*))",
        "( & (cn=a) (sn=b) )",
        "cn=alice",
        "(!cn=alice)",
        "(memberOf:1.2.840.113556.1.4.1941:=CN=Token Admins,OU=Secrets,DC=example,DC=test)",
        "(:dn:2.4.6.8.10:=Dino)",
        "(cn:caseExactMatch:=Fred)",
        "(o:dn:=Ace)",
        "(secretary=cn=bob)",
        "(sn;lang-de=x*y*z)",
        "",
        " ",
        "(description=Password Administrator)",
        "(cn=)",
        "(attr_with_underscore=x)",
    ],
)
def test_a_filter_without_a_secret_stays_by_the_byte(text):
    """Every kind of assertion."""
    assert FILTERS.redact(text, sweep(), ()) == text


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ("(userPassword=abc)", "(userPassword=*gone*)"),
        ("(&(uid=bob)(userPassword={SSHA}abc=))", "(&(uid=bob)(userPassword=*gone*))"),
        ("(2.5.4.35;lang-de=abc)", "(2.5.4.35;lang-de=*gone*)"),
        ("(OID.2.5.4.35:dn:octetStringMatch:=abc)", "(OID.2.5.4.35:dn:octetStringMatch:=*gone*)"),
        ("(userPassword:=abc)", "(userPassword:=*gone*)"),
        ("(userPassword~=abc)", "(userPassword~=*gone*)"),
        ("(userPassword>=abc)", "(userPassword>=*gone*)"),
        ("(userPassword=a*b*)", "(userPassword=*gone*)"),
        ("(userPassword= abc=d )", "(userPassword=*gone*)"),
        (r"(unicodePwd=\22\00a\00\22\00)", "(unicodePwd=*gone*)"),
        (r"(userPassword=a\28b\29)", "(userPassword=*gone*)"),
        ("(!(|(ms-Mcs-AdmPwd=abc)(cn=b)))", "(!(|(ms-Mcs-AdmPwd=*gone*)(cn=b)))"),
        ("( userPassword = abc)", "( userPassword =*gone*)"),
        ("userPassword=abc", "userPassword=*gone*"),
        ("(!userPassword=abc)", "(!userPassword=*gone*)"),
        ("(acmeClientSecret=abc)", "(acmeClientSecret=*gone*)"),
        (r"(description=password\3dhunter22)", "(description=password=*gone*)"),
        ("(userPassword;binary=abc=x)", "(userPassword;binary=*gone*)"),
    ],
)
def test_an_assertion_on_a_secret_loses_its_value(text, kept):
    """And nothing else changes."""
    assert shown(text) == kept


@pytest.mark.parametrize(
    "text",
    [
        "(userPassword=a(b)",
        "(userPassword=a(cn=b))",
        "(userPassword=a)b)",
        "(userPassword=a(cn=b)c)",
        "(&(userPassword=a)(b=c)",
        "userPassword=a)",
        "((userPassword=a))",
        "(userPassword=a\\)b)",
        "(userPassword=a\\zz)",
        "(userPassword",
        "userPassword",
        "()",
        "(=a)",
        "(cn=a)(cn=b)",
        "(cn=a) b",
        "&(cn=a)(cn=b)",
        "(&(cn=a)&(cn=b))",
        "(cn=\0)",
        "(:=a)",
        "(userPassword=a\\2)",
        "(b c=a)",
    ],
)
def test_what_cannot_be_read_goes_as_a_whole(text):
    """Where values are not escaped, nobody can say what is one."""
    assert shown(text) == "*gone*"


@pytest.mark.parametrize("levels", [MAX_DEPTH, MAX_DEPTH + 1, 100_000])
def test_depth_is_bounded(levels):
    """Without recursion."""
    text = "(!" * (levels - 1) + "(cn=a)" + ")" * (levels - 1)
    assert shown(text) == (text if levels <= MAX_DEPTH else "*gone*")


def test_length_is_bounded():
    """A filter that asks for thousands of names is none that anybody reads."""
    assert shown(f"(cn={'a' * (MAX_LENGTH - 5)})") != "*gone*"
    assert shown(f"(cn={'a' * (MAX_LENGTH - 4)})") == "*gone*"


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ("(&(cn=bob)(mail=*)(sn=a*b*))", "(&(cn=?)(mail=*)(sn=?*?*))"),
        ("(userPassword=abc)", "(userPassword=*gone*)"),
        ("(cn:caseExactMatch:=x)", "(cn:caseExactMatch:=?)"),
    ],
)
def test_strict_keeps_no_value(text, kept):
    """But presence, and where substrings were asked for."""
    assert shown(text, STRICT) == kept


_ATTRIBUTE = st.sampled_from(["cn", "userPassword", "2.5.4.35", "unicodePwd;lang-de", "mail", "apiKey"])
_VALUE = st.text(st.characters(codec="utf-8"), min_size=1, max_size=12).map(escaped)
_FILTER = st.recursive(
    st.builds(
        lambda name, op, value: f"({name}{op}{value})",
        _ATTRIBUTE,
        st.sampled_from(["=", "~=", ">=", ":="]),
        _VALUE,
    ),
    lambda inner: st.one_of(
        st.builds(
            lambda op, parts: f"({op}{''.join(parts)})", st.sampled_from("&|"), st.lists(inner, max_size=4)
        ),
        st.builds(lambda part: f"(!{part})", inner),
    ),
    max_leaves=12,
)


@given(
    _FILTER,
    secrets,
    _ATTRIBUTE.filter(lambda name: name not in {"cn", "mail"}),
    st.sampled_from(["{}", "x\\28{}", "{}\\2a"]),
)
@settings(max_examples=EXAMPLES)
def test_no_planted_secret_survives_in_a_filter(around, secret, attribute, value):
    """Wherever the assertion stands, whatever is beside it; and once is enough."""
    text = f"(&{around}({attribute}={value.format(secret)}){around})"
    once = FILTERS.redact(text, sweep(), ())
    assert secret not in once
    assert "REDACTED:ldap.filter" not in once
    assert FILTERS.redact(once, sweep(), ()) == once


@given(st.text(st.sampled_from("()&|!=*\\:;~<>ab 28.\0é\ud800")))
@settings(max_examples=EXAMPLES)
def test_no_text_raises(text):
    """Whatever a connector puts together."""
    assert isinstance(FILTERS.redact(text, sweep(), ()), str)
