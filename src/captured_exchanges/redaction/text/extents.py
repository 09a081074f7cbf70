"""Where values end that take several lines: blocks of YAML, documents of shells and HCL, strings in three
quotes.

All find their way line by line, once through the text.
"""

from __future__ import annotations

from captured_exchanges.redaction.patterns import compiled

__all__ = ["end_of_block", "end_of_heredoc", "end_of_triple"]

_HEREDOC = compiled(r"<<[-~]?[ \t]*[\"']?([A-Za-z_]\w*)")
_BLOCK_HEAD = compiled(r"(?:[|>][+-]?\d?[+-]?)?[ \t]*(?:#[^\r\n]*)?\r?(?:\n|\z)")
_LONGEST_HEAD = 200
_LONGEST_INDENT = 200


def end_of_triple(text: str, start: int, quote: str) -> int:
    """Where a string ends of which one of three quotes has been read: within the closing three."""
    at = text.find(quote * 3, start + 2)
    return at + 2 if at >= 0 else len(text)


def end_of_heredoc(text: str, start: int) -> int:
    """Where a document ends (`<<EOF`), before the line that is but its word; 0 where none begins."""
    match = _HEREDOC.match(text[start : start + _LONGEST_HEAD])
    if match is None:
        return 0
    at = text.find("\n", start)
    while at >= 0:
        following = text.find("\n", at + 1)
        if text[at + 1 : following if following >= 0 else len(text)].strip() == match[1]:
            return at
        at = following
    return len(text)


def end_of_block(text: str, name_at: int, start: int) -> int:
    """Where a block of YAML ends: before the first line that is indented no deeper than its name, but for the
    items of a list, which may stand right below it. `start` where there is no block.
    """
    before = text[max(0, name_at - _LONGEST_INDENT) : name_at].rpartition("\n")[2]
    indent = len(before) - len(before.lstrip())
    head = _BLOCK_HEAD.match(text[start : start + _LONGEST_HEAD])
    end, filled = start + (head.end() if head is not None else len(text)), start
    while end < len(text):
        after = text.find("\n", end) + 1 or len(text)
        line = text[end:after]
        if line.strip():
            if not _is_below(line, indent, in_list="- " in before):
                break
            filled = end + len(line.rstrip())
        end = after
    return filled


def _is_below(line: str, indent: int, *, in_list: bool) -> bool:
    depth = len(line) - len(line.lstrip(" \t"))
    return depth > indent or (depth == indent and not in_list and line.lstrip().startswith("- "))
