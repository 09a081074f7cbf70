import errno
import sqlite3

import pytest

from captured_exchanges.errors import CorruptStore, StoreError, StoreLocked
from captured_exchanges.store.faults import explained, explained_sqlite


def sqlite_error(code):
    error = sqlite3.OperationalError("said by sqlite")
    error.sqlite_errorcode = code
    return error


@pytest.mark.parametrize(
    ("code", "kind", "told"),
    [
        (sqlite3.SQLITE_FULL, StoreError, "disk is full"),
        (sqlite3.SQLITE_IOERR_WRITE, StoreError, "disk refused"),
        (sqlite3.SQLITE_BUSY, StoreLocked, "another program"),
        (sqlite3.SQLITE_BUSY_SNAPSHOT, StoreLocked, "another program"),
        (sqlite3.SQLITE_CORRUPT, CorruptStore, "damaged"),
        (sqlite3.SQLITE_NOTADB, CorruptStore, "no SQLite database"),
        (sqlite3.SQLITE_READONLY_ROLLBACK, StoreError, "may not be written"),
        (sqlite3.SQLITE_CANTOPEN, StoreError, "cannot be opened"),
        (sqlite3.SQLITE_AUTH, StoreError, "trigger or view"),
        (sqlite3.SQLITE_TOOBIG, StoreError, "larger than 16 MiB"),
        (sqlite3.SQLITE_ERROR, StoreError, "refused"),
    ],
)
def test_sqlite_says_it_in_our_words(code, kind, told):
    """Each error of SQLite, extended codes too, is one line with the file's name, and the cause is kept."""
    with pytest.raises(StoreError, match=told) as caught, explained_sqlite("x.c1z"):
        raise sqlite_error(code)
    assert type(caught.value) is kind
    assert str(caught.value).startswith("x.c1z: ")
    assert str(caught.value).endswith("[said by sqlite]")
    assert isinstance(caught.value.__cause__, sqlite3.OperationalError)


@pytest.mark.parametrize(
    ("code", "told"),
    [
        (errno.ENOSPC, "the disk is full or over quota"),
        (errno.EDQUOT, "the disk is full or over quota"),
        (errno.EFBIG, "the disk is full or over quota"),
        (errno.EACCES, r"permission denied \(/other/file\)"),
        (errno.EROFS, "permission denied"),
        (errno.ENOENT, "no such file or folder"),
        (errno.EIO, "Input/output error"),
    ],
)
def test_the_system_says_it_in_our_words(code, told):
    """Each error of the system is one line with the file's name and what to do."""
    with pytest.raises(StoreError, match=told) as caught, explained("x.c1z"):
        raise OSError(code, "Input/output error", "/other/file")
    assert str(caught.value).startswith("x.c1z: ")


def test_a_callers_own_errors_pass():
    """In a block with a caller's code, errors that are not SQLite's are the caller's."""
    with pytest.raises(ConnectionResetError), explained_sqlite("x.c1z"):
        raise ConnectionResetError
    with pytest.raises(StoreLocked), explained("x.c1z"):
        raise StoreLocked("as it was")
