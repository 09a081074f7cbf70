"""Files that somebody made to do harm: a command reads them or says in a line why not, within its bounds."""

import os
import random
import sqlite3
import sys
from contextlib import closing

import pytest

from captured_exchanges.store.schema import EXCHANGES, GAPS
from support.cli_process import exchanges
from support.provenance_files import FIXTURES, SyncFile, packed, unpacked
from support.store_child import output

SEEDS = range(40 if os.environ.get("SOAK") else 4)
MUTANTS = 50
"""Of each seed: 200 in all, or 2,000."""
MEGABYTE = 1 << 20
MOST_MEMORY = 400 * MEGABYTE
MEASURED = """
import resource, sys
from pathlib import Path
from captured_exchanges.cli import main
code = main()
status = Path("/proc/self/status")  # getrusage knows the peak of the process that began this one, too
lines = status.read_text().splitlines() if status.exists() else []
peak = [line.split()[1] for line in lines if "VmHWM" in line]
print(*(peak or [resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024]), file=sys.stderr)
sys.exit(code)
"""
COMMANDS = [("list",), ("stats",), ("doctor",), ("show", "r"), ("explain", "user:x")]

READS = """
import random
from pathlib import Path
from captured_exchanges.errors import CapturedExchangesError
from captured_exchanges.provenance import explain
from captured_exchanges.store import open_store
from support.store_builders import redacted
from support.store_files import ids

def reads(store):
    exchanges = store.exchanges()
    yield lambda: ids(store)
    yield lambda: exchanges.get_exchange("r1")
    yield lambda: exchanges.count(transport_kind="http")
    yield exchanges.ledger
    yield exchanges.watermarks
    yield lambda: [list(store.every_object(kind)) for kind in ("resource", "entitlement", "grant")]
    yield store.sync_ids
    yield lambda: explain(store, "user:user-02")

def writes(store):
    yield lambda: store.exchanges().put_exchanges([redacted("new")])
    yield store.save

def tried(path, mode, questions):
    try:
        with open_store(path, mode, max_unpacked_bytes=1 << 26) as store:
            for question in questions(store):
                try:
                    question()
                except CapturedExchangesError:
                    refused[mode] = refused.get(mode, 0) + 1
    except CapturedExchangesError:
        refused[mode] = refused.get(mode, 0) + 1

refused = {}
for number, path in enumerate(sorted(Path(sys.argv[1]).iterdir())):
    if path.is_file():
        tried(path, "r", reads)
        tried(path, "rw", writes)
print(number + 1, sum(refused.values()))
"""
"""A script that does to each file of a folder what commands do, and lets nothing but our own errors pass."""


def mutant(database, dice):
    """A database with bits turned, pages exchanged, cut or filled with noise."""
    image = bytearray(database)
    page = 4096
    for _ in range(dice.choice((1, 1, 3, 10, 100))):
        at = dice.randrange(len(image))
        image[at if dice.random() < 0.5 else at % 8192] = dice.randrange(256)
    if dice.random() < 0.2:
        one, two = (dice.randrange(len(image) // page) * page for _ in range(2))
        image[one : one + page], image[two : two + page] = image[two : two + page], image[one : one + page]
    if dice.random() < 0.1:
        del image[dice.randrange(len(image)) :]
    return bytes(image)


@pytest.mark.parametrize("seed", SEEDS)
def test_a_damaged_database_is_read_or_refused_and_never_more(tmp_path, seed):
    """No crash of SQLite, no other error than ours, no hang: read and written, from a `.c1z` and plain."""
    dice = random.Random(seed)
    database = unpacked("go-50.c1z")
    for number in range(MUTANTS):
        image = mutant(database, dice)
        name = f"m{number}.{dice.choice(('db', 'c1z'))}"
        (tmp_path / name).write_bytes(image if name.endswith("db") else packed(image))
    seen, refused = map(int, output(READS, tmp_path).split())
    assert (seen, refused > 0) == (MUTANTS, True)


@pytest.mark.parametrize("seed", SEEDS)
def test_a_damaged_c1z_is_read_or_refused_and_never_more(tmp_path, seed):
    """The same of what is compressed: bits turned, cut, frames repeated."""
    dice = random.Random(seed)
    whole = (FIXTURES / "go-50.c1z").read_bytes()
    for number in range(MUTANTS):
        image = bytearray(whole)
        for _ in range(dice.choice((1, 1, 2, 20))):
            image[dice.randrange(len(image))] ^= 1 << dice.randrange(8)
        image = image[: dice.choice((len(image), dice.randrange(len(image))))] * dice.choice((1, 1, 2))
        (tmp_path / f"m{number}.c1z").write_bytes(image)
    seen, refused = map(int, output(READS, tmp_path).split())
    assert (seen, refused > 0) == (MUTANTS, True)


def giant_exchange(database):
    database.execute(
        "INSERT INTO v1_exchanges (request_id, sync_id, transport_kind, request_json, discovered_at)"
        " VALUES ('r', 's', 'http', zeroblob(500000000), 'now')"
    )


def giant_object(database):
    database.execute(
        "INSERT INTO v1_resources (external_id, resource_type_id, data, sync_id, discovered_at)"
        " VALUES ('user:x', 'user', zeroblob(500000000), 's', 'now')"
    )


def giant_name(database):
    database.execute(
        "INSERT INTO v1_exchanges (request_id, sync_id, transport_kind, discovered_at)"
        " VALUES ('r', CAST(zeroblob(200000000) AS TEXT), 'http', 'now')"
    )


def many_tables(database):
    database.execute("BEGIN")
    for number in range(3_000):
        database.execute(f"CREATE TABLE t{number} (a, b, c, UNIQUE (a, b), UNIQUE (b, c))")


def wide_table(database):
    database.execute("CREATE TABLE wide (" + ", ".join(f"c{number}" for number in range(1_900)) + ")")


def deep_view(database):
    """Deeper than SQLite lets anybody make one; in the file it stands all the same."""
    database.execute("CREATE VIEW deep AS SELECT 1")
    database.execute("PRAGMA writable_schema = ON")
    sql = f"CREATE VIEW deep AS SELECT {'(' * 100_000}1{')' * 100_000}"
    database.execute("UPDATE sqlite_master SET sql = ? WHERE name = 'deep'", (sql,))


def endless_views(database):
    """Views that never come to an end, in the place of each table that is read."""
    tables = database.execute("SELECT name FROM sqlite_master WHERE type = 'table' AND name LIKE 'v1%'")
    for (name,) in tables.fetchall():
        columns = [row[1] for row in database.execute(f"PRAGMA table_info({name})")]
        database.execute(f"DROP TABLE {name}")
        values = ", ".join(f"x AS {column}" for column in columns)
        database.execute(
            f"CREATE VIEW {name} AS WITH RECURSIVE f(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM f)"  # noqa: S608
            f" SELECT {values} FROM f"
        )


def deep_documents(database):
    """JSON that is nested a million times, in every document."""
    document = b"[" * 1_000_000
    database.execute(
        "INSERT INTO v1_exchanges (request_id, sync_id, transport_kind, request_json, response_json,"
        " intent_json, discovered_at) VALUES ('r', 's', 'http', ?, ?, ?, 'now')",
        (document, b'{"a":' * 500_000, document),
    )


def deep_message(database):
    """Protobuf that is nested as deep as it is long."""
    data = b""
    while len(data) < 200_000:
        data = b"\x22" + varint(len(data)) + data
    database.execute(
        "INSERT INTO v1_resources (external_id, resource_type_id, data, sync_id, discovered_at)"
        " VALUES ('user:x', 'user', ?, 's', 'now')",
        (data,),
    )


def varint(value):
    groups = bytearray()
    while value > 0x7F:
        groups.append(value & 0x7F | 0x80)
        value >>= 7
    return bytes((*groups, value))


def ids_without_end(database):
    """Ids that stand behind every number, in each table that is read in pages: the next page is the same."""
    for table in (EXCHANGES, GAPS):
        database.execute(f"DROP TABLE IF EXISTS {table.name}")
        database.execute(f"CREATE TABLE {table.name} ({', '.join(table.columns)})")
        values = ", ".join(["'odd'"] * len(table.columns))
        database.execute(f"INSERT INTO {table.name} VALUES ({values})")  # noqa: S608


CRAFTS = [
    ids_without_end,
    giant_exchange,
    giant_object,
    giant_name,
    many_tables,
    wide_table,
    deep_view,
    endless_views,
    deep_documents,
    deep_message,
]


@pytest.mark.parametrize("craft", CRAFTS, ids=lambda craft: craft.__name__)
def test_a_crafted_file_costs_neither_memory_nor_time_nor_a_traceback(tmp_path, craft):
    """A result or one line, in memory of an ordinary command."""
    path = SyncFile().exchange("q").save(tmp_path / "x.db")
    with closing(sqlite3.connect(path)) as database:
        craft(database)
        database.commit()
    for words in COMMANDS:
        outcome = exchanges(words[0], path, *words[1:], command=(sys.executable, "-c", MEASURED))
        *said, peak = outcome.err.splitlines()
        assert outcome.code in (0, 1), (words, outcome)
        assert "a bug in" not in outcome.err, (words, outcome.err)
        assert len(said) <= 3, (words, outcome.err)
        assert int(peak) * 1024 < MOST_MEMORY, (words, peak)
