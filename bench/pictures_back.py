"""The pictures of looking back in the documentation: the review and the report of the bundled call, the calibration.

    .venv/bin/python bench/pictures_back.py [FOLDER]        # default: docs/pictures; needs chromium for PNG

The bundled call is read from its transcript. The calibration is that of an invented user who hates false alarms, with
twenty verdicts on calls of the corpus (``simulated_users.py``). Look at them after every change of these screens.
"""

from __future__ import annotations

import asyncio
import dataclasses
import random
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT / "bench"))

from pictures import photographed, png  # noqa: E402
from review import bundled  # noqa: E402
from simulated_users import judged, read  # noqa: E402
from textual.app import App  # noqa: E402

from companion.calibration.fit import Labels  # noqa: E402
from companion.config import EscalationSettings  # noqa: E402
from companion.events import Labelled  # noqa: E402
from companion.pipeline.tuning import Tuning, tune  # noqa: E402
from companion.review.report import render  # noqa: E402
from companion.review.summary import summarise  # noqa: E402
from companion.sessions import edits  # noqa: E402
from companion.sessions.carrying import bring_back  # noqa: E402
from companion.sessions.journal import Journal, SessionRecord  # noqa: E402
from companion.tui.calibrate import CalibrateApp  # noqa: E402
from companion.tui.review import ReviewApp  # noqa: E402

TITLE = "Renewal of the catalogues"
STARTED = 1_790_000_000.0
CALLS, LABELS, SEED = 40, 20, 1
PAGE = (900, 1000)


async def seen(app: App[object], size: tuple[int, int], title: str, keys: Sequence[str] = ()) -> str:
    """A screen after some keys, as SVG."""
    async with app.run_test(size=size) as pilot:
        for key in keys:
            await pilot.press(key)
        await pilot.pause(0.5)
        return app.export_screenshot(title=title)


def kept(journal: Journal) -> str:
    """The bundled call in a journal, its first alarm judged; its id."""
    begin, *events = bundled()
    session = bring_back(journal, [dataclasses.replace(begin, started_unix=STARTED), *events])
    edits.retitle(journal, session, TITLE, ["renewal"])
    alarm = summarise(events).moments[0].t
    edits.add(journal, session, Labelled(t=alarm, verdict="right"))
    return session


def calibration() -> CalibrateApp:
    """The screen of the one who hates false alarms."""
    paths = sorted((ROOT / "models" / "training" / "corpus" / "calls").glob("*.jsonl"))
    calls = read(random.Random(SEED).sample(paths, CALLS), fresh=False)
    usual = EscalationSettings()
    labels: Labels = judged(calls, "hates false alarms", LABELS)
    dated = [(f"2026-{10 + n // 28:02}-{1 + n % 28:02}-1", c.events) for n, c in enumerate(calls)]
    tuning: Tuning = tune(dated, usual, usual, labels=labels)
    return CalibrateApp(tuning, "dark")


def page(record: SessionRecord, target: Path) -> None:
    """The top of the report as a browser shows it."""
    with tempfile.TemporaryDirectory() as folder:
        html = Path(folder) / "report.html"
        html.write_text(render(record.events, record.info.title), encoding="utf-8")
        if not photographed(html, PAGE, target):
            print("without chromium there is no picture of the report")


def main() -> None:
    folder = Path(sys.argv[1]) if len(sys.argv) > 1 else ROOT / "docs" / "pictures"
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as home:
        journal = Journal.open(Path(home) / "data" / "sessions.db")
        session = kept(journal)
        app = ReviewApp(journal, session, "dark")
        png(asyncio.run(seen(app, (120, 36), "companion review")), folder / "review.png")
        page(journal.load(session), folder / "report.png")
        journal.close()
    png(asyncio.run(seen(calibration(), (120, 38), "companion calibrate")), folder / "calibrate.png")
    print(f"review, report and calibrate in {folder}")


if __name__ == "__main__":
    main()
