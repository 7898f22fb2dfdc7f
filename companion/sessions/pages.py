"""Rows out of a SQLite file that SQLite itself no longer reads: every page is looked at by itself.

The format is documented at sqlite.org/fileformat2.html. Rows are on leaf pages, and of tables without row numbers on
those that lead to them too; each page is read for itself, so what led to it may be lost. Pages of the write-ahead log
are looked at last, as they are newer.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from pathlib import Path

_MAGIC = b"SQLite format 3\x00"
_INNER_INDEX, _LEAF_INDEX, _LEAF_TABLE = 0x02, 0x0A, 0x0D
_WAL_HEADER, _FRAME_HEADER = 32, 24
_USUAL_PAGE = 4096
_LONGEST = 10_000_000
Value = int | float | str | bytes | None
Row = tuple[Value, ...]


class DamagedError(ValueError):
    """A row that cannot be read."""


def rows(path: Path) -> Iterator[Row]:
    """Every row of every page that can still be read, in no order; ``path`` is the database file."""
    data = path.read_bytes()
    size = _page_size(data)
    yield from _walk(data, size, 0, size, 0)
    log = path.with_name(path.name + "-wal")
    if log.is_file():
        data = log.read_bytes()
        yield from _walk(data, size, _WAL_HEADER, _FRAME_HEADER + size, _FRAME_HEADER)


def _page_size(data: bytes) -> int:
    if data[:16] == _MAGIC:
        size = int.from_bytes(data[16:18], "big")
        size = 65536 if size == 1 else size
        if size >= 512 and size & (size - 1) == 0:
            return size
    return _USUAL_PAGE


def _walk(data: bytes, size: int, begin: int, stride: int, skip: int) -> Iterator[Row]:
    for at in range(begin, len(data) - skip - 100, stride):
        page = data[at + skip : at + skip + size]
        head = 100 if begin == 0 and at == 0 else 0
        kind = page[head] if len(page) > head else 0
        if kind not in (_INNER_INDEX, _LEAF_INDEX, _LEAF_TABLE):
            continue
        count = int.from_bytes(page[head + 3 : head + 5], "big")
        first = head + (12 if kind == _INNER_INDEX else 8)
        for cell in range(min(count, (len(page) - first) // 2)):
            where = int.from_bytes(page[first + 2 * cell : first + 2 * cell + 2], "big")
            where += 4 if kind == _INNER_INDEX else 0  # the page that it leads to
            try:
                yield _record(_payload(data if begin == 0 else b"", page, where, kind, size))
            except (DamagedError, IndexError, struct.error, UnicodeDecodeError):
                continue  # this row is lost; its neighbours need not be


def _payload(data: bytes, page: bytes, at: int, kind: int, size: int) -> bytes:
    """The bytes of a row, those that overflow to other pages too."""
    length, at = _varint(page, at)
    if kind == _LEAF_TABLE:
        _, at = _varint(page, at)
    if not 0 < length <= _LONGEST:
        raise DamagedError
    most = size - 35 if kind == _LEAF_TABLE else (size - 12) * 64 // 255 - 23
    if length <= most:
        return page[at : at + length]
    least = (size - 12) * 32 // 255 - 23
    here = least + (length - least) % (size - 4)
    here = here if here <= most else least
    out = page[at : at + here]
    follows = int.from_bytes(page[at + here : at + here + 4], "big")
    while len(out) < length:
        if not follows or follows * size > len(data):
            raise DamagedError
        other = data[(follows - 1) * size : follows * size]
        follows = int.from_bytes(other[:4], "big")
        out += other[4 : 4 + length - len(out)]
    return out


def _record(payload: bytes) -> Row:
    head, at = _varint(payload, 0)
    kinds: list[int] = []
    while at < head:
        kind, at = _varint(payload, at)
        kinds.append(kind)
    out: list[Value] = []
    for kind in kinds:
        value, at = _value(payload, at, kind)
        out.append(value)
    return tuple(out)


def _value(payload: bytes, at: int, kind: int) -> tuple[Value, int]:
    if kind == 0:
        return None, at
    if kind in (8, 9):
        return kind - 8, at
    if kind == 7:
        return struct.unpack_from(">d", payload, at)[0], at + 8
    size = {1: 1, 2: 2, 3: 3, 4: 4, 5: 6, 6: 8}.get(kind, (kind - 12) // 2)
    piece = payload[at : at + size]
    if size < 0 or len(piece) < size:
        raise DamagedError
    if kind <= 6:
        return int.from_bytes(piece, "big", signed=True), at + size
    return (piece.decode() if kind % 2 else piece), at + size


def _varint(data: bytes, at: int) -> tuple[int, int]:
    value = 0
    for n in range(9):
        byte = data[at + n]
        if n == 8:
            return (value << 8) | byte, at + 9
        value = (value << 7) | (byte & 0x7F)
        if byte < 0x80:
            return value, at + n + 1
    raise DamagedError
