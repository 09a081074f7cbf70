"""Which attributes of a directory hold a secret: the table that `attributes` decides by. Data only.

Attributes are written without options, in the case of their schemas, which means nothing. What the general
table of names calls a secret is one in a directory too; a row here gives it a rule of its own, or says that
it is none. Sources: RFC 4519, RFC 3112, draft-behera-ldap-password-policy, MS-ADA1 to MS-ADA3, MS-LAPS, and
the schemas of Samba, MIT Kerberos, FreeIPA, 389 Directory Server, OpenLDAP, eDirectory and IBM's directory.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

__all__ = ["DEFAULT_LDAP", "LdapTable"]


@dataclass(frozen=True, slots=True)
class LdapTable:
    """The tables. Attributes that no table names are judged like any other name."""

    secret: frozenset[str]
    """Their values go."""
    secret_tails: tuple[str, ...]
    """Ends of names whose values go."""
    kept: frozenset[str]
    """Their names sound secret; their values are only scanned."""
    oids: Mapping[str, str]
    """Attributes by object identifier."""
    settings: frozenset[str]
    """Their values are lists of settings, `name=value`, a credential among them."""
    setting_names: frozenset[str]
    """The settings that are one; of the extensions of LDAP URLs too."""
    guids: frozenset[str]
    """GUIDs in sixteen bytes, the first three groups little-endian, as Windows has them."""
    uuids: frozenset[str]
    """The same in network order."""
    sids: frozenset[str]
    """Security identifiers."""
    encoded: frozenset[str]
    """Bytes that are public: certificates, lists of them, security descriptors."""


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


DEFAULT_LDAP = LdapTable(
    secret=_words(
        """
        userPassword authPassword userPKCS12 unixUserPassword msSFU30Password unicodePwd dBCSPwd
        supplementalCredentials trustAuthIncoming trustAuthOutgoing initialAuthIncoming initialAuthOutgoing
        currentValue priorValue ms-Mcs-AdmPwd msLAPS-Password msLAPS-EncryptedPassword
        msLAPS-EncryptedDSRMPassword msDS-ManagedPassword msFVE-RecoveryPassword msFVE-KeyPackage
        msTPM-OwnerInformation msTPM-OwnerInformationTemp msPKIAccountCredentials msPKIDPAPIMasterKeys
        msPKI-CredentialRoamingTokens sambaNTPassword sambaLMPassword sambaClearTextPassword
        sambaPreviousClearTextPassword krbPrincipalKey krbMKey ipaNTHash ipatokenOTPkey ipatokenRadiusSecret
        radiusSecret idnsSecKeyPrivate ipaPrivateKey ipaSecretKey ipk11SecretKey oathSecret oathHOTPToken
        oathEncKey oathEncPIN olcRootPW nsslapd-rootpw nsDS5ReplicaCredentials nsMultiplexorCredentials
        nsDS5ReplicaBootstrapCredentials nspmPassword nspmDistributionPassword nspmPasswordKey
        sASLoginSecret sASLoginSecretKey encryptedPrivateKey ibm-slapdAdminPW ibm-slapdMasterPW
        ibm-slapdDbUserPW ibm-slapdSslKeyDatabasePW ibm-replicaCredentials orclCommonRpmd orclRevPwd
        nisSecretkey pgpKeySecret dhcpKeySecret
        """
    ),
    secret_tails=("PwdHistory", "PasswordHistory", "password-history"),
    kept=_words(
        """
        pwdInHistory pwdMaxFailure pwdSafeModify pwdCheckModule pwdMaxRecordedFailure
        pwdMinDelay pwdMaxDelay pwdMaxIdle pwdUseCheckModule pwdAccountTmpLockoutEnd passwordStorageScheme
        passwordInHistory passwordExpWarned passwordExp passwordCheckSyntax passwordChange passwordMinDigits
        passwordMinAlphas passwordMinUppers passwordMinLowers passwordMinSpecials passwordMin8bit
        passwordMaxRepeats passwordMinCategories passwordBadWords passwordDictCheck
        passwordUnlock passwordMaxFailure passwordAdminDN passwordAdminSkipInfoUpdate passwordTPRMaxUse
        passwordObject nsPwdPolicyEntry msDS-PasswordSettingsPrecedence msDS-UserDontExpirePassword
        krbPwdMaxLife krbMaxPwdLife krbMinPwdLife krbPwdMinDiffChars krbPwdMaxFailure
        krbPwdAllowedKeysalts ipaPwdExpAdvNotify ipaPwdMaxRepeat ipaPwdMaxSequence ipaPwdDictCheck
        ipaPwdUserCheck sambaLogonToChgPwd sambaRefuseMachinePwdChange olcPasswordHash nspmPasswordPolicyDN
        ibm-pwdIndividualPolicyDN ibm-pwdGroupPolicyDN ds-pwp-password-policy-dn
        ds-cfg-default-password-storage-scheme authPasswordStorageScheme supportedAuthPasswordSchemes
        """
    ),
    oids={
        "2.5.4.35": "userPassword",
        "1.3.6.1.4.1.4203.1.3.4": "authPassword",
        "2.16.840.1.113730.3.1.216": "userPKCS12",
        "1.3.6.1.4.1.42.2.27.8.1.20": "pwdHistory",
        "1.2.840.113556.1.4.90": "unicodePwd",
        "1.2.840.113556.1.4.55": "dBCSPwd",
        "1.2.840.113556.1.4.94": "ntPwdHistory",
        "1.2.840.113556.1.4.160": "lmPwdHistory",
        "1.2.840.113556.1.4.125": "supplementalCredentials",
        "1.2.840.113556.1.4.27": "currentValue",
        "1.2.840.113556.1.4.100": "priorValue",
        "1.2.840.113556.1.4.129": "trustAuthIncoming",
        "1.2.840.113556.1.4.135": "trustAuthOutgoing",
        "1.2.840.113556.1.4.539": "initialAuthIncoming",
        "1.2.840.113556.1.4.540": "initialAuthOutgoing",
        "1.2.840.113556.1.4.1910": "unixUserPassword",
        "1.2.840.113556.1.4.2196": "msDS-ManagedPassword",
        "1.2.840.113556.1.4.1964": "msFVE-RecoveryPassword",
        "1.2.840.113556.1.4.1999": "msFVE-KeyPackage",
        "1.2.840.113556.1.4.1966": "msTPM-OwnerInformation",
        "1.2.840.113556.1.4.2108": "msTPM-OwnerInformationTemp",
        "1.2.840.113556.1.4.1894": "msPKIAccountCredentials",
        "1.2.840.113556.1.4.1893": "msPKIDPAPIMasterKeys",
        "1.2.840.113556.1.4.2050": "msPKI-CredentialRoamingTokens",
        "1.2.840.113556.1.8000.2554.50051.45980.28112.18903.35903.6685103.1224907.2.1": "ms-Mcs-AdmPwd",
        "1.2.840.113556.1.6.44.1.2": "msLAPS-Password",
        "1.2.840.113556.1.6.44.1.3": "msLAPS-EncryptedPassword",
        "1.2.840.113556.1.6.44.1.4": "msLAPS-EncryptedPasswordHistory",
        "1.2.840.113556.1.6.44.1.5": "msLAPS-EncryptedDSRMPassword",
        "1.2.840.113556.1.6.44.1.6": "msLAPS-EncryptedDSRMPasswordHistory",
        "1.3.6.1.4.1.7165.2.1.24": "sambaLMPassword",
        "1.3.6.1.4.1.7165.2.1.25": "sambaNTPassword",
        "2.16.840.1.113719.1.301.4.39.1": "krbPrincipalKey",
        "1.2.840.113556.1.4.2": "objectGUID",
        "1.2.840.113556.1.4.1360": "mS-DS-ConsistencyGuid",
        "1.2.840.113556.1.4.146": "objectSid",
        "1.2.840.113556.1.4.609": "sIDHistory",
        "1.2.840.113556.1.4.1301": "tokenGroups",
        "1.2.840.113556.1.2.281": "nTSecurityDescriptor",
        "2.5.4.36": "userCertificate",
        "2.5.4.37": "cACertificate",
        "2.5.4.38": "authorityRevocationList",
        "2.5.4.39": "certificateRevocationList",
        "2.5.4.40": "crossCertificatePair",
    },
    settings=_words("olcSyncrepl olcDbIDAssertBind olcDbACLBind"),
    setting_names=_words("credentials secret bindpw x-bindpw password keyfilepw"),
    guids=_words(
        """
        objectGUID mS-DS-ConsistencyGuid schemaIDGUID attributeSecurityGUID parentGUID invocationId
        netbootGUID msExchMailboxGuid msExchArchiveGUID msLAPS-CurrentPasswordVersion msFVE-RecoveryGuid
        msFVE-VolumeGuid
        """
    ),
    uuids=_words("GUID"),
    sids=_words(
        """
        objectSid sIDHistory tokenGroups tokenGroupsGlobalAndUniversal tokenGroupsNoGCAcceptable
        securityIdentifier mS-DS-CreatorSID msExchMasterAccountSid
        """
    ),
    encoded=_words(
        """
        userCertificate userSMIMECertificate cACertificate certificateRevocationList authorityRevocationList
        deltaRevocationList crossCertificatePair nTSecurityDescriptor
        """
    ),
)
