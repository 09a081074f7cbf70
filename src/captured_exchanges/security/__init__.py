"""Who may connect: sockets that the user alone can reach, and the refusal of everything else."""

from captured_exchanges.security.addresses import check_listen_address, check_target, unix_address
from captured_exchanges.security.folders import (
    check_private_folder,
    private_folder,
    remove_private_folder,
    temporary_private_folder,
)

__all__ = [
    # addresses
    "check_listen_address",
    "check_target",
    "unix_address",
    # folders for sockets
    "check_private_folder",
    "private_folder",
    "remove_private_folder",
    "temporary_private_folder",
]
