from captured_exchanges.buffer import SpoolOptions
from captured_exchanges.exchange import BufferFacts, ServerHeartbeat
from captured_exchanges.handoff.serving.loading import Loading
from support.buffer_spooled import by_hand
from support.handoff_connector import Connector, encoded


def facts(loads: int) -> BufferFacts:
    return BufferFacts("e", 1, 2, 0, loads=loads)


def test_a_read_in_vain_is_repeated_when_something_was_loaded():
    """Until then the reader waits; what came between planning and reading counts."""
    loading = Loading()
    assert not loading.waits(facts(0))
    loading.asks(facts(0))
    loading.answered(anything=False)
    assert loading.waits(facts(0))
    assert not loading.waits(facts(1))


def test_who_was_given_something_waits_for_nothing():
    """The next read may bring more."""
    loading = Loading()
    loading.asks(facts(0))
    loading.answered(anything=True)
    assert not loading.waits(facts(0))


def spooled_connector() -> Connector:
    """Most of what it holds is on its disk."""
    connector = Connector()
    connector.buffer = by_hand(max_bytes=1_000, spool=SpoolOptions(), clock=lambda: connector.now)
    for number in range(50):
        connector.buffer.accept(encoded(f"r{number}"))
        connector.buffer._work.round()
    return connector


def test_streams_wait_for_the_disk_without_asking_again_and_again():
    """An owner and an observer are sent everything in order, block by block; both come to rest in between."""
    connector = spooled_connector()
    owner, observer = connector.owner(), connector.observer()
    for _ in range(300):
        connector.buffer._work.round()
        connector.advance(0.1)
        if len(owner.sequences) == len(observer.sequences) == 50:
            break
    assert owner.sequences == observer.sequences == list(range(1, 51))
    connector.buffer.close()


def test_who_waits_for_the_disk_lives():
    """Heartbeats go out while nothing can be read."""
    connector = spooled_connector()
    loads = connector.buffer._stock.loads
    loads.forget(connector.buffer._stock.shelf.oldest(0).block)
    owner = connector.owner()
    connector.advance(6)
    assert owner.sequences == []
    assert owner.of(ServerHeartbeat)
    connector.buffer.close()
