import datetime as dt
import subprocess
import sys
from ipaddress import ip_address

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID

from captured_exchanges.security import CONNECTOR_NAME, issue_run_credentials


def certificate(pem):
    return x509.load_pem_x509_certificate(pem)


def extension(pem, kind):
    return certificate(pem).extensions.get_extension_for_class(kind).value


def test_each_end_has_its_own_part():
    """ECDSA P-256; a server's and a client's certificate of one authority, which is trusted by both."""
    connector, syncer = issue_run_credentials()
    assert connector.ca == syncer.ca
    for tls, purpose in (
        (connector, ExtendedKeyUsageOID.SERVER_AUTH),
        (syncer, ExtendedKeyUsageOID.CLIENT_AUTH),
    ):
        certificate(tls.certificate).verify_directly_issued_by(certificate(tls.ca))
        assert isinstance(certificate(tls.certificate).public_key().curve, ec.SECP256R1)
        assert list(extension(tls.certificate, x509.ExtendedKeyUsage)) == [purpose]
        assert not extension(tls.certificate, x509.BasicConstraints).ca
    assert (connector.peer_name, syncer.peer_name) == ("", CONNECTOR_NAME)


def test_the_connector_is_known_by_name_and_by_loopback():
    """So it can be dialled at a port of this machine, or anywhere by its fixed name."""
    names = extension(issue_run_credentials().connector.certificate, x509.SubjectAlternativeName)
    assert set(names.get_values_for_type(x509.DNSName)) == {"localhost", CONNECTOR_NAME}
    assert set(names.get_values_for_type(x509.IPAddress)) == {ip_address("127.0.0.1"), ip_address("::1")}


def test_they_are_good_for_a_day_or_as_long_as_asked():
    """From a little before now, for clocks differ."""
    for lifetime, named in ((86_400, {}), (60, {"lifetime": 60.0})):
        tls = issue_run_credentials(**named).syncer
        now = dt.datetime.now(dt.UTC)
        for pem in (tls.ca, tls.certificate):
            made = certificate(pem)
            assert made.not_valid_before_utc < now
            assert abs((made.not_valid_after_utc - now).total_seconds() - lifetime) < 30


@pytest.mark.parametrize("lifetime", [0, -1])
def test_a_lifetime_is_positive(lifetime):
    """What was never valid is no credential."""
    with pytest.raises(ValueError, match="positive"):
        issue_run_credentials(lifetime=lifetime)


def test_the_authoritys_key_is_in_neither():
    """Each end holds one key, and it is its own."""
    connector, syncer = issue_run_credentials()
    assert connector.private_key != syncer.private_key
    for tls in (connector, syncer):
        assert b"".join((tls.ca, tls.certificate, tls.private_key)).count(b"PRIVATE KEY-----") == 2
        assert certificate(tls.certificate).public_key() != certificate(tls.ca).public_key()


def test_each_run_has_an_authority_of_its_own():
    """Nothing of one run is good for another."""
    assert issue_run_credentials().connector.ca != issue_run_credentials().connector.ca


def test_without_the_library_the_extra_is_named():
    """And nothing else of the room needs it."""
    program = (
        "import sys; sys.modules['cryptography'] = None\n"
        "from captured_exchanges.errors import MissingExtra\n"
        "from captured_exchanges import security\n"
        "security.dump_access(security.new_token())\n"
        "try: security.issue_run_credentials()\n"
        "except MissingExtra as error: print(error)"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert "captured-exchanges[tls]" in done.stdout
