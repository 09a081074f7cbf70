from captured_exchanges.buffer.pending import Pending


def nothing():
    """An abandon that need not do anything."""


def test_the_oldest_ticket_follows_the_ends():
    """All that started before a moment has ended once the oldest ticket reaches that moment's next one."""
    pending = Pending()
    first, second = pending.start(nothing), pending.start(nothing)
    moment = pending.next_ticket
    pending.end(first)
    assert pending.oldest_ticket == second
    pending.end(second)
    assert pending.oldest_ticket == moment
    assert len(pending) == 0


def test_ending_twice_or_a_stranger_is_ignored():
    """A ticket that is not out changes nothing."""
    pending = Pending()
    ticket = pending.start(nothing)
    pending.end(ticket)
    pending.end(ticket)
    pending.end(999)
    assert len(pending) == 0


def test_only_earlier_tickets_are_named():
    """`before` names what started earlier and is still out."""
    pending = Pending()
    tickets = [pending.start(nothing) for _ in range(4)]
    pending.end(tickets[0])
    assert [ticket for ticket, _ in pending.before(tickets[3])] == tickets[1:3]


def test_the_oldest_ticket_is_found_at_once():
    """Finding the oldest of many costs the same after many ends (a plain dict would slow down)."""
    pending = Pending()
    tickets = [pending.start(nothing) for _ in range(200_000)]
    for ticket in tickets:
        assert pending.oldest_ticket == ticket
        pending.end(ticket)
