import pytest
from cryptography import x509
from cryptography.exceptions import InvalidSignature

from captured_exchanges.security.issuing import Authority


def test_an_authority_signs_only_what_it_issues():
    """A certificate of one authority is not another's, though both were made the same way."""
    one, other = Authority(60), Authority(60)
    issued, _ = one.issue_client()
    leaf = x509.load_pem_x509_certificate(issued)
    leaf.verify_directly_issued_by(x509.load_pem_x509_certificate(one.certificate))
    with pytest.raises((InvalidSignature, ValueError)):
        leaf.verify_directly_issued_by(x509.load_pem_x509_certificate(other.certificate))


def test_what_it_issues_cannot_sign_in_turn():
    """Path length 0, and no leaf may sign certificates."""
    authority = Authority(60)
    ca = x509.load_pem_x509_certificate(authority.certificate).extensions
    assert ca.get_extension_for_class(x509.BasicConstraints).value.path_length == 0
    for pem, _ in (authority.issue_client(), authority.issue_server("x")):
        usage = x509.load_pem_x509_certificate(pem).extensions.get_extension_for_class(x509.KeyUsage).value
        assert (usage.digital_signature, usage.key_cert_sign) == (True, False)


def test_serial_numbers_differ():
    """Two certificates of one authority can be told apart."""
    authority = Authority(60)
    serials = {x509.load_pem_x509_certificate(authority.issue_client()[0]).serial_number for _ in range(5)}
    assert len(serials) == 5
