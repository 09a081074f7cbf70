import pytest
from google.protobuf.message import DecodeError

from captured_exchanges import telemetry
from captured_exchanges.capture import Scope
from captured_exchanges.connector.list_calls import LIST_CALLS
from captured_exchanges.connector.stamping import MAX_BYTES, MAX_IDS, MAX_MESSAGE_BYTES, stamp
from captured_exchanges.exchange import Intent
from captured_exchanges.wire import REQUEST_ID_TYPE_URL, baton
from support.connector_baton import HOST

USERS = LIST_CALLS[baton.LIST_RESOURCES]
GRANTS = LIST_CALLS[baton.LIST_GRANTS]


def scope_of(responses: dict[str, bytes | None]) -> Scope:
    """A scope in which these exchanges happened, with these responses."""
    scope = Scope(Intent())
    for request_id, response in responses.items():
        scope.add(request_id)
        scope.finished(request_id, response)
    return scope


def user(name: str, **more: object) -> object:
    return HOST.Resource(id=HOST.ResourceId(resource_type="user", resource=name), **more)


def page(*users: object, **more: object) -> bytes:
    return HOST.ListResourcesResponse(list=users, **more).SerializeToString()


def ids_of(found: object) -> list[str]:
    """The request ids that an object carries, as the host's classes read them."""
    assert {each.type_url for each in found.annotations} <= {REQUEST_ID_TYPE_URL}
    return [HOST.RequestId.FromString(each.value).id for each in found.annotations]


def stamped_ids(raw: bytes) -> list[list[str]]:
    return [ids_of(each) for each in HOST.ListResourcesResponse.FromString(raw).list]


def left_out() -> int:
    return telemetry.counters().get("connector.annotations_left_out", 0)


def test_each_object_gets_the_exchange():
    """The one exchange of a call is on every object of its answer."""
    raw = stamp(page(user("u-1"), user("u-2")), USERS, scope_of({"r-1": b"{}"}))
    assert stamped_ids(raw) == [["r-1"], ["r-1"]]


def test_all_four_calls_are_stamped():
    """Resource types, resources, entitlements and grants carry annotations in fields of their own."""
    for path, call in LIST_CALLS.items():
        name = path.rpartition("/")[2]
        listed = name.removeprefix("List").removesuffix("s")
        answer = getattr(HOST, f"{name}Response")
        raw = stamp(answer(list=[getattr(HOST, listed)()]).SerializeToString(), call, scope_of({"r-1": None}))
        assert [ids_of(each) for each in answer.FromString(raw).list] == [["r-1"]]


def test_without_exchanges_nothing_changes():
    """An answer that caused no exchange goes out as the same bytes."""
    raw = page(user("u-1"))
    assert stamp(raw, USERS, scope_of({})) is raw


def test_what_a_view_does_not_know_stays():
    """Fields of the host's own, on every level, are as they were."""
    identity = HOST.ResourceId(resource_type="user", resource="u-1", flavour="salty")
    before = HOST.ListResourcesResponse(
        list=[HOST.Resource(id=identity, description="kept", display_name="Ünï")],
        etag="e",
    )
    after = HOST.ListResourcesResponse.FromString(
        stamp(before.SerializeToString(), USERS, scope_of({"r-1": None}))
    )
    assert ids_of(after.list[0]) == ["r-1"]
    del after.list[0].annotations[:]
    assert after == before


def test_an_object_that_was_stamped_is_left_alone():
    """A connector that knows better keeps its ids, and its other objects get theirs."""
    own = user("u-1")
    own.annotations.add(type_url=REQUEST_ID_TYPE_URL, value=HOST.RequestId(id="own").SerializeToString())
    assert stamped_ids(stamp(page(own, user("u-2")), USERS, scope_of({"r-1": None}))) == [["own"], ["r-1"]]


def test_other_annotations_stay_in_front():
    """An annotation of another type does not count as a stamp and is not moved."""
    other = user("u-1")
    other.annotations.add(type_url="type.googleapis.com/c1.connector.v2.ETag", value=b"\x0a\x01x")
    (found,) = HOST.ListResourcesResponse.FromString(stamp(page(other), USERS, scope_of({"r-1": None}))).list
    assert [each.type_url.rpartition(".")[2] for each in found.annotations] == ["ETag", "RequestId"]


def test_the_exchange_that_mentions_an_object_comes_first():
    """Of several exchanges the one whose response holds the object leads, the others follow in order."""
    scope = scope_of({"r-1": b'["u-9"]', "r-2": b'{"id":"u-2"}', "r-3": b'{"id":"u-1"}'})
    raw = stamp(page(user("u-1"), user("u-2"), user("u-3")), USERS, scope)
    assert stamped_ids(raw) == [["r-3", "r-1", "r-2"], ["r-2", "r-1", "r-3"], ["r-1", "r-2", "r-3"]]


def test_a_grant_is_best_proved_by_who_mentions_both():
    """The response that holds principal and resource leads those that hold one of them."""
    grant = HOST.Grant(
        principal=user("u-1"), entitlement=HOST.Entitlement(resource=user("g-1"), id="group:g-1:member")
    )
    scope = scope_of({"r-1": b'["x"]', "r-2": b'["u-1"]', "r-3": b'{"group":"g-1","members":["u-1"]}'})
    raw = HOST.ListGrantsResponse(list=[grant]).SerializeToString()
    assert ids_of(HOST.ListGrantsResponse.FromString(stamp(raw, GRANTS, scope)).list[0]) == [
        "r-3",
        "r-2",
        "r-1",
    ]


def test_an_object_gets_eight_ids_at_most():
    """The mentioning exchange is among the eight wherever it came, and the rest is counted."""
    responses = {f"r-{number:02}": b"{}" for number in range(20)} | {"r-19": b'{"id":"u-1"}'}
    before = left_out()
    ((first, *others),) = stamped_ids(stamp(page(user("u-1")), USERS, scope_of(responses)))
    assert first == "r-19"
    assert others == [f"r-{number:02}" for number in range(MAX_IDS - 1)]
    assert left_out() - before == 20 - MAX_IDS


def test_annotations_stay_below_their_bound():
    """250 objects and 251 exchanges, as DESIGN.md has it: below 1 MiB more, everyone's own in front."""
    responses = {"list": b"{}"} | {f"r-{n:03}": b'{"id":"u-%03d"}' % n for n in range(250)}
    raw = page(*(user(f"u-{n:03}") for n in range(250)))
    stamped = stamp(raw, USERS, scope_of(responses))
    assert len(stamped) - len(raw) <= MAX_BYTES
    assert [ids[0] for ids in stamped_ids(stamped)] == [f"r-{n:03}" for n in range(250)]


def test_where_room_is_short_every_object_gets_one_before_any_gets_two():
    """Many objects and long ids: the bound holds, nobody goes without while another has two."""
    responses = {f"{number}{'x' * 200}": None for number in range(8)}
    raw = page(*(user(f"u-{n}") for n in range(2_000)))
    before = left_out()
    stamped = stamp(raw, USERS, scope_of(responses))
    counts = [len(ids) for ids in stamped_ids(stamped)]
    assert MAX_BYTES * 0.95 < len(stamped) - len(raw) <= MAX_BYTES
    assert max(counts) - min(counts) == 1
    assert sorted(counts, reverse=True) == counts
    assert left_out() - before == 2_000 * 8 - sum(counts)


@pytest.mark.parametrize("spare", [0, 10, 150, 5_000, 300_000])
def test_an_answer_that_fits_goes_on_fitting(spare):
    """However little room is left below 4 MiB, a stock client still takes the answer, stamped as far as
    that goes.
    """
    users = [user(f"u-{n}") for n in range(1_000)]
    padding = MAX_MESSAGE_BYTES - spare - len(page(*users))
    raw = page(*users, etag="x" * (padding - 5))
    assert MAX_MESSAGE_BYTES - spare - 5 < len(raw) <= MAX_MESSAGE_BYTES
    stamped = stamp(raw, USERS, scope_of({"r-1": None}))
    assert len(stamped) <= MAX_MESSAGE_BYTES
    assert (sum(map(len, stamped_ids(stamped))) > 0) == (spare > 4_096)


def test_an_answer_that_grows_in_being_written_anew_goes_out_as_it_came():
    """Unpacked enums are written packed: where that alone breaks the limit, nothing is stamped."""
    stamped = HOST.ResourceType(id="usr")
    stamped.annotations.add(type_url=REQUEST_ID_TYPE_URL)
    unpacked = stamped.SerializeToString() + b"\x18\x01"  # and one trait
    each = bytes([0x0A, len(unpacked)]) + unpacked
    raw = each * ((MAX_MESSAGE_BYTES - 300) // len(each)) + b"\x0a\x00"  # the last object is bare
    types = LIST_CALLS[baton.LIST_RESOURCE_TYPES]
    assert len(types.answer(raw).SerializeToString()) > MAX_MESSAGE_BYTES > len(raw) + 200
    before = left_out()
    assert stamp(raw, types, scope_of({"r-1": None})) is raw
    assert left_out() - before == 1


def test_an_answer_beyond_the_limit_is_the_connectors_choice():
    """Where the host raised its limits already, the bound on annotations alone decides."""
    raw = page(user("u-1"), etag="x" * (5 * 1024 * 1024))
    assert stamped_ids(stamp(raw, USERS, scope_of({"r-1": None}))) == [["r-1"]]


def test_bytes_that_are_no_answer_are_an_error():
    """Garbage is not stamped."""
    with pytest.raises(DecodeError):
        stamp(b"\xff\xff", USERS, scope_of({"r-1": None}))
