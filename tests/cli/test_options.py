"""The options that several commands share."""

import click
import pytest

from captured_exchanges.cli.options import UTF8, max_unpacked_option


@pytest.mark.parametrize(
    ("text", "size"),
    [
        ("1", 1),
        ("65536", 65536),
        ("64K", 65536),
        ("64k", 65536),
        ("5M", 5 * 2**20),
        ("10G", 10 * 2**30),
        ("1TiB", 2**40),
    ],
)
def test_sizes_are_read_as_people_write_them(text, size):
    """Bytes, or K, M, G, T of 1024, with or without B and iB."""
    assert _parsed(text) == size


@pytest.mark.parametrize("text", ["", "0", "-1", "G", "1.5G", "1X", "1GG", "١", "ten"])
def test_what_is_no_size_is_refused(text):
    """Anything else is wrong usage."""
    with pytest.raises(click.BadParameter, match="is no size"):
        _parsed(text)


def _parsed(text):
    @click.command
    @max_unpacked_option
    def command(max_unpacked):
        return max_unpacked

    return command.main(["--max-unpacked", text], standalone_mode=False)


def test_stray_bytes_of_an_argument_are_refused():
    """Text that cannot be looked up is wrong usage, told printably."""
    assert UTF8.convert("ö", None, None) == "ö"
    with pytest.raises(click.BadParameter, match="not valid UTF-8"):
        UTF8.convert("a\udcff", None, None)
