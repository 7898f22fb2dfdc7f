"""The pictures of the documentation: every layout and theme of the live screen, drawn from the tests' invented call.

    .venv/bin/python bench/pictures.py [FOLDER]        # default: docs/pictures; needs chromium for PNG

Look at them after every change of the screen.
"""

from __future__ import annotations

import asyncio
import dataclasses
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT))

from companion.config import Settings  # noqa: E402
from companion.tui.around import Around  # noqa: E402
from companion.tui.live import LiveApp  # noqa: E402
from companion.tui.welcome import WelcomeApp  # noqa: E402
from tests.tui import feed  # noqa: E402

SIZES = {"wide": (120, 36), "normal": (80, 24), "narrow": (38, 32), "strip": (80, 6)}
SHOTS = (
    *((size, theme, "heated") for size in SIZES for theme in ("dark", "light", "contrast")),
    ("wide", "dark", "calm"), ("normal", "dark", "calm"), ("strip", "dark", "calm"), ("narrow", "dark", "tense"),
    ("normal", "light", "tense"), ("normal", "dark", "defended"), ("normal", "dark", "breaking"),
    ("wide", "dark", "breaking"), ("normal", "nocolour", "breaking"),
)  # fmt: skip


async def shot(size: tuple[int, int], theme: str, story: str) -> str:
    screen = dataclasses.replace(Settings().screen, theme="dark" if theme == "nocolour" else theme)
    settings = dataclasses.replace(Settings(), screen=screen)
    if theme == "nocolour":
        os.environ["NO_COLOR"] = "1"
    ticks = iter([0.0] + [3.0] * 10_000)
    app = LiveApp(feed.PlayedSession(getattr(feed, story)()), settings, Around("a call", now=lambda: next(ticks)))
    os.environ.pop("NO_COLOR", None)
    async with app.run_test(size=size) as pilot:
        await pilot.pause(0.6)
        return app.export_screenshot(title=f"companion live, {size[0]}×{size[1]}")


async def pages() -> list[tuple[str, str]]:
    out = []
    app = WelcomeApp("dark", feed.StillHearing)
    async with app.run_test(size=(80, 24)) as pilot:
        for number in (1, 2, 3):
            await pilot.pause(0.4)
            out.append((f"welcome-{number}", app.export_screenshot(title="first run")))
            if number < 3:
                await pilot.press("enter")
    return out


def photographed(page: Path, size: tuple[int, int], target: Path) -> bool:
    """A page as Chromium shows it, as PNG; False where there is no Chromium."""
    chromium = shutil.which("chromium") or shutil.which("google-chrome")
    if chromium is None:
        return False
    subprocess.run(
        [chromium, "--headless", "--no-sandbox", "--disable-gpu", "--hide-scrollbars",
         f"--window-size={size[0]},{size[1]}", f"--screenshot={target.absolute()}", page.as_uri()],
        check=True, capture_output=True,
    )  # fmt: skip
    return True


def png(svg: str, target: Path) -> None:
    head = svg[: svg.index(">")]
    width, height = (float(v) for v in head.partition('viewBox="0 0 ')[2].split('"')[0].split())
    with tempfile.TemporaryDirectory() as folder:
        page = Path(folder) / "page.svg"
        page.write_text(svg.replace("<svg ", f'<svg width="{width}" height="{height}" ', 1), encoding="utf-8")
        if not photographed(page, (round(width), round(height)), target):
            target.with_suffix(".svg").write_text(svg, encoding="utf-8")


def main() -> None:
    folder = Path(sys.argv[1]) if len(sys.argv) > 1 else ROOT / "docs" / "pictures"
    folder.mkdir(parents=True, exist_ok=True)
    for size, theme, story in SHOTS:
        png(asyncio.run(shot(SIZES[size], theme, story)), folder / f"live-{size}-{theme}-{story}.png")
    for name, svg in asyncio.run(pages()):
        png(svg, folder / f"{name}.png")
    print(f"{len(list(folder.iterdir()))} pictures in {folder}")


if __name__ == "__main__":
    main()
