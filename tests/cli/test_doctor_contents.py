import pytest

from captured_exchanges.cli.doctor_contents import examine_contents
from captured_exchanges.exchange import Drained, Gap
from captured_exchanges.store import open_store
from support.provenance_files import FIXTURES, SyncFile
from support.store_builders import EPOCH, SYNC, captured, delivery, redacted, run
from support.store_foreign import LOOSE, foreign


def examined(path):
    with open_store(path) as store:
        return list(examine_contents(store))


def told(path, check):
    """Severities and sentences of one check."""
    return [(finding.severity, finding.what) for finding in examined(path) if finding.check == check]


@pytest.fixture
def path(tmp_path):
    """An empty store."""
    path = tmp_path / "x.db"
    path.touch()
    return path


def commit(path, **fields):
    with open_store(path, "rw") as store:
        store.exchanges().commit(delivery(**fields))


def test_batons_file_is_well():
    """Nothing is wrong with a file that baton has written."""
    assert {finding.severity for finding in examined(FIXTURES / "go-50.c1z")} == {"ok"}


def test_a_file_from_before_provenance_is_no_problem():
    """A file without exchanges and annotations is noted as one."""
    assert {finding.severity for finding in examined(FIXTURES / "old.c1z")} == {"ok", "note"}


def test_annotations_without_exchanges_are_told():
    """Where objects are annotated and no exchange is here, what may be missing is a merge."""
    (dangling,) = [finding for finding in examined(FIXTURES / "go-0.c1z") if finding.check == "objects"]
    assert dangling.severity == "warning"
    assert "merge it" in dangling.todo


def test_a_drained_epoch_is_well_and_another_is_not(path):
    """An epoch that was never drained is a warning that names it; drained ones are counted."""
    commit(path, exchanges=run(1, 2), drained=Drained(EPOCH, 2, 2))
    assert told(path, "epochs") == [("ok", "1, all drained and attested")]
    for number in range(7):
        commit(path, exchanges=run(1, 2), epoch=f"open-{number}")
    found = told(path, "epochs")
    assert [severity for severity, _ in found] == ["warning"] * 6
    assert "open-6 of acme is not drained: what came after sequence 2 is unknown" in found[0][1]
    assert "2 more" in found[5][1]


def test_losses_are_told_by_reason(path):
    """Each reason of the ledger is a finding with its count."""
    gaps = [
        Gap(EPOCH, 1, 2, 2, 9, "overflow"),
        Gap(EPOCH, 3, 3, 1, 9, "overflow"),
        Gap(EPOCH, 4, 4, 1, 9, "oversize"),
    ]
    commit(path, gaps=gaps, through=4)
    assert told(path, "gaps") == [
        ("warning", "overflow: 3 exchanges lost"),
        ("warning", "oversize: 1 exchange lost"),
    ]


def test_the_quarantine_is_told(path):
    """What could not be stored is a warning with the reason."""
    commit(path, exchanges=[captured(1, transport_kind=None)])
    ((severity, what),) = told(path, "quarantine")
    assert (severity, "1 exchanges could not be stored: IntegrityError" in what) == ("warning", True)


def test_objects_that_lead_nowhere_are_told(tmp_path):
    """Dangling annotations and objects that cannot be read are warnings with an example."""
    file = SyncFile().exchange("here").resource("user:whole", ["here"]).resource("user:lost", ["gone"])
    path = file.resource("user:bad", data=b"\xff").save(tmp_path / "x.c1z")
    unreadable, dangling = told(path, "objects")
    assert unreadable == ("warning", "1 of 3 cannot be read")
    assert dangling[0] == "warning"
    assert "1 of 2 annotated objects name exchanges that are not here" in dangling[1]
    assert "user:lost" in dangling[1]


def test_exchanges_of_unknown_syncs_are_told(tmp_path):
    """What the next save prunes is a warning that names the sync."""
    path = SyncFile().sync(SYNC).exchange("a").exchange("b", sync_id="gone").save(tmp_path / "x.c1z")
    ((severity, what),) = told(path, "syncs")
    assert (severity, "1 exchanges" in what, "gone" in what) == ("warning", True, True)


def test_odd_documents_are_told(path):
    """JSON that is none, exchanges without id or request, and text in place of bytes."""
    foreign(path, LOOSE)
    foreign(
        path,
        """INSERT INTO v1_exchanges VALUES (1, 'bad', 's', 'http', x'7b', NULL, NULL, '2026'),
        (2, NULL, 's', 'http', NULL, NULL, NULL, '2026'),
        (3, 'text', 's', 'http', '1', NULL, NULL, '2026')""",
    )
    assert [severity for severity, _ in told(path, "exchanges")] == ["ok", "warning", "warning", "note"]
    assert "such as bad" in told(path, "exchanges")[1][1]


@pytest.mark.parametrize(
    "script",
    [
        "CREATE VIEW v1_exchanges AS SELECT 1 AS id",
        "CREATE TABLE v1_exchange_gaps (id)",
        "CREATE TABLE v1_exchange_quarantine (id)",
        "CREATE TABLE v1_exchange_watermarks (id)",
        "CREATE VIEW v1_resources AS SELECT 1",
        "CREATE TABLE v1_exchange_schema (version integer, step, applied_at)",
        "CREATE VIEW v1_exchanges AS SELECT x.* FROM v1_exchanges x",
    ],
)
def test_a_strangers_table_is_a_problem_and_no_crash(path, script):
    """A table that is not what its name promises is told, and the other questions are asked all the same."""
    foreign(path, script)
    findings = examined(path)
    assert "problem" in {finding.severity for finding in findings}
    assert findings[0].check == "integrity"
    assert {finding.check for finding in findings} >= {"integrity", "schema", "exchanges"}


def test_what_acts_is_a_warning(path):
    """A trigger in the file is named."""
    with open_store(path, "rw") as store:
        store.exchanges().put_exchanges([redacted()])
    foreign(path, "CREATE TABLE t (x); CREATE TRIGGER boom AFTER INSERT ON t BEGIN SELECT 1; END")
    ((severity, what),) = told(path, "schema")
    assert (severity, "trigger boom" in what) == ("warning", True)


def test_damage_is_a_problem(path):
    """What SQLite's check finds is a problem each."""
    with open_store(path, "rw") as store:
        store.exchanges().put_exchanges([redacted()])
    data = bytearray(path.read_bytes())
    data[36:40] = (7).to_bytes(4)
    path.write_bytes(data)
    assert [severity for severity, _ in told(path, "integrity")] == ["problem"]
