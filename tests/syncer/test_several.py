from captured_exchanges.exchange import Limits
from captured_exchanges.handoff.consuming import ClientSettings
from captured_exchanges.syncer.several import named, settings_of_each

LIMITS = Limits(1000, 64_000, 100, 10_000, 0.05)
SETTINGS = ClientSettings(consumer_id="c", limits=LIMITS)


def test_an_address_without_a_name_is_its_own():
    """A mapping keeps its names, in order."""
    assert named(["unix:/b", "unix:/a"]) == {"unix:/b": "unix:/b", "unix:/a": "unix:/a"}
    assert list(named({"b": "unix:/1", "a": "unix:/1"})) == ["b", "a"]


def test_the_store_knows_each_by_the_host_s_name():
    """But for one alone that was given none: it is known by its own, as a consumer of one."""
    for connectors, names in (
        ({"a": "unix:/a"}, ["a"]),
        (["unix:/a", "unix:/b"], ["unix:/a", "unix:/b"]),
        (["unix:/a"], [""]),
    ):
        each = settings_of_each(connectors, named(connectors), SETTINGS)
        assert [settings.connector_name for settings in each.values()] == names
        assert {settings.consumer_id for settings in each.values()} == {"c"}


def test_shares_add_up_to_one_allowance_as_long_as_a_batch_fits():
    """One has all of it; many have a batch each."""
    for count, exchanges, size in ((1, 1000, 64_000), (4, 250, 16_000), (50, 100, 10_000)):
        names = [str(number) for number in range(count)]
        for settings in settings_of_each(names, names, SETTINGS).values():
            limits = settings.limits
            assert (limits.max_outstanding_exchanges, limits.max_outstanding_bytes) == (exchanges, size)
            assert limits.max_batch_exchanges == LIMITS.max_batch_exchanges
