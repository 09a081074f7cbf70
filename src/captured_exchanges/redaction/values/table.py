# ruff: noqa: E501 - a row of the table is a line
"""Value families: credentials that are known by their looks, wherever they stand.

Each family is a row: a name, gates (one of these literals, in lower case, is in every text that holds a
member, so that a text without any is never searched), a pattern, and templates that examples are made from
for tests. A pattern may capture the secret as group 1; without a group all of the match goes. Entropy alone
never decides, so UUIDs, SHAs, ETags, ARNs, DNs, SIDs, public keys and certificates belong to no family.

Templates: `<X*n>` stands for n characters of an alphabet: a letters and digits, l lower-case letters and
digits, u upper-case letters and digits, h hex, H upper-case hex, d digits, w URL-safe base64, b base64.
"""

from __future__ import annotations

import random
import string
from collections.abc import Callable
from dataclasses import dataclass

from captured_exchanges.redaction.encodings import base64_cores
from captured_exchanges.redaction.patterns import Pattern, compiled, quoted
from captured_exchanges.redaction.values.shapes import is_basic, looks_like_credential, looks_random

__all__ = ["FAMILIES", "Family", "example"]

_ALPHABETS = {
    "a": string.ascii_letters + string.digits,
    "l": string.ascii_lowercase + string.digits,
    "u": string.ascii_uppercase + string.digits,
    "h": "0123456789abcdef",
    "H": "0123456789ABCDEF",
    "d": string.digits,
    "w": string.ascii_letters + string.digits + "-_",
    "b": string.ascii_letters + string.digits + "+/",
}
_BLANK = compiled(r"<([a-zA-Z])\*(\d+)>")


@dataclass(frozen=True, slots=True)
class Family:
    """One row. `telling` gates stand in few other texts. `sure` members occur in no honest text: the closing verifier looks for them once more.
    `accept` has the last word about a match. Without gates the pattern itself is searched for.
    """

    name: str
    gates: tuple[str, ...]
    pattern: str
    templates: tuple[str, ...]
    sure: bool = True
    accept: Callable[[str], bool] | None = None
    telling: bool = True

    def compile(self) -> Pattern:
        """The pattern, ready."""
        return compiled(self.pattern)


def example(template: str, random_source: random.Random) -> str:
    """A fresh member of a family, from one of its templates."""
    return _BLANK.sub(
        lambda blank: "".join(random_source.choices(_ALPHABETS[blank[1]], k=int(blank[2]))), template
    )


_END_OF_KEY = r"(?:-----END [A-Z0-9 ]*PRIVATE KEY(?: BLOCK)?-----|\z)"
_WRAPPED_KEY = "|".join(quoted(core) for core in sorted(set(base64_cores(b"PRIVATE KEY"))))
_SCHEMES = (
    r"(?i)\b(?:bearer|basic|ssws|token|dpop|negotiate|ntlm|geniekey|api-?key)"
    r"(?:[ :=]|%20|\+){1,3}['\"]?([A-Za-z0-9_.~+/=-]{8,})"
)

# fmt: off
FAMILIES: tuple[Family, ...] = (
    # keys
    Family(
        "private_key",
        ("private key",),
        rf"(?s)-----BEGIN [A-Z0-9 ]*PRIVATE KEY(?: BLOCK)?-----.*?{_END_OF_KEY}",
        ("-----BEGIN RSA PRIVATE KEY-----\n<b*64>\n<b*30>==\n-----END RSA PRIVATE KEY-----",
         "-----BEGIN PRIVATE KEY-----\n<b*64>"),
    ),
    Family("private_key", ("private-lines",), r"(?s)Private-Lines: \d+.*?(?:Private-MAC|\z)", ("Private-Lines: 2\n<b*64>\n<b*40>\nPrivate-MAC",)),
    Family("private_key", ("ls0tls1crudjti",), rf"LS0tLS1CRUdJTi[A-Za-z0-9+/]{{0,24}}(?:{_WRAPPED_KEY})[A-Za-z0-9+/=\s]*", ("LS0tLS1CRUdJTiBQUklWQVRFIEtFWS0tLS0t<b*60>",)),
    Family("age_key", ("age-secret-key-1",), r"AGE-SECRET-KEY-1[0-9A-Z]{40,}", ("AGE-SECRET-KEY-1<u*58>",)),
    # tokens that say who issued them
    Family(
        "jwt",
        ("eyj", "eya", "ewo"),
        r"(?:eyJ|eyA|ewo)[A-Za-z0-9_-]{6,}\.[A-Za-z0-9_-]*\.[A-Za-z0-9_-]*(?:\.[A-Za-z0-9_-]*\.[A-Za-z0-9_-]*)?",
        ("eyJhbGciOi<w*20>.eyJzdWIiOi<w*40>.<w*43>", "eyJhbGciOi<w*30>..<w*16>.<w*60>.<w*22>"),
    ),
    Family("github", ("ghp_", "gho_", "ghu_", "ghs_", "ghr_"), r"gh[pousr]_[A-Za-z0-9]{30,255}", ("ghp_<a*36>", "ghs_<a*36>")),
    Family("github", ("github_pat_",), r"github_pat_[A-Za-z0-9_]{22,255}", ("github_pat_<a*22>_<a*59>",)),
    Family("gitlab", ("gl",), r"\bgl(?:pat|dt|rt|cbt|ptt|ft|imt|agent|oas|soat|wt|ffct)-[A-Za-z0-9_.-]{16,}", ("glpat-<w*20>", "glrt-<w*20>")),
    Family("slack", ("xox", "xapp-", "xwfp-"), r"(?:xox[abeoprs](?:\.xox[bp])?|xapp|xwfp)-[A-Za-z0-9-]{10,}", ("xoxb-<d*12>-<d*12>-<a*24>", "xapp-1-<u*11>-<d*13>-<h*64>")),
    Family("stripe", ("_live_", "_test_"), r"\b[srp]k_(?:live|test)_[A-Za-z0-9]{10,}", ("sk_live_<a*24>", "rk_test_<a*24>")),
    Family("stripe", ("whsec_",), r"\bwhsec_[A-Za-z0-9+/=]{16,}", ("whsec_<a*32>",)),
    Family("npm", ("npm_",), r"\bnpm_[A-Za-z0-9]{30,}", ("npm_<a*36>",)),
    Family("pypi", ("pypi-",), r"\bpypi-[A-Za-z0-9_-]{40,}", ("pypi-<w*80>",)),
    Family("rubygems", ("rubygems_",), r"\brubygems_[a-f0-9]{40,}", ("rubygems_<h*48>",)),
    Family("docker", ("dckr_",), r"\bdckr_(?:pat|oat)_[A-Za-z0-9_-]{20,}", ("dckr_pat_<w*27>",)),
    Family("atlassian", ("atatt3", "atctt3", "atstt3", "atbb"), r"\b(?:AT[ACS]TT3[A-Za-z0-9_=-]{20,}|ATBB[A-Za-z0-9_=-]{24,})", ("ATATT3<w*100>=<H*8>", "ATBB<a*32>")),
    Family("google", ("aiza",), r"AIza[0-9A-Za-z_-]{35}", ("AIza<w*35>",)),
    Family("google", ("ya29.",), r"ya29\.[0-9A-Za-z_.-]{20,}", ("ya29.<w*60>",)),
    Family("google", ("gocspx-",), r"GOCSPX-[A-Za-z0-9_-]{20,}", ("GOCSPX-<w*28>",)),
    Family("google", ("1//0",), r"\b1//0[0-9A-Za-z_-]{20,}", ("1//0<w*40>",)),
    Family("google", ("4/0a",), r"\b4/0A[0-9A-Za-z_-]{30,}", ("4/0A<w*60>",)),
    Family("azure", ("q~",), r"[A-Za-z0-9_~.-]{3}\dQ~[A-Za-z0-9_~.-]{31,34}", ("<a*3>8Q~<a*34>",)),
    Family("azure", ("accountkey", "sharedaccesskey", "sharedaccesssignature"), r"(?i)(?:AccountKey|SharedAccessKey|SharedAccessSignature)\s*=\s*([A-Za-z0-9+/=%&._ -]{20,})", ("AccountKey=<b*86>==",)),
    Family("aws", ("akia", "asia"), r"(?:AKIA|ASIA)[A-Z0-9]{16}[\s:,;|/'\"]{1,5}(?:[a-zA-Z_ ]{1,30}[\s:=\"']{1,5})?([A-Za-z0-9/+]{40})", ("AKIA<u*16>:<b*40>", "ASIA<u*16> <b*40>")),
    Family("aws", ("iqojb3jpz2lu", "fwogzxivyxdz", "fqogzxivyxdz"), r"(?:IQoJb3JpZ2lu|FwoGZXIvYXdz|FQoGZXIvYXdz)[A-Za-z0-9/+=]{50,}", ("IQoJb3JpZ2lu<b*200>",)),
    Family("digitalocean", ("_v1_",), r"\bdo[opr]_v1_[a-f0-9]{60,}", ("dop_v1_<h*64>",)),
    Family("okta", (), r"\b00[A-Za-z0-9_-]{40}\b", ("00<a*39>Z",), sure=False, accept=looks_random),
    Family("twilio", (), r"\bSK[0-9a-f]{32}\b", ("SK<h*32>",)),
    Family("sendgrid", ("sg.",), r"\bSG\.[A-Za-z0-9_-]{16,32}\.[A-Za-z0-9_-]{16,64}", ("SG.<w*22>.<w*43>",)),
    Family("hashicorp", ("hvs.", "hvb.", "hvr."), r"\bhv[sbr]\.[A-Za-z0-9_-]{20,}", ("hvs.<w*90>",)),
    Family("hashicorp", (".atlasv1.",), r"[A-Za-z0-9]{10,}\.atlasv1\.[A-Za-z0-9_=-]{40,}", ("<a*14>.atlasv1.<w*64>",)),
    Family("openai", ("sk-",), r"\bsk-[A-Za-z0-9_-]{20,}", ("sk-proj-<w*48>", "sk-<a*48>"), sure=False, accept=looks_like_credential),
    Family("shopify", ("shp",), r"\bshp(?:at|ca|pa|ss|tka)_[a-fA-F0-9]{28,}", ("shpat_<h*32>",)),
    Family("newrelic", ("nrak-", "nrjs-", "nrii-"), r"\bNR(?:AK|JS|II)-[A-Za-z0-9_-]{19,}", ("NRAK-<u*27>",)),
    Family("linear", ("lin_",), r"\blin_(?:api|oauth)_[A-Za-z0-9]{30,}", ("lin_api_<a*40>",)),
    Family("databricks", ("dapi",), r"\bdapi[a-f0-9]{32}(?:-\d+)?\b", ("dapi<h*32>",)),
    Family("huggingface", ("hf_",), r"\bhf_[A-Za-z0-9]{30,}", ("hf_<a*34>",)),
    Family("postman", ("pmak-",), r"\bPMAK-[a-f0-9]{20,}-[a-f0-9]{30,}", ("PMAK-<h*24>-<h*34>",)),
    Family("mailgun", (), r"\bkey-[0-9a-f]{32}\b", ("key-<h*32>",)),
    Family("square", ("sq0",), r"\bsq0(?:atp|csp|idp)-[A-Za-z0-9_-]{20,}", ("sq0csp-<w*43>",)),
    Family("telegram", (), r"\b\d{8,10}:AA[A-Za-z0-9_-]{32,33}", ("<d*9>:AA<w*33>",)),
    Family("discord", (), r"\b[MNO][A-Za-z0-9_-]{23,27}\.[A-Za-z0-9_-]{6}\.[A-Za-z0-9_-]{27,}", ("M<a*23>.<a*6>.<w*27>",)),
    Family("grafana", ("glsa_", "glc_"), r"\bgl(?:sa|c)_[A-Za-z0-9_=+/]{30,}", ("glsa_<a*32>_<h*8>",)),
    Family("sentry", ("sntry",), r"\bsntry[su]_[A-Za-z0-9_=+/]{30,}", ("sntryu_<h*64>",)),
    Family("onepassword", ("ops_eyj",), r"\bops_eyJ[A-Za-z0-9_-]{40,}", ("ops_eyJ<w*120>",)),
    Family("planetscale", ("pscale_",), r"\bpscale_(?:tkn|pw|oauth)_[A-Za-z0-9_.=-]{20,}", ("pscale_tkn_<w*43>",)),
    Family("supabase", ("sbp_",), r"\bsbp_[a-f0-9]{40}", ("sbp_<h*40>",)),
    Family("notion", ("ntn_",), r"\bntn_[A-Za-z0-9]{40,}", ("ntn_<a*46>",)),
    Family("figma", ("figd_",), r"\bfigd_[A-Za-z0-9_-]{30,}", ("figd_<w*40>",)),
    Family("airtable", (), r"\bpat[A-Za-z0-9]{14}\.[a-f0-9]{64}\b", ("pat<a*14>.<h*64>",)),
    Family("hubspot", ("pat-",), r"\bpat-(?:na|eu)\d-[a-f0-9]{8}-[a-f0-9]{4}-[a-f0-9]{4}-[a-f0-9]{4}-[a-f0-9]{12}", ("pat-na1-<h*8>-<h*4>-<h*4>-<h*4>-<h*12>",)),
    Family("jfrog", ("akcp", "cmvmdgtu"), r"\b(?:AKCp[A-Za-z0-9]{60,}|cmVmdGtu[A-Za-z0-9]{50,})", ("AKCp<a*69>",)),
    Family("doppler", ("dp.",), r"\bdp\.(?:pt|st|ct|sa|scim|audit)\.[A-Za-z0-9._-]{40,}", ("dp.pt.<a*43>",)),
    Family("pulumi", ("pul-",), r"\bpul-[a-f0-9]{40}", ("pul-<h*40>",)),
    Family("cas_ticket", ("st-", "pt-", "tgt-", "pgt-"), r"\b(?:ST|PT|TGT|PGT)-\d+-[A-Za-z0-9-]{20,}", ("ST-<d*6>-<a*24>",)),
    # password hashes
    Family("bcrypt", ("$2",), r"\$2[abxy]?\$\d\d\$[./A-Za-z0-9]{50,53}", ("$2b$12$<a*53>",)),
    Family("argon2", ("$argon2",), r"\$argon2(?:id|i|d)\$[A-Za-z0-9+/=,$.-]{20,}", ("$argon2id$v=19$m=65536,t=3,p=4$<b*22>$<b*43>",)),
    Family("scrypt", ("scrypt",), r"(?:\$scrypt\$|\bscrypt:\d+:\d+:\d+\$)[A-Za-z0-9+/=,$.-]{20,}", ("$scrypt$ln=16,r=8,p=1$<b*22>$<b*43>", "scrypt:32768:8:1$<a*16>$<h*128>")),
    Family("pbkdf2", ("pbkdf2",), r"(?:\{PBKDF2[A-Z0-9-]*\}|\$?pbkdf2[:_-]?[a-z0-9_-]*)[:$]?\d+\$[A-Za-z0-9+/=$.]{16,}", ("pbkdf2_sha256$600000$<a*22>$<b*43>=", "$pbkdf2-sha256$29000$<b*22>$<b*43>")),
    Family("sha_crypt", ("$1$", "$5$", "$6$", "$y$", "$7$", "$apr1$", "$gy$"), r"\$(?:[1567y]|gy|apr1)\$(?:rounds=\d+\$)?[./A-Za-z0-9]{0,40}\$[./A-Za-z0-9]{20,86}", ("$6$rounds=5000$<a*16>$<a*86>", "$1$<a*8>$<a*22>", "$y$j9T$<a*22>")),
    Family("phpass", ("$p$", "$h$"), r"\$[PH]\$[./A-Za-z0-9]{31}", ("$P$B<a*30>",)),
    Family("ldap_hash", ("{s", "{m", "{c"), r"(?i)\{(?:S?SHA|SSHA?\d{3}|SHA\d{3}|S?MD[45]|CRYPT|SASL)\}[A-Za-z0-9+/=$./]{8,}", ("{SSHA}<b*32>", "{SSHA512}<b*96>", "{CRYPT}<a*13>")),
    Family("scram", ("scram-sha-",), r"SCRAM-SHA-\d+\$\d+:[A-Za-z0-9+/=:$]{40,}", ("SCRAM-SHA-256$4096:<b*22>==$<b*43>=:<b*43>=",)),
    Family("database_hash", (), r"\*[0-9A-F]{40}\b|\bmd5[0-9a-f]{32}\b|\b0x0[12]00[0-9A-Fa-f]{48,}\b", ("*<H*40>", "md5<h*32>"), sure=False),
    # addresses and strings that hold one
    Family("otpauth", ("otpauth",), r"(?i)otpauth(?:-migration)?:(?://|%3A%2F%2F)[^\s\"'<>]+", ("otpauth://totp/x:y?secret=<u*32>",)),
    Family("slack_webhook", ("hooks.slack",), r"(?i)hooks\.slack(?:-gov)?\.com/(?:services|workflows|triggers)/([A-Za-z0-9_/+=%-]{8,})", ("hooks.slack.com/services/T<u*8>/B<u*8>/<a*24>",)),
    Family("discord_webhook", ("/webhooks/",), r"(?i)discord(?:app)?\.com/api/(?:v\d+/)?webhooks/\d+/([A-Za-z0-9_-]{8,})", ("discord.com/api/webhooks/<d*18>/<w*68>",)),
    Family("teams_webhook", ("webhook", "/workflows/"), r"(?i)(?:webhook\.office\.com/webhookb2|outlook\.office(?:365)?\.com/webhook)/([A-Za-z0-9@/_-]{8,})", ("acme.webhook.office.com/webhookb2/<h*32>@<h*32>/IncomingWebhook/<h*32>",)),
    Family("telegram", ("/bot",), r"/bot(\d{6,}:[A-Za-z0-9_-]{20,})", ("/bot<d*9>:<w*35>/getMe",)),
    Family("dsn", ("@tcp(", "@unix("), r"(?i)[A-Za-z0-9_.-]+:([^\s@]+)@(?:tcp|unix)\(", ("root:<a*16>@tcp(127.0.0.1:3306)/db",), sure=False),
    Family("dsn", ("jdbc:oracle",), r"(?i)jdbc:oracle:[a-z0-9]+:[^/\s@]+/([^@\s]+)@", ("jdbc:oracle:thin:scott/<a*16>@//db:1521/x",), sure=False),
    Family("basic", ("basic",), r"(?i)\bbasic(?:[ :=]|%20|\+){1,3}['\"]?([A-Za-z0-9+/=_-]{4,})", ("Basic dXNlcjp<a*12>",), sure=False, accept=is_basic, telling=False),
    Family("scheme", ("bearer", "basic", "ssws", "token", "dpop", "negotiate", "ntlm", "geniekey", "api-key", "apikey"), _SCHEMES, ("Bearer <w*30>", "SSWS <w*30>", "token <h*40>"), sure=False, accept=looks_like_credential, telling=False),
)
# fmt: on
