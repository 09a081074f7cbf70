"""Hypothesis strategies for the records that cross rooms."""

import json

from hypothesis import strategies as st

from captured_exchanges.exchange import MAX_SEQUENCE, RedactedExchange

names = st.text(st.characters(codec="utf-8"), max_size=40)
sequences = st.integers(1, MAX_SEQUENCE)
documents = st.dictionaries(names, names | st.integers(-(2**53), 2**53) | st.none(), max_size=5).map(
    lambda value: json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode()
)
redacted_exchanges = st.builds(
    RedactedExchange,
    request_id=names.filter(bool),
    sync_id=names,
    transport_kind=st.sampled_from(["http", "sql", "ldap", "carrier-pigeon"]),
    request_json=documents,
    response_json=st.none() | documents,
    intent_json=st.none() | documents,
    captured_at=st.integers(0, 2**62),
)
