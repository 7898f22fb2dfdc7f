"""Breaking a line of speech to a width in cells, by offsets, so that what is firm and what is not can be told apart."""

from __future__ import annotations

from rich.cells import cell_len, get_character_cell_size


def wrapped(text: str, width: int) -> list[tuple[int, int]]:
    """Where each row of ``text`` begins and ends (offsets), at most ``width`` cells a row; never empty.

    Rows break at blanks; a word longer than a row is cut.
    """
    if width < 1 or (len(text) <= width and cell_len(text) <= width):
        return [(0, len(text))]
    rows: list[tuple[int, int]] = []
    start = end = 0
    at, size = 0, len(text)
    while at < size:
        stop = text.find(" ", at)
        stop = size if stop < 0 else stop
        if cell_len(text[start:stop]) <= width:
            end = stop
        else:
            if end > start:
                rows.append((start, end))
                start = at
            while cell_len(text[start:stop]) > width:
                cut = _fitting(text, start, width)
                rows.append((start, cut))
                start = cut
            end = stop
        at = stop + 1
    rows.append((start, max(end, start)))
    return rows


def _fitting(text: str, start: int, width: int) -> int:
    """The offset up to which the text from ``start`` on fits; at least one character, that it may end."""
    used, at = 0, start
    while at < len(text):
        used += get_character_cell_size(text[at])
        if used > width:
            break
        at += 1
    return max(at, start + 1)
