from captured_exchanges.store import ExchangesProvider, ExchangeStore, open_store


def test_a_store_provides_exchanges(tmp_path):
    """Our store has the capability, the same sub-store at every call; a store without the method has not."""
    with open_store(tmp_path / "x.db", "rw") as store:
        assert isinstance(store, ExchangesProvider)
        assert isinstance(store.exchanges(), ExchangeStore)
        assert store.exchanges() is store.exchanges()
    assert not isinstance(object(), ExchangesProvider)
