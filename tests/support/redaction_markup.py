# ruff: noqa: E501 - a place is a line
"""Markup as it is seen in the field, made anew with a fresh secret and an identity that must stay."""

import base64

from captured_exchanges.redaction.names.names import Names
from captured_exchanges.redaction.text.text import Text
from captured_exchanges.redaction.values.families import Families
from support.redaction_exchanges import sweep

TEXT = Text(Names(), Families())
WSSE = "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss"
CERTIFICATE = "MIIC" + base64.b64encode(bytes(range(7, 160))).decode()


def redacted(text, *, table=None, oauth=False, is_cut=False):
    """A text of markup without its credentials."""
    reader = TEXT if table is None else Text(Names(), Families(), markup=table)
    return reader.markup(text, sweep(oauth=oauth), (), is_cut=is_cut)


def scanned(text):
    """A string somewhere in a document, without its credentials."""
    return TEXT.scan(text, sweep(), ())


def _soap(header, content):
    return (
        '<?xml version="1.0" encoding="UTF-8"?>\n<soapenv:Envelope xmlns:soapenv='
        f'"http://schemas.xmlsoap.org/soap/envelope/" xmlns:wsse="{WSSE}-wssecurity-secext-1.0.xsd">\n'
        f"  <soapenv:Header>{header}</soapenv:Header>\n  <soapenv:Body>{content}</soapenv:Body>\n"
        "</soapenv:Envelope>"
    )


def _assertion(secret, name):
    return (
        '<saml2:Assertion ID="_a75adf55-01d7-40cc-929f-dbd8372ebdfc" IssueInstant="2024-01-01T00:00:00Z">'
        f"<saml2:Issuer>https://idp.example.test/</saml2:Issuer><ds:Signature><ds:SignedInfo><ds:Reference"
        f' URI="#_a75adf55"><ds:DigestValue>{CERTIFICATE[9:53]}=</ds:DigestValue></ds:Reference></ds:SignedInfo>'
        f"<ds:SignatureValue>\n{secret}\n</ds:SignatureValue><ds:KeyInfo><ds:X509Data><ds:X509Certificate>"
        f"{CERTIFICATE}</ds:X509Certificate></ds:X509Data></ds:KeyInfo></ds:Signature><saml2:Subject>"
        f"<saml2:NameID>{name}</saml2:NameID></saml2:Subject><saml2:AuthnStatement SessionIndex="
        '"id1234567890AbCdEf1234"/><saml2:AttributeStatement><saml2:Attribute Name="memberOf">'
        "<saml2:AttributeValue>CN=Token Admins,OU=Secrets</saml2:AttributeValue></saml2:Attribute>"
        "</saml2:AttributeStatement></saml2:Assertion>"
    )


XML_PLACES = {
    "WS-Security": lambda s, who: _soap(
        "<wsse:Security><wsse:UsernameToken>"
        f"<wsse:Username>{who}</wsse:Username><wsse:Password Type='{WSSE}-username-token-profile-1.0"
        f"#PasswordDigest'>{s}</wsse:Password><wsse:Nonce>{s}</wsse:Nonce><wsu:Created>2024-01-01T00:00:00Z"
        "</wsu:Created></wsse:UsernameToken></wsse:Security>",
        "<Get_Workers/>",
    ),
    "a security token beside a certificate": lambda s, who: _soap(
        f'<wsse:BinarySecurityToken ValueType="{WSSE}-x509-token-profile-1.0#X509v3">{CERTIFICATE}'
        f'</wsse:BinarySecurityToken><wsse:BinarySecurityToken ValueType="urn:jwt">{s}'
        "</wsse:BinarySecurityToken>",
        f"<user>{who}</user>",
    ),
    "an assertion": lambda s, who: _soap(f"<wsse:Security>{_assertion(s, who)}</wsse:Security>", "<x/>"),
    "an issued token": lambda s, who: _soap(
        "",
        f"<t:RequestSecurityTokenResponse><t:RequestedSecurityToken>{_assertion(s, who)}"
        f"</t:RequestedSecurityToken><t:RequestedProofToken><t:BinarySecret>{s}</t:BinarySecret>"
        "</t:RequestedProofToken></t:RequestSecurityTokenResponse>",
    ),
    "an encrypted assertion": lambda s, who: (
        f"<EncryptedAssertion><xenc:EncryptedData><xenc:CipherData><xenc:CipherValue>{s}</xenc:CipherValue>"
        f"</xenc:CipherData></xenc:EncryptedData></EncryptedAssertion><u>{who}</u>"
    ),
    "Salesforce": lambda s, who: _soap(
        f"<sf:SessionHeader><sf:sessionId>00D!{s}</sf:sessionId></sf:SessionHeader>",
        f"<loginResponse><result><sessionId>00D!{s}</sessionId><userName>{who}</userName></result>"
        "</loginResponse>",
    ),
    "NetSuite": lambda s, who: _soap(
        f"<tokenPassport><account>{who}</account><token>{s}</token><nonce>{s}</nonce>"
        f'<signature algorithm="HMAC-SHA256">{s}{s}</signature></tokenPassport>',
        "<search/>",
    ),
    "AWS": lambda s, who: (
        "<GetSessionTokenResult><Credentials><AccessKeyId>ASIAIOSFODNN7EXAMPLE</AccessKeyId>"
        f"<SecretAccessKey>{s}</SecretAccessKey><SessionToken>{s}</SessionToken></Credentials>"
        f"<UserName>{who}</UserName></GetSessionTokenResult>"
    ),
    "an error of S3": lambda s, who: (
        f"<Error><Code>SignatureDoesNotMatch</Code><SignatureProvided>{s}</SignatureProvided>"
        f"<AWSAccessKeyId>{who}</AWSAccessKeyId></Error>"
    ),
    "CAS": lambda s, who: (
        f"<cas:authenticationSuccess><cas:user>{who}</cas:user><cas:proxyGrantingTicket>PGTIOU-{s}"
        "</cas:proxyGrantingTicket></cas:authenticationSuccess>"
    ),
    "web.config": lambda s, who: (
        f'<configuration><connectionStrings><add name="Default" connectionString="Server=db;User ID=x;'
        f'Password={s}"/></connectionStrings><appSettings><add key="ApiKey" value="{s}"/><add key="Owner" '
        f'value="{who}"/></appSettings><machineKey validationKey="{s}" decryptionKey="{s}"/></configuration>'
    ),
    "Maven": lambda s, who: (
        f"<settings><servers><server><id>central</id><username>{who}</username><password>{s}</password>"
        f"<passphrase>{s}</passphrase></server></servers></settings>"
    ),
    "Jenkins": lambda s, who: (
        "<com.cloudbees.plugins.credentials.impl.UsernamePasswordCredentialsImpl>"
        f"<username>{who}</username><password>{{{s}}}</password><secretBytes>{s}</secretBytes>"
        "</com.cloudbees.plugins.credentials.impl.UsernamePasswordCredentialsImpl>"
    ),
    "Tomcat": lambda s, who: f'<tomcat-users><user username="{who}" password="{s}" roles="a"/></tomcat-users>',
    "Spring": lambda s, who: (
        f'<beans><bean class="x"><property name="username" value="{who}"/><property name="password" '
        f'value="{s}"/><property name="clientSecret"><value>{s}</value></property></bean>'
        f'<bean p:password="{s}"/></beans>'
    ),
    "Android": lambda s, who: f'<resources><string name="api_key">{s}</string><string name="a">{who}</string></resources>',
    "XML-RPC": lambda s, who: (
        "<struct><member><name>user</name><value><string>" + who + "</string></value></member><member>"
        f"<name>password</name><value><string>{s}</string></value></member></struct>"
    ),
    "a plist": lambda s, who: (
        f"<plist><dict><key>Password</key><string>{s}</string><key>User</key><string>{who}</string>"
        f"<key>PIN</key><integer>{s}</integer></dict></plist>"
    ),
    "DSML": lambda s, who: (
        f'<attr name="cn"><value>{who}</value></attr><attr name="userPassword"><value>{s}</value></attr>'
    ),
    "SAML's names": lambda s, who: (
        f'<Attribute Name="urn:x:userPassword"><AttributeValue>{s}</AttributeValue></Attribute>'
        f'<Attribute Name="mail"><AttributeValue>{who}</AttributeValue></Attribute>'
    ),
    "a field, value first": lambda s, who: (
        f"<fields><field><value>{s}</value><name>password</name></field><field><value>{who}</value>"
        "<name>user</name></field></fields>"
    ),
    "XStream": lambda s, who: (
        f"<map><entry><string>password</string><string>{s}</string></entry><entry><string>user</string>"
        f"<string>{who}</string></entry></map>"
    ),
    "RSA": lambda s, who: (
        f"<RSAKeyValue><Modulus>{CERTIFICATE}</Modulus><Exponent>AQAB</Exponent><P>{s}</P><InverseQ>{s}"
        f"</InverseQ><D>{s}</D></RSAKeyValue><u>{who}</u>"
    ),
    "a salt": lambda s, who: f'<u name="{who}" salt="{s}" password="x"/><u><hash>{s}</hash><password/></u>',
    "a salt above": lambda s, who: f'<u salt="{s}"><password/><n>{who}</n></u>',
    "CDATA": lambda s, who: f"<a><password><![CDATA[{s}]]></password><b><![CDATA[{who}]]></b></a>",
    "CDATA in a name": lambda s, who: f"<name>p<![CDATA[assw]]>ord</name><value>{s}</value><b>{who}</b>",
    "a comment in a name": lambda s, who: f"<name>p<!-- x -->assword</name><value>{s}</value><b>{who}</b>",
    "a numbered letter in a name": lambda s, who: f'<a k="&#00112;assword" v="{s}"/><b>{who}</b>',
    "an invisible reference in a name": lambda s, who: f'<a k="pass&shy;word" v="{s}"/><b>{who}</b>',
    "letters outside of ASCII": lambda s, who: f"<пароль>{s}</пароль><é>{who}</é>",
    "an entity": lambda s, who: (
        f'<!DOCTYPE a [<!-- it\'s --><!ENTITY p "{s}">]><a><password>&p;</password><b>{who}</b></a>'
    ),
    "an entity in a name": lambda s, who: (
        f'<!DOCTYPE a [<!ENTITY p "password">]><a><b key="&p;">{s}</b><c>{who}</c></a>'
    ),
    "a default": lambda s, who: f'<!DOCTYPE a [<!ATTLIST a password CDATA "{s}">]><a/><b>{who}</b>',
    "a comment": lambda s, who: f"<a><!-- <password>{s}</password> --><b>{who}</b></a>",
    "an instruction": lambda s, who: f'<?xml-stylesheet href="https://x.test/?token={s}"?><b>{who}</b>',
    "markup in markup": lambda s, who: f"<m>&lt;password&gt;{s}&lt;/password&gt;</m><b>{who}</b>",
    "JSON in CDATA": lambda s, who: f'<m><![CDATA[{{"password": "{s}"}}]]></m><b>{who}</b>',
    "a tag that is never closed": lambda s, who: f"<r><b>{who}</b><a><password>{s}</a></r>",
    "a tag that was never opened": lambda s, who: f"<b>{who}</b>{s}</password>",
    "a subtree": lambda s, who: f'<b>{who}</b><password><v x="{s}"><w>{s}</w></v></password>',
    "an attribute of a password": lambda s, who: f'<password type="x" plain="{s}"/><b>{who}</b>',
    "a closing tag": lambda s, who: f'<a></a password="{s}"><b>{who}</b>',
    "a sentence in a tag": lambda s, who: f"<CREATE USER x IDENTIFIED BY '{s}'><b>{who}</b></CREATE>",
}  # fmt: skip

HTML_PLACES = {
    "a password field": lambda s, who: (
        f'<form><input name="user" value="{who}"><input type="password" name="x" value="{s}"></form>'
    ),
    "a field by id": lambda s, who: f"<input id=api-key value={s}><b>{who}</b>",
    "a field by autocomplete": lambda s, who: f'<INPUT AUTOCOMPLETE="new-password" VALUE="{s}"><b>{who}</b>',
    "hidden fields": lambda s, who: "".join(
        f'<input type="hidden" name="{name}" value="{s}" />'
        for name in (
            "csrf_token", "authenticity_token", "__RequestVerificationToken", "__VIEWSTATE", "SAMLResponse",
            "__EVENTVALIDATION", "javax.faces.ViewState", "wresult",
        )
    ) + f"<b>{who}</b>",
    "a code of OAuth": lambda s, who: (
        f'<input name="code" value="{s}"><input name="state" value="{who}">'
    ),
    "a meta element": lambda s, who: f'<meta name="csrf-token" content="{s}"><meta name="author" content="{who}">',
    "a data attribute": lambda s, who: f'<div data-api-key="{s}" data-user="{who}"></div>',
    "JSON in a data attribute": lambda s, who: (
        f'<div data-props="{{&quot;password&quot;:&quot;{s}&quot;}}">{who}</div>'
    ),
    "a relative link": lambda s, who: f'<a href="/reset-password/{s}?u={who}">x</a>',
    "a link with a parameter": lambda s, who: f'<img src="/x?access_token={s}&amp;u={who}">',
    "a state in a script": lambda s, who: (
        f'<script>window.__STATE__ = {{"user":"{who}","csrfToken":"{s}"}};</script>'
    ),
    "JSON in a script": lambda s, who: (
        f'<script type="application/json">{{"u":"{who}","client_secret":"{s}"}}</script>'
    ),
    "an object in a script": lambda s, who: f"<script>var x = {{u: '{who}', apiKey: '{s}'}}</script>",
    "a text area": lambda s, who: f"<textarea name='private_key'>{s} {s}</textarea><b>{who}</b>",
    "options": lambda s, who: f'<select name="token"><option value="{s}">{s}</option></select><b>{who}</b>',
    "a quoted request": lambda s, who: f"<pre>GET /{who} HTTP/1.1\nAuthorization: Bearer {s}\n</pre>",
    "cells": lambda s, who: (
        f"<table><tr><td>Password:</td><td>{s}</td></tr><tr><td>User</td><td>{who}</td></tr></table>"
    ),
    "a head and a cell": lambda s, who: f"<tr><th>API key</th><td><code>{s}</code></td><td>{who}</td></tr>",
    "cells that are not closed": lambda s, who: f"<table><tr><td>Password<td>{s}<tr><td>User<td>{who}</table>",
    "a column": lambda s, who: (
        "<table><thead><tr><th>User</th><th>Password</th><th>Role</th></tr></thead><tbody>"
        f"<tr><td>{who}</td><td>{s}</td><td>admin</td></tr><tr><td>{who}</td><td>{s}</td><td/></tr>"
        "</tbody></table>"
    ),
    "a column without a head": lambda s, who: (
        f"<table><tr><td>User</td><td>Password</td></tr><tr><td>{who}</td><td>{s}</td></tr></table>"
    ),
    "a sheet": lambda s, who: (
        "<Table><Row><Cell><Data>User</Data></Cell><Cell><Data>Password</Data></Cell></Row>"
        f"<Row><Cell><Data>{who}</Data></Cell><Cell><Data>{s}</Data></Cell></Row></Table>"
    ),
    "a list of definitions": lambda s, who: f"<dl><dt>Secret<dd>{s}<dt>User<dd>{who}</dl>",
    "a label": lambda s, who: f"<label>API Key</label><br><span>{s}</span> <b>{who}</b>",
    "a label of a field": lambda s, who: f'<label>Passcode <input name="f7" value="{s}"></label><b>{who}</b>',
    "a field in a cell": lambda s, who: (
        f'<tr><td>Password</td><td><input name="f7" value="{s}"></td><td>{who}</td></tr>'
    ),
    "bold": lambda s, who: f"<p>Dear {who}, your password is <b>{s}</b>.</p>",
    "bold, and a colon": lambda s, who: f"<p><b>Password</b>: <code>{s}</code></p><p>{who}</p>",
    "escaped quotes": lambda s, who: f'<input name=\\"password\\" value=\\"{s} {s}\\"><b>{who}</b>',
    "no quotes": lambda s, who: f"<input name=password value={s}><b>{who}</b>",
}  # fmt: skip

MARKUP_PLACES = {**XML_PLACES, **HTML_PLACES}
