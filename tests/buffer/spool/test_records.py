import pytest
from hypothesis import given
from hypothesis import strategies as st

from captured_exchanges.buffer.spool.records import epoch_of, heading, pack, unpack
from captured_exchanges.exchange import MAX_SEQUENCE, EncodedExchange, Entry

TEXTS = st.text(st.characters(exclude_categories=[]), max_size=20)  # lone surrogates, too
ENTRIES = st.builds(
    Entry, st.integers(1, MAX_SEQUENCE), st.builds(EncodedExchange, TEXTS, TEXTS, TEXTS, TEXTS, st.binary())
)


@given(ENTRIES, st.booleans())
def test_an_exchange_is_read_back_as_it_was(entry, nameless):
    """Sequence, texts and bytes survive, whatever a connector put into them."""
    assert unpack(pack(entry, nameless=nameless)) == (entry, nameless)


@given(st.binary(max_size=60))
def test_foreign_bytes_are_no_exchange_or_any(record):
    """Bytes of another make are refused by ValueError, or read as what they say; nothing else happens."""
    try:
        entry, _ = unpack(record)
    except ValueError:
        return
    assert isinstance(entry, Entry)


def test_a_record_that_is_shorter_than_it_says_is_refused():
    """Lengths that reach beyond the record are an error, not an empty exchange."""
    record = pack(Entry(1, EncodedExchange("id", "sync", "http", "surface", b"")), nameless=False)
    with pytest.raises(ValueError, match="shorter than it says"):
        unpack(record[:-1])


def test_a_heading_names_its_epoch_and_an_exchange_none():
    """The first record of a segment says which epoch it is of."""
    assert epoch_of(heading("épo\ud800que")) == "épo\ud800que"
    assert epoch_of(pack(Entry(1, EncodedExchange("", "", "", "", b"")), nameless=False)) is None
