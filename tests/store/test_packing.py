import os
import shutil
from typing import NamedTuple

import pytest

from captured_exchanges.errors import CorruptStore, StoreError, UnsupportedStore
from captured_exchanges.store._zstd import zstd
from captured_exchanges.store.packing import copy_database, pack_file, unpack_file
from support.store_builders import FIXTURES, c1z

FIRST = FIXTURES / "go-50.c1z"


class Usage(NamedTuple):
    """As `shutil.disk_usage` gives it."""

    total: int
    used: int
    free: int


@pytest.fixture
def free(monkeypatch):
    """Say how much disk is free."""
    return lambda size: monkeypatch.setattr(shutil, "disk_usage", lambda _: Usage(size, 0, size))


def test_a_file_goes_there_and_back(tmp_path):
    """Unpacking, packing and unpacking again gives the same database; what is made is private."""
    database, packed, again = tmp_path / "database", tmp_path / "packed", tmp_path / "again"
    before = os.umask(0)
    try:
        unpack_file(FIRST, database, limit=10**9, name="x")
        pack_file(database, packed)
        unpack_file(packed, again, limit=10**9, name="x")
    finally:
        os.umask(before)
    assert database.read_bytes() == again.read_bytes()
    assert database.read_bytes().startswith(b"SQLite format 3\x00")
    assert {path.stat().st_mode & 0o777 for path in tmp_path.iterdir()} == {0o600}


def test_a_zero_byte_file_is_an_empty_database(tmp_path):
    """A file without a single byte, header included, unpacks to nothing."""
    (tmp_path / "x.c1z").touch()
    unpack_file(tmp_path / "x.c1z", tmp_path / "database", limit=10, name="x")
    assert (tmp_path / "database").read_bytes() == b""


def test_what_fails_leaves_nothing(tmp_path):
    """Where unpacking fails nothing stays, be it refused at once or half-way."""
    whole = FIRST.read_bytes()
    for data, error in [
        (whole[:-10], CorruptStore),
        (b"C1Z3\x00", UnsupportedStore),
        (whole + b"x", CorruptStore),
    ]:
        (tmp_path / "x.c1z").write_bytes(data)
        with pytest.raises(error):
            unpack_file(tmp_path / "x.c1z", tmp_path / "database", limit=10**9, name="x")
        assert not (tmp_path / "database").exists()


def test_free_disk_bounds_unpacking(tmp_path, free):
    """Whatever the bound, no more is unpacked than the disk has room for, and it is refused beforehand:
    as a matter of the disk where that is the smaller bound, of the file where it is not.
    """
    free(1000)
    bomb = c1z(tmp_path / "x.c1z", [zstd.compress(bytes(100_000))])
    with pytest.raises(StoreError, match=r"x\.c1z .*the 1,000 bytes that are free.*free some space") as full:
        unpack_file(bomb, tmp_path / "database", limit=10**9, name="x.c1z")
    assert type(full.value) is StoreError
    with pytest.raises(CorruptStore, match="more than the 1,000 bytes that are allowed"):
        unpack_file(bomb, tmp_path / "database", limit=1000, name="x.c1z")
    assert not (tmp_path / "database").exists()


def test_copies_bring_their_journals(tmp_path, free):
    """A copy of a database brings what lies in its journals; without room for all it is refused."""
    for suffix in ("", "-wal"):
        (tmp_path / f"a{suffix}").write_text(f"content{suffix}")
    copy_database(tmp_path / "a", tmp_path / "b")
    assert (tmp_path / "b").read_text() == "content"
    assert (tmp_path / "b-wal").read_text() == "content-wal"
    assert not (tmp_path / "b-journal").exists()
    free(10)
    with pytest.raises(StoreError, match="only 10 bytes free"):
        copy_database(tmp_path / "a", tmp_path / "c")
