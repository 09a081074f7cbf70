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

__all__ = ["ALONE", "FAMILIES", "Family", "example"]

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
    spared: str = ""
    """A pattern of what is passed over, though a member stands in it."""

    def compile(self) -> Pattern:
        """The pattern, ready."""
        return compiled(self.pattern)


def example(template: str, random_source: random.Random) -> str:
    """A fresh member of a family, from one of its templates."""
    return _BLANK.sub(
        lambda blank: "".join(random_source.choices(_ALPHABETS[blank[1]], k=int(blank[2]))), template
    )


_END_OF_KEY = r"(?:-----END [A-Z0-9 ]*PRIVATE KEY(?: BLOCK)?-----|\z)"
_BASE64_LINES = r"[A-Za-z0-9+/=]*(?:\s*\n\s*[A-Za-z0-9+/]+={0,2}[ \t\r]*$)*"
"""Base64 to its end: a line that is more than base64 is another's, and may hold a secret's beginning."""
_WRAPPED_KEY = "|".join(quoted(core) for core in sorted(set(base64_cores(b"PRIVATE KEY"))))
ALONE = r"(?:\A|[^A-Za-z0-9_.-])"
"""Before a word that is no part of a name: the token of `continuation-token=` is none."""
_SCHEMES = (
    rf"(?i){ALONE}(?:bearer|basic|ssws|token|dpop|negotiate|ntlm|geniekey|api-?key)"
    r"(?:[ :=]|%20|\+){1,3}['\"]?([A-Za-z0-9_.~+/=-]{8,})"
)
_CURSOR = (
    r"(?i)\b(?:page|next|prev(?:ious)?|sync|continuation|delta|skip|pagination|paging|start(?:ing)?"
    r"|resum(?:e|ption)|list|scan)[ _-]token[ :=]{1,3}['\"]?[A-Za-z0-9_.~+/=-]+"
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
    Family("private_key", ("ls0tls1crudjti",), rf"(?m)LS0tLS1CRUdJTi[A-Za-z0-9+/]{{0,24}}(?:{_WRAPPED_KEY}){_BASE64_LINES}", ("LS0tLS1CRUdJTiBQUklWQVRFIEtFWS0tLS0t<b*60>",)),
    Family("private_key", ("begin ssh2",), r"(?s)---- BEGIN SSH2 [A-Z ]*PRIVATE KEY ----.*?(?:---- END SSH2 [A-Z ]*PRIVATE KEY ----|\z)", ("---- BEGIN SSH2 ENCRYPTED PRIVATE KEY ----\n<b*64>\n---- END SSH2 ENCRYPTED PRIVATE KEY ----",)),
    Family("private_key", ("b3blbnnzac1rzxktdje",), rf"(?m)b3BlbnNzaC1rZXktdjE{_BASE64_LINES}", ("b3BlbnNzaC1rZXktdjE<b*200>",)),
    # keys as DER without armour: PKCS 8 of RSA, of curves, encrypted; PKCS 1; SEC 1; PKCS 12
    Family("private_key", ("ibadanbgkqhkig9w0",), r"MII[A-Za-z0-9+/]{3}IBADANBgkqhkiG9w0[A-Za-z0-9+/=]{40,}", ("MIIEvQIBADANBgkqhkiG9w0BAQEFAASC<b*200>",)),
    Family("private_key", ("ageambmgbyqgsm49ageg", "mc4caqawbqydk2v", "mfgcaqawbqydk2v"), r"(?:MI[GH][A-Za-z0-9+/]AgEAMBMGByqGSM49AgEG|M(?:C4|FG)CAQAwBQYDK2V)[A-Za-z0-9+/=]{40,}", ("MIGHAgEAMBMGByqGSM49AgEGCCqGSM49<b*140>", "MC4CAQAwBQYDK2VwBCIEI<b*43>")),
    Family("private_key", ("bgkqhkig9w0bbq",), r"MII[A-Za-z0-9+/]{3}[A-Za-z0-9+/]{2}BgkqhkiG9w0BBQ[0-9A-Za-z+/=]{60,}", ("MIIFHDBOBgkqhkiG9w0BBQ0w<b*200>",)),
    Family("private_key", ("ibaakca", "ibaakba", "ibaakcg", "mhccaqeei", "mhccaqeeei"), r"(?:MII[A-Za-z0-9+/]{3}IBAAK[BC][A-Za-z0-9+/]|MHcCAQEEI)[A-Za-z0-9+/=]{60,}", ("MIIEpAIBAAKCAQEA<b*200>", "MHcCAQEEI<b*140>")),
    Family("private_key", ("ibazcc",), r"MII[A-Za-z0-9+/]{3}IBAzCC[A-Za-z0-9+/=]{100,}", ("MIIKmgIBAzCC<b*200>",)),
    Family("private_key", ("/u3+7qaaaa",), r"/u3\+7QAAAA[A-Za-z0-9+/=]{40,}", ("/u3+7QAAAAIAAAAB<b*80>",)),
    Family("saml", ("phnhbw",), r"\bPHNhbW[wx][A-Za-z0-9+/]{100,}={0,2}", ("PHNhbWxwOlJlc3BvbnNl<b*200>",)),
    Family("keytab", ("bqiaaa",), r"\bBQIAAA[A-D][A-Za-z0-9+/]AA[A-Za-z0-9+/]{40,}={0,2}", ("BQIAAABKAAEAC<b*120>",)),
    Family("kerberos_ticket", (), r"\bdoI[D-H][A-Za-z0-9+/]{200,}={0,2}", ("doIF<b*300>",), sure=False, accept=looks_random),
    Family("ansible_vault", ("$ansible_vault;",), r"\$ANSIBLE_VAULT;\d\.\d;AES\d*[^\s\\\"]*(?:\s|\\[nr])*(?:[0-9a-f]{2,80}(?:\s|\\[nr])*)+", ("$ANSIBLE_VAULT;1.1;AES256\n<h*80>\n<h*40>",)),
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
    Family("slack", ("xox", "xapp-", "xwfp-"), r"(?:xox[abdeoprs](?:\.xox[bp])?|xapp|xwfp)-[A-Za-z0-9%+/=-]{10,}", ("xoxb-<d*12>-<d*12>-<a*24>", "xapp-1-<u*11>-<d*13>-<h*64>")),
    Family("stripe", ("_live_", "_test_"), r"\b[sr]k_(?:live|test)_[A-Za-z0-9]{10,}", ("sk_live_<a*24>", "rk_test_<a*24>")),
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
    Family("azure", ("sig=",), r"(?i)[?&;]sig=([A-Za-z0-9+/%]{40,}={0,2})", ("SharedAccessSignature sr=acme&sig=<b*43>%3D&se=1700000000",), sure=False),
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
    Family("linear", ("lin_api_", "lin_oauth_"), r"\blin_(?:api|oauth)_[A-Za-z0-9]{30,}", ("lin_api_<a*40>",)),
    Family("databricks", ("dapi", "dose"), r"\b(?:dapi|dose)[a-f0-9]{32}(?:-\d+)?\b", ("dapi<h*32>", "dose<h*32>")),
    Family("huggingface", ("hf_",), r"\bhf_[A-Za-z0-9]{30,}", ("hf_<a*34>",)),
    Family("postman", ("pmak-",), r"\bPMAK-[a-f0-9]{20,}-[a-f0-9]{30,}", ("PMAK-<h*24>-<h*34>",)),
    Family("mailgun", (), r"\bkey-[0-9a-f]{32}\b", ("key-<h*32>",)),
    Family("square", ("sq0",), r"\bsq0(?:atp|csp)-[A-Za-z0-9_-]{20,}", ("sq0csp-<w*43>",)),
    Family("telegram", (), r"\b\d{8,10}:AA[A-Za-z0-9_-]{32,33}", ("<d*9>:AA<w*33>",)),
    Family("discord", (), r"\b[MNO][A-Za-z0-9_-]{23,27}\.[A-Za-z0-9_-]{6}\.[A-Za-z0-9_-]{27,}", ("M<a*23>.<a*6>.<w*27>",)),
    Family("grafana", ("glsa_", "glc_"), r"\bgl(?:sa|c)_[A-Za-z0-9_=+/]{30,}", ("glsa_<a*32>_<h*8>",)),
    Family("sentry", ("sntry",), r"\bsntry[su]_[A-Za-z0-9_=+/]{30,}", ("sntryu_<h*64>",)),
    Family("onepassword", ("ops_eyj",), r"\bops_eyJ[A-Za-z0-9_-]{40,}", ("ops_eyJ<w*120>",)),
    Family("proxmox", ("pve:", "pve%3a"), r"\bPVE:[^\s:\"]+:[0-9A-Fa-f]{8}::([A-Za-z0-9+/=]{40,})", ("PVE:root@pam:<H*8>::<b*340>==",)),
    Family("planetscale", ("pscale_",), r"\bpscale_(?:tkn|pw|oauth)_[A-Za-z0-9_.=-]{20,}", ("pscale_tkn_<w*43>",)),
    Family("supabase", ("sbp_",), r"\bsbp_[a-f0-9]{40}", ("sbp_<h*40>",)),
    Family("notion", ("ntn_",), r"\bntn_[A-Za-z0-9]{40,}", ("ntn_<a*46>",)),
    Family("figma", ("figd_", "figu_", "figo"), r"\bfig(?:d|u|or|oh)_[A-Za-z0-9_-]{30,}", ("figd_<w*40>",)),
    Family("airtable", (), r"\bpat[A-Za-z0-9]{14}\.[a-f0-9]{64}\b", ("pat<a*14>.<h*64>",)),
    Family("hubspot", ("pat-",), r"\bpat-(?:na|eu)\d-[a-f0-9]{8}-[a-f0-9]{4}-[a-f0-9]{4}-[a-f0-9]{4}-[a-f0-9]{12}", ("pat-na1-<h*8>-<h*4>-<h*4>-<h*4>-<h*12>",)),
    Family("jfrog", ("akcp", "cmvmdgtu"), r"\b(?:AKCp[A-Za-z0-9]{60,}|cmVmdGtu[A-Za-z0-9]{50,})", ("AKCp<a*69>",)),
    Family("doppler", ("dp.",), r"\bdp\.(?:pt|st|ct|sa|scim|audit)\.[A-Za-z0-9._-]{40,}", ("dp.pt.<a*43>",)),
    Family("pulumi", ("pul-",), r"\bpul-[a-f0-9]{40}", ("pul-<h*40>",)),
    Family("cas_ticket", ("st-", "pt-", "tgt-", "pgt-"), r"\b(?:ST|PT|TGT|PGT)-\d+-[A-Za-z0-9-]{20,}", ("ST-<d*6>-<a*24>",), sure=False, accept=looks_random),
    Family("okta", (), r"\b20111[A-Za-z0-9_-]{37,}", ("20111<a*42>",), sure=False, accept=looks_random),
    Family("jumpcloud", ("jca_",), r"\bjca_[A-Za-z0-9]{30,}", ("jca_<a*36>",)),
    Family("cloudflare", ("v1.0-",), r"\bv1\.0-[a-f0-9]{24}-[a-f0-9]{90,}", ("v1.0-<h*24>-<h*146>",)),
    Family("cloudflare", ("cfut_", "cfat_", "cfk_"), r"\bcf(?:ut|at|k)_[A-Za-z0-9]{40,}", ("cfut_<a*40>", "cfk_<a*48>")),
    Family("cloudflare", ("lcj0ijoi",), r"\beyJhIjoi[A-Za-z0-9]{44}LCJ0Ijoi[A-Za-z0-9_-]{40,}={0,2}", ("eyJhIjoi<a*44>LCJ0Ijoi<a*120>",)),
    Family("snyk", ("snyk_",), r"\bsnyk_(?:uat|sat)\.[a-z0-9]{8}\.[A-Za-z0-9_.-]{20,}", ("snyk_uat.<h*8>.<w*60>",)),
    Family("vercel", (), r"\bvc[a-z]_[A-Za-z0-9]{24,}", ("vcp_<a*56>",), sure=False, accept=looks_random),
    Family("netlify", (), r"\bnf[pcoub]_[A-Za-z0-9]{36,}", ("nfp_<a*36>",)),
    Family("render", ("rnd_",), r"\brnd_[A-Za-z0-9]{28,}", ("rnd_<a*28>",)),
    Family("fly", ("flyv1", "fo1_"), r"(?:\bFlyV1 (?:fm\d_)?[A-Za-z0-9+/=_,-]{40,}|\bfo1_[A-Za-z0-9_-]{40,})", ("FlyV1 fm2_<b*100>", "fo1_<w*43>")),
    Family("supabase", ("sb_secret_",), r"\bsb_secret_[A-Za-z0-9_-]{20,}", ("sb_secret_<w*31>",)),
    Family("neon", ("napi_",), r"\bnapi_[a-z0-9]{40,}", ("napi_<l*64>",)),
    Family("microsoft", (".ag",), r"\b[01]\.A[A-Za-z0-9_-]{30,}\.Ag[A-Za-z0-9_-]{60,}", ("0.A<w*60>.AgABAAEAAA<w*300>",)),
    Family(
        "azure",
        (),
        r"([A-Za-z0-9+/_-]*(?:(?:\+A(?:St|Sb|Eh|Rm|CR|MC)|ACDb|AzFu|AzSe|AzCa|AZDO)[A-Za-z0-9+/_-]{4,6}={0,2}|JQQJ9[A-Za-z0-9]{27,30}))(?:[^A-Za-z0-9+/=_-]|$)",
        ("<b*76>+ASt<b*6>==", "<a*76>AZDO<a*4>", "<a*52>JQQJ99<a*26>"),
        sure=False,
        accept=looks_random,
    ),
    Family("dropbox", (), r"\bsl\.(?:u\.)?[A-Za-z0-9_-]{60,}", ("sl.<w*130>", "sl.u.<w*130>"), sure=False, accept=looks_random),
    Family("asana", (), r"\b[12]/\d{13,20}(?:/\d{13,20})?:[0-9a-f]{32}\b", ("1/<d*16>:<h*32>",)),
    Family("alfresco", ("ticket_",), r"\bTICKET_[0-9a-f]{40}\b", ("TICKET_<h*40>",)),
    Family("intercom", ("dg9ro",), r"\bdG9rO[A-Za-z0-9+/]{40,}={0,2}", ("dG9rO<b*55>=",)),
    Family("contentful", ("cfpat-",), r"\bCFPAT-[A-Za-z0-9_-]{30,}", ("CFPAT-<w*43>",)),
    Family("mapbox", ("sk.eyj", "tk.eyj"), r"\b[st]k\.eyJ[A-Za-z0-9_-]{20,}\.[A-Za-z0-9_-]{20,}", ("sk.eyJ1Ijoi<w*60>.<w*22>",)),
    Family("facebook", (), r"\bEAA[A-Z][A-Za-z0-9_-]{56,}", ("EAACEdEose0cBA<a*120>", "EAAA<a*60>"), sure=False, accept=looks_random),
    Family("instagram", (), r"\bIG(?:QV|AA)[A-Za-z0-9_-]{80,}", ("IGQVJ<a*120>",), sure=False, accept=looks_random),
    Family("linkedin", ("wpl_ap1.",), r"\bWPL_AP1\.[A-Za-z0-9.=_-]{16,}", ("WPL_AP1.<a*16>.<a*6>==",)),
    Family("x", (), r"\bA{20,22}[A-Za-z0-9]{20,30}%[23][A-F0-9][A-Za-z0-9%]{30,}", ("AAAAAAAAAAAAAAAAAAAAA<a*22>%3D<a*50>",)),
    Family("discord", ("mfa.",), r"\bmfa\.[A-Za-z0-9_-]{80,}", ("mfa.<w*84>",)),
    Family("adobe", ("p8e-",), r"\bp8e-[A-Za-z0-9_-]{32}", ("p8e-<w*32>",)),
    Family("paypal", ("access_token$",), r"\baccess_token\$(?:production|sandbox)\$[a-z0-9]{16}\$[a-f0-9]{32}", ("access_token$production$<l*16>$<h*32>",)),
    Family("mailchimp", ("-us",), r"\b[0-9a-f]{32}-us\d{1,2}\b", ("<h*32>-us12",)),
    Family("brevo", ("xkeysib-", "xsmtpsib-"), r"\bx(?:key|smtp)sib-[a-f0-9]{40,}-[A-Za-z0-9]{16}", ("xkeysib-<h*64>-<a*16>",)),
    Family("resend", (), r"\bre_[A-Za-z0-9]{6,8}_[A-Za-z0-9]{22,26}\b", ("re_<a*8>_<a*24>",), sure=False, accept=looks_random),
    Family("newrelic", ("nral",), r"\b[0-9a-f]{36}(?:FFFF)?NRAL\b", ("<h*36>NRAL",)),
    Family("dynatrace", ("dt0c0", "dt0s0", "dt0s1"), r"\bdt0[a-z]\d\d\.[A-Z0-9]{8,24}\.[A-Z0-9]{64}", ("dt0c01.<u*24>.<u*64>",)),
    Family("datadog", ("ddapp_",), r"\bddapp_[A-Za-z0-9]{30,}", ("ddapp_<a*34>",)),
    Family("honeycomb", ("hcaik_", "hcxik_", "hcbik_"), r"\bhc[abx]ik_[a-z0-9]{50,}", ("hcaik_01<l*56>",)),
    Family("elastic", ("essu_",), r"\bessu_[A-Za-z0-9+/=]{40,}", ("essu_<b*60>",)),
    Family("grafana", ("eyjrijoi",), r"\beyJrIjoi[A-Za-z0-9+/=_-]{40,}", ("eyJrIjoi<w*60>",)),
    Family("gitlab", ("gr1348941",), r"\bGR1348941[A-Za-z0-9_-]{20,}", ("GR1348941<w*20>",)),
    Family("circleci", ("ccipat_", "cciprj_"), r"\bCCIP(?:AT|RJ)_[A-Za-z0-9]{20,}_[a-f0-9]{40}", ("CCIPAT_<a*22>_<h*40>",)),
    Family("buildkite", ("bkua_", "bkaj_", "bkct_"), r"\bbk(?:ua|aj|ct)_[A-Za-z0-9_-]{30,}", ("bkua_<h*40>",)),
    Family("cargo", (), r"\bcio[A-Za-z0-9]{32}\b", ("cio<a*32>",), sure=False, accept=looks_random),
    Family("nuget", (), r"\boy2[a-z0-9]{43}\b", ("oy2<l*43>",), sure=False, accept=looks_random),
    Family("infisical", (), r"\bst\.[a-f0-9-]{24,36}\.[a-f0-9]{20,}\.[a-f0-9]{20,}", ("st.<h*8>-<h*4>-<h*4>-<h*4>-<h*12>.<h*32>.<h*32>",)),
    Family("onepassword", (), r"\bA3-[A-Z0-9]{6}-(?:[A-Z0-9]{11}|[A-Z0-9]{6}-[A-Z0-9]{5})(?:-[A-Z0-9]{5}){3}\b", ("A3-<u*6>-<u*11>-<u*5>-<u*5>-<u*5>",)),
    Family("tailscale", ("tskey-",), r"\btskey-[a-z]+-[A-Za-z0-9]{8,}(?:-[A-Za-z0-9]+)?", ("tskey-auth-<a*12>CNTRL-<a*32>",)),
    Family("snowflake", ("-hint:",), r"\bver:\d+-hint:\d+-[A-Za-z0-9+/=]{20,}", ("ver:1-hint:1234567-ETMsDgAAA<b*100>",)),
    Family("mongodb", ("mdb_sa_sk_",), r"\bmdb_sa_sk_[A-Za-z0-9_-]{30,}", ("mdb_sa_sk_<w*40>",)),
    Family("notion", ("secret_",), r"\bsecret_[A-Za-z0-9]{43}\b", ("secret_<a*43>",), sure=False, accept=looks_random, telling=False),
    Family("salesforce", (), r"\b00D[A-Za-z0-9]{12,15}![A-Za-z0-9._]{60,}", ("00D<a*12>!AQ<a*92>",)),
    Family("heroku", ("hrku-",), r"\bHRKU-[A-Za-z0-9_-]{36,}", ("HRKU-AA<w*58>",)),
    Family("replicate", (), r"\br8_[A-Za-z0-9]{37}\b", ("r8_<a*37>",), sure=False, accept=looks_random),
    Family("groq", ("gsk_",), r"\bgsk_[A-Za-z0-9]{50,}", ("gsk_<a*52>",)),
    Family("perplexity", ("pplx-",), r"\bpplx-[A-Za-z0-9]{40,}", ("pplx-<a*48>",)),
    Family("xai", ("xai-",), r"\bxai-[A-Za-z0-9]{70,}", ("xai-<a*80>",)),
    Family("langsmith", ("lsv2_",), r"\blsv2_(?:pt|sk)_[a-f0-9]{32}_[a-f0-9]{10}", ("lsv2_pt_<h*32>_<h*10>",)),
    Family("pinecone", ("pcsk_",), r"\bpcsk_[A-Za-z0-9]{4,8}_[A-Za-z0-9]{40,}", ("pcsk_<a*6>_<a*60>",)),
    Family("posthog", ("phx_",), r"\bphx_[A-Za-z0-9]{40,}", ("phx_<a*43>",)),
    Family("launchdarkly", (), r"\b(?:sdk|api)-[a-f0-9]{8}-(?:[a-f0-9]{4}-){3}[a-f0-9]{12}\b", ("sdk-<h*8>-<h*4>-<h*4>-<h*4>-<h*12>",)),
    Family("sourcegraph", ("sgp_",), r"\bsgp_(?:[a-f0-9]{16}_|local_)?[A-Za-z0-9]{40,}", ("sgp_<h*16>_<h*40>", "sgp_<a*64>")),
    Family("stytch", ("secret-live-", "secret-test-"), r"\bsecret-(?:live|test)-[A-Za-z0-9_=-]{36,}", ("secret-live-<w*36>=",), sure=False, accept=looks_like_credential),
    Family("typeform", ("tfp_",), r"\btfp_[A-Za-z0-9_-]{40,}", ("tfp_<a*44>_<a*14>",)),
    Family("readme", ("rdme_",), r"\brdme_[a-z0-9]{60,}", ("rdme_<l*70>",)),
    Family("prefect", ("pnu_",), r"\bpnu_[A-Za-z0-9]{36}\b", ("pnu_<a*36>",)),
    Family("shippo", ("shippo_",), r"\bshippo_(?:live|test)_[a-f0-9]{40}", ("shippo_live_<h*40>",)),
    Family("easypost", (), r"\bEZ[AT]K[A-Za-z0-9]{54}\b", ("EZAK<a*54>",)),
    Family("flutterwave", ("flwseck",), r"\bFLWSECK(?:_TEST)?-[a-zA-Z0-9]{12,}(?:-X)?", ("FLWSECK-<l*32>-X",)),
    Family("sonar", (), r"\bsq[upa]_[a-f0-9]{40}\b", ("squ_<h*40>",)),
    Family("rancher", (), r"\b(?:token-[a-z0-9]{5}|kubeconfig-[a-z0-9-]{5,40}):([a-z0-9]{54})\b", ("kubeconfig-u-<l*5>:<l*54>",)),
    Family("openshift", ("sha256~",), r"\bsha256~[A-Za-z0-9_-]{43}", ("sha256~<w*43>",)),
    Family("docker", ("swmtkn-", "swmkey-"), r"\bSWM(?:TKN|KEY)-\d-[A-Za-z0-9+/=-]{30,}", ("SWMTKN-1-<l*50>-<l*25>", "SWMKEY-1-<b*43>")),
    Family("eks", ("k8s-aws-v1.",), r"\bk8s-aws-v1\.[A-Za-z0-9_-]{20,}", ("k8s-aws-v1.aHR0cHM6<w*120>",)),
    Family("fcm", (":apa91b",), r"\bAAAA[A-Za-z0-9_-]{7}:APA91b[A-Za-z0-9_-]{100,}", ("AAAA<w*7>:APA91b<w*134>",)),
    Family("terraform_upload", ("archivist.terraform.io",), r"archivist\.terraform\.io/v1/object/([A-Za-z0-9_=-]{20,})", ("archivist.terraform.io/v1/object/<w*120>",)),
    Family("bitlocker", (), r"\b\d{6}(?:-\d{6}){7}\b", ("<d*6>-<d*6>-<d*6>-<d*6>-<d*6>-<d*6>-<d*6>-<d*6>",)),
    # password hashes
    Family("bcrypt", ("$2",), r"\$2[abxy]?\$\d\d\$[./A-Za-z0-9]{50,53}", ("$2b$12$<a*53>",)),
    Family("bcrypt", ("$bcrypt-sha256$",), r"\$bcrypt-sha256\$[A-Za-z0-9=,$./]{40,}", ("$bcrypt-sha256$v=2,t=2b,r=12$<a*22>$<a*31>",)),
    Family("argon2", ("$argon2",), r"\$argon2(?:id|i|d)\$[A-Za-z0-9+/=,$.-]{20,}", ("$argon2id$v=19$m=65536,t=3,p=4$<b*22>$<b*43>",)),
    Family("scrypt", ("scrypt",), r"(?:\$scrypt\$|\bscrypt:\d+:\d+:\d+\$)[A-Za-z0-9+/=,$.-]{20,}", ("$scrypt$ln=16,r=8,p=1$<b*22>$<b*43>", "scrypt:32768:8:1$<a*16>$<h*128>")),
    Family("scrypt", ("$s0$", "scrypt$"), r"(?:\$s0\$[0-9a-f]+|\bscrypt\$\d+)\$[A-Za-z0-9+/=$]{40,}", ("$s0$e0801$<b*22>==$<b*43>=", "scrypt$14$<b*22>==$8$1$64$<b*86>==")),
    Family("pbkdf2", ("grub.pbkdf2",), r"grub\.pbkdf2\.sha512\.\d+\.[0-9A-Fa-f]{20,}\.[0-9A-Fa-f]{20,}", ("grub.pbkdf2.sha512.10000.<H*128>.<H*128>",)),
    Family("pbkdf2", ("pbkdf2",), r"(?:\{PBKDF2[A-Z0-9-]*\}|\$?pbkdf2[:_-]?[a-z0-9_-]*)[:$]?\d+\$[A-Za-z0-9+/=$.]{16,}", ("pbkdf2_sha256$600000$<a*22>$<b*43>=", "$pbkdf2-sha256$29000$<b*22>$<b*43>")),
    Family("sha_crypt", ("$1$", "$5$", "$6$", "$y$", "$7$", "$8$", "$9$", "$apr1$", "$gy$"), r"\$(?:[156789y]|gy|apr1)\$(?:rounds=\d+\$)?[./A-Za-z0-9]{0,40}\$[./A-Za-z0-9]{20,86}", ("$6$rounds=5000$<a*16>$<a*86>", "$1$<a*8>$<a*22>", "$y$j9T$<a*22>")),
    Family("sha_crypt", ("$sha1$", "$md5"), r"\$(?:sha1\$\d+|md5,rounds=\d+|md5)\$[./A-Za-z0-9]{1,64}\${1,2}[./A-Za-z0-9]{22,28}", ("$sha1$40000$<a*8>$<a*28>", "$md5,rounds=5000$<a*8>$$<a*22>")),
    Family("juniper", ("$9$",), r"\$9\$[./A-Za-z0-9-]{10,}", ("$9$<a*20>",), sure=False),
    Family("phpass", ("$p$", "$h$", "$s$"), r"\$(?:[PH]\$[./A-Za-z0-9]{31}|S\$[./A-Za-z0-9]{52})", ("$P$B<a*30>", "$S$D<a*51>")),
    Family("aspnet", ("aqaaaaea", "aqaaaaia"), r"\bAQAAAA[EI]A[A-Za-z0-9+/]{4}AAAAE[A-Za-z0-9+/]{60,90}={0,2}", ("AQAAAAEAACcQAAAAE<b*66>==", "AQAAAAIAAYagAAAAE<b*66>==")),
    Family("django", ("sha1$", "md5$"), r"\b(?:sha1|md5)\$[A-Za-z0-9./]{1,32}\$[0-9a-f]{32,40}\b", ("sha1$<a*5>$<h*40>", "md5$<a*12>$<h*32>")),
    Family("nt_hash", (), r"\b[0-9a-fA-F]{32}:[0-9a-fA-F]{32}\b", ("<h*32>:<h*32>",), sure=False),
    Family("netntlm", ("::",), r"::[^:\s]*:[0-9a-fA-F]{16}:([0-9a-fA-F]{32}:[0-9a-fA-F]{40,})", ("bob::CORP:<h*16>:<h*32>:<h*120>",), telling=False),
    Family("kerberos_hash", ("$krb5", "$dcc2$"), r"\$(?:krb5[a-z]+|DCC2)\$[^\s\"]{30,}", ("$krb5tgs$23$*svc$<h*32>$<h*100>", "$DCC2$10240#bob#<h*32>")),
    Family("oracle_hash", (), r"\bS:[0-9A-F]{60}(?:;[HT]:[0-9A-F]+)*", ("S:<H*60>;H:<H*32>;T:<H*160>",)),
    Family("ldap_hash", ("{s", "{m", "{c", "{p", "{n"), r"(?i)\{(?:S?SHA|SSHA?\d{3}|SHA\d{3}|S?MD[45]|CRYPT|SASL|PKCS5S2|PBKDF2[_-][A-Z0-9_-]*|NOOP)\}[A-Za-z0-9+/=$./]{8,}", ("{SSHA}<b*32>", "{SSHA512}<b*96>", "{CRYPT}<a*13>", "{PKCS5S2}<b*64>", "{noop}<a*12>")),
    Family("scram", ("scram-sha-",), r"SCRAM-SHA-\d+\$\d+:[A-Za-z0-9+/=:$]{40,}", ("SCRAM-SHA-256$4096:<b*22>==$<b*43>=:<b*43>=",)),
    Family("database_hash", (), r"\*[0-9A-F]{40}\b|\bmd5[0-9a-f]{32}\b|\b0x0[12]00[0-9A-Fa-f]{48,}\b|\$A\$\d{3}\$[^\"\s]{40,}", ("*<H*40>", "md5<h*32>", "$A$005$<a*63>"), sure=False),
    # configurations of devices
    Family("cisco", ("password 7", "key 7", "secret 7"), r"(?i)\b(?:password|key|secret) 7 ([0-9A-F]{8,})\b", ("password 7 <d*2><H*20>",), sure=False),
    Family("cisco", ("snmp-server", "tacacs-server", "radius-server"), r"(?i)\b(?:snmp-server community|(?:tacacs|radius)-server (?:host \S+ )?key(?: [0-9])?) ([^\s\"]+)", ("snmp-server community <a*12> RO", "tacacs-server key <a*12>"), sure=False),
    # addresses and strings that hold one
    Family("otpauth", ("otpauth",), r"(?i)otpauth(?:-migration)?:(//[^\s\"'<>]+)", ("otpauth://totp/x:y?secret=<u*32>", "otpauth-migration://offline?data=<a*60>")),
    Family("slack_webhook", ("hooks.slack",), r"(?i)hooks\.slack(?:-gov)?\.com/(?:services|workflows|triggers|commands|actions)/([A-Za-z0-9_/+=%-]{8,})", ("hooks.slack.com/services/T<u*8>/B<u*8>/<a*24>", "hooks.slack.com/commands/T<u*8>/<d*12>/<a*24>")),
    Family("discord_webhook", ("/webhooks/",), r"(?i)discord(?:app)?\.com/api/(?:v\d+/)?webhooks/\d+/([A-Za-z0-9_-]{8,})", ("discord.com/api/webhooks/<d*18>/<w*68>",)),
    Family("teams_webhook", ("webhook", "/workflows/"), r"(?i)(?:webhook\.office\.com/webhookb2|outlook\.office(?:365)?\.com/webhook)/([A-Za-z0-9@/_-]{8,})", ("acme.webhook.office.com/webhookb2/<h*32>@<h*32>/IncomingWebhook/<h*32>",)),
    Family("telegram", ("/bot",), r"/bot(\d{6,}:[A-Za-z0-9_-]{20,})", ("/bot<d*9>:<w*35>/getMe",)),
    Family("webhook", ("/hooks/",), r"(?i)hooks\.zapier\.com/hooks/catch/\d+/([A-Za-z0-9]{5,})", ("hooks.zapier.com/hooks/catch/<d*7>/<l*7>/",)),
    Family("webhook", ("hook.",), r"(?i)\bhook\.(?:[a-z]{2}\d\.)?(?:make\.com|integromat\.com)/([A-Za-z0-9]{20,})", ("hook.eu1.make.com/<l*32>",)),
    Family("webhook", ("/with/key/",), r"(?i)/with/key/([A-Za-z0-9_-]{16,})", ("maker.ifttt.com/trigger/x/with/key/<w*22>",)),
    Family("webhook", ("events.pagerduty",), r"(?i)events\.pagerduty\.com/integration/([A-Za-z0-9]{20,})", ("events.pagerduty.com/integration/<h*32>/enqueue",)),
    Family("webhook", ("/hooks/",), r"/hooks/(?:[A-Za-z0-9]{17}/)?([A-Za-z0-9]{26,40})\b", ("chat.example.test/hooks/<l*26>", "chat.example.test/hooks/<a*17>/<a*34>"), sure=False, accept=looks_random),
    Family("private_link", ("/private-",), r"/private-([0-9a-f]{32})\b", ("/calendar/ical/alice/private-<h*32>/basic.ics",)),
    Family("private_link", ("dropboxusercontent",), r"(?i)dropboxusercontent\.com/(?:cd|apitl)/\d/get/([A-Za-z0-9_-]{30,})", ("uc0.dl.dropboxusercontent.com/cd/0/get/<w*120>/file",)),
    Family("private_link", (".duosecurity.",), r"(?i)\.duosecurity\.com/(?:iphone|android|activate)/([A-Za-z0-9]{16,})", ("m-1a2b3c4d.duosecurity.com/iphone/<a*20>",)),
    Family("private_link", ("zoom.us/rec/",), r"(?i)zoom\.us/rec/(?:download|play|share)/([A-Za-z0-9_.-]{30,})", ("us02web.zoom.us/rec/download/<w*80>",)),
    Family("edge_token", ("~hmac=",), r"~hmac=([0-9a-f]{32,})", ("hdnts=exp=1700000000~acl=/*~hmac=<h*64>",)),
    Family("request_uri", ("oauth:request_uri",), r"urn:ietf:params:oauth:request_uri:([A-Za-z0-9_.~-]{8,})", ("urn:ietf:params:oauth:request_uri:<w*32>",)),
    Family("dsn", ("@tcp(", "@unix("), r"(?i)[A-Za-z0-9_.-]+:([^\s@]+)@(?:tcp|unix)\(", ("root:<a*16>@tcp(127.0.0.1:3306)/db",), sure=False),
    Family("dsn", ("jdbc:oracle",), r"(?i)jdbc:oracle:[a-z0-9]+:[^/\s@]+/([^@\s]+)@", ("jdbc:oracle:thin:scott/<a*16>@db:1522:x",), sure=False),
    Family("dsn", ("@//",), r"[A-Za-z0-9_$#]/([^\s@/:'\"]+)@//[A-Za-z0-9]", ("app/<a*16>@//db:1522/x",), sure=False),
    Family("basic", ("basic",), r"(?i)\bbasic(?:[ :=]|%20|\+){1,3}['\"]?([A-Za-z0-9+/=_-]{4,})", ("Basic dXNlcjp<a*12>",), sure=False, accept=is_basic, telling=False),
    Family("scheme", ("bearer", "basic", "ssws", "token", "dpop", "negotiate", "ntlm", "geniekey", "api-key", "apikey"), _SCHEMES, ("Bearer <w*30>", "SSWS <w*30>", "token <h*40>"), sure=False, accept=looks_like_credential, telling=False, spared=_CURSOR),
)
# fmt: on
