from captured_exchanges.demo.layout import counted, field, figures, size


def test_counts_read_as_prose():
    """Kinds come in the order of a crawl, with their plural, and what there is none of is left out."""
    counts = {"grant": 1234, "user": 1, "resource_type": 2, "group": 0}
    assert counted(counts) == "2 resource types, 1 user, 1,234 grants"
    assert figures({"captured": 48, "acked": 0}) == "captured 48, acked 0"


def test_fields_line_up():
    """Values start in one column, whether or not they are named."""
    assert field("name", "x").plain.index("x") == field("", "x").plain.index("x")


def test_sizes_are_for_people():
    """Bytes become KiB or MiB."""
    assert [size(count) for count in (0, 2048, 3 << 20)] == ["0 KiB", "2 KiB", "3.0 MiB"]
