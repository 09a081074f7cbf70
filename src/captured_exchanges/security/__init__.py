"""Who may connect: sockets that the user alone can reach, tokens, mutual TLS, and the refusal of all else."""

from captured_exchanges.security.access import Access, BearerToken, MutualTLS, new_token
from captured_exchanges.security.addresses import check_listen_address, check_target, unix_address
from captured_exchanges.security.files import read_secret_file
from captured_exchanges.security.folders import (
    check_private_folder,
    private_folder,
    remove_private_folder,
    temporary_private_folder,
)
from captured_exchanges.security.handover import dump_access, load_access
from captured_exchanges.security.inspection import check_certificate
from captured_exchanges.security.run_credentials import CONNECTOR_NAME, RunCredentials, issue_run_credentials
from captured_exchanges.security.tcp import is_loopback, with_port

__all__ = [
    # credentials
    "Access",
    "BearerToken",
    "CONNECTOR_NAME",
    "MutualTLS",
    "RunCredentials",
    "check_certificate",
    "dump_access",
    "issue_run_credentials",
    "load_access",
    "new_token",
    "read_secret_file",
    # addresses
    "check_listen_address",
    "check_target",
    "is_loopback",
    "unix_address",
    "with_port",
    # folders for sockets
    "check_private_folder",
    "private_folder",
    "remove_private_folder",
    "temporary_private_folder",
]
