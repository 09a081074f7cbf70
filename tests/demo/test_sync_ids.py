import string
import time

from captured_exchanges.demo.sync_ids import new_sync_id

BASE_62 = string.digits + string.ascii_uppercase + string.ascii_lowercase


def test_is_a_ksuid_of_this_second():
    """A sync id is 27 digits to the base 62, unique, and holds the second in which it was made."""
    before = int(time.time())
    made = [new_sync_id() for _ in range(100)]
    assert len(set(made)) == 100
    for sync_id in made:
        assert len(sync_id) == 27
        number = 0
        for character in sync_id:
            number = number * 62 + BASE_62.index(character)
        assert before <= (number >> 128) + 1_400_000_000 <= time.time()
