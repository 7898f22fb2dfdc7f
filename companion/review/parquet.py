"""A session as a Parquet table, an utterance a row, for those who analyse with pandas, DuckDB or R.

pyarrow is 40 MB, so it is an extra (``pip install pyarrow``), imported here and nowhere else.
"""

from __future__ import annotations

from companion.errors import CompanionError
from companion.events import Event, Temperature, Utterance
from companion.review import people


def as_parquet(events: tuple[Event, ...], title: str) -> bytes:
    """The file's bytes; raises ``CompanionError`` with the next step where pyarrow is not installed.

    Columns: t0 and t1 (seconds), speaker, person (0: not known), name, text, level (0-3), score (0-1), drivers and
    emotions (name and probability), effort (standard deviations), pitch (semitones), pace (ratio).
    """
    try:
        import pyarrow as pa
        import pyarrow.parquet as pq
    except ImportError as error:
        raise CompanionError(
            "Parquet needs pyarrow, which is not installed.", "Try: pip install pyarrow, or --format csv."
        ) from error
    scored = pa.list_(pa.struct([("name", pa.string()), ("probability", pa.float32())]))
    columns = {
        "t0": pa.float64(), "t1": pa.float64(), "speaker": pa.string(), "person": pa.int8(), "name": pa.string(),
        "text": pa.string(), "level": pa.int8(),
        "score": pa.float32(), "drivers": scored, "emotions": scored, "effort": pa.float32(), "pitch": pa.float32(),
        "pace": pa.float32(),
    }  # fmt: skip
    schema = pa.schema(list(columns.items()), metadata={"title": title})
    out = pa.BufferOutputStream()
    pq.write_table(pa.Table.from_pylist(_rows(events), schema=schema), out)
    return bytes(out.getvalue())


def _rows(events: tuple[Event, ...]) -> list[dict[str, object]]:
    after = {e.t: e for e in events if isinstance(e, Temperature)}
    given = people.names(events)
    rows: list[dict[str, object]] = []
    for u in (e for e in events if isinstance(e, Utterance)):
        heat, voice = after.get(u.t), u.voice
        rows.append(
            {
                "t0": u.t0, "t1": u.t1, "speaker": u.speaker, "person": u.person,
                "name": people.called(given, u.speaker, u.person), "text": u.text,
                "level": heat.level if heat else None, "score": heat.score if heat else None,
                "drivers": [{"name": d.id, "probability": d.score} for d in u.drivers],
                "emotions": [{"name": name, "probability": p} for name, p in u.emotions.items()],
                "effort": voice.effort if voice else None, "pitch": voice.pitch if voice else None,
                "pace": voice.pace if voice else None,
            }
        )  # fmt: skip
    return rows
