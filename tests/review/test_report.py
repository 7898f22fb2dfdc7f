"""The report: one file that asks for nothing, shows what was said as text, and can be used with mouse, keys and ears."""

from __future__ import annotations

import base64
import hashlib
import html
import json
import re
from pathlib import Path

import pytest

from companion.events import Paused, Removed, Resumed
from companion.review.report import render
from tests.review.browser import PROGRAM, Browser
from tests.review.test_review import EVENTS, EVIL

needs_browser = pytest.mark.skipif(PROGRAM is None, reason="there is no Chromium here (apt-get install chromium)")


def test_only_its_own_script_and_style_may_run() -> None:
    page = render(EVENTS, "x")
    policy = html.unescape(re.findall(r'Content-Security-Policy" content="([^"]*)"', page)[0])
    assert "default-src 'none'" in policy and "unsafe" not in policy
    for tag in ("script", "style"):
        (text,) = re.findall(rf"<{tag}>(.*?)</{tag}>", page, re.DOTALL)
        assert f"'sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}'" in policy
    assert " style=" not in page and " onclick" not in page


def test_speech_can_not_end_the_data_that_it_stands_in() -> None:
    page = render(EVENTS, "x")
    (data,) = re.findall(r'<script type="application/json" id="data">(.*?)</script>', page, re.DOTALL)
    assert not set(data) & set("<>&")
    assert "<script>alert(1)</script>" in json.loads(data)["rows"][1]["text"]


def test_what_was_not_heard_or_taken_out_is_shown_as_such() -> None:
    page = render((*EVENTS[:-1], Paused(t=45), Resumed(t=50), EVENTS[-1], Removed(t=10, t1=12)), "x")
    assert "not heard" in page and "taken out until 0:12" in page


@pytest.fixture
def page(tmp_path: Path) -> Path:
    path = tmp_path / "report.html"
    path.write_text(render(EVENTS, "<i>title</i>"), encoding="utf-8")
    return path


@needs_browser
def test_a_click_on_the_peak_shows_the_quote_and_nothing_is_asked_of_the_network(page: Path, tmp_path: Path) -> None:
    with Browser(tmp_path / "profile") as browser:
        browser.open(page)
        browser.wait("document.querySelector('#plot canvas') !== null")
        begun = browser.run("document.getElementById('moment').textContent")
        assert "because they: may be anger" in begun, "it begins at the first alarm"
        browser.key("Tab")
        x, y, w, h = browser.run(
            "(() => { const r = document.querySelector('#plot .u-over').getBoundingClientRect();"
            " return [r.x, r.y, r.width, r.height]; })()"
        )
        browser.click(x + 2, y + h / 2)
        browser.wait("document.getElementById('moment').textContent.includes('Shall we begin?')")
        browser.click(x + w * 4 / 60, y + h / 2)
        browser.wait("document.getElementById('moment').textContent.includes('alert(1)')")
        assert "I hear you." in browser.run("document.getElementById('moment').textContent")
        assert browser.run("document.querySelectorAll('li.here').length") == 1
        assert browser.run("document.querySelectorAll('main script, main i').length") == 0
        assert browser.requests() == [page.as_uri()]
        assert browser.troubles() == []


@needs_browser
def test_keys_and_a_screen_reader_can_walk_it_on_a_phone(page: Path, tmp_path: Path) -> None:
    with Browser(tmp_path / "profile", width=500, height=800) as browser:
        browser.open(page)
        browser.wait("document.querySelector('#plot canvas') !== null")
        assert browser.run("document.documentElement.scrollWidth <= innerWidth"), "nothing sticks out"
        browser.run("document.getElementById('plot').focus()")
        browser.key("Home")
        value = "document.getElementById('plot').getAttribute('aria-valuetext')"
        assert browser.run(value) == "0:00, calm, you: Shall we begin?"
        browser.key(".")
        assert "heated, they: " in browser.run(value)
        browser.key("+")
        browser.key("ArrowRight")
        assert "HYPERLINK" in browser.run(value)
        assert browser.run("document.getElementById('moment').getAttribute('aria-live')") == "polite"
        assert browser.troubles() == []


@needs_browser
def test_without_script_and_on_paper_there_is_a_still_picture(page: Path, tmp_path: Path) -> None:
    with Browser(tmp_path / "profile") as browser:
        browser.ask("Emulation.setScriptExecutionDisabled", value=True)
        browser.ask("Page.navigate", url=page.as_uri())
        browser.wait(f"location.href === '{page.as_uri()}' && document.readyState === 'complete'")
        shown = "getComputedStyle(document.querySelector('figure svg')).display"
        assert browser.run(shown) == "block"
        browser.ask("Emulation.setScriptExecutionDisabled", value=False)
        browser.open(page)
        browser.wait("document.querySelector('#plot canvas') !== null")
        assert browser.run(shown) == "none"
        browser.ask("Emulation.setEmulatedMedia", media="print")
        assert browser.run(shown) == "block"
        assert browser.run("getComputedStyle(document.getElementById('interactive')).display") == "none"


def test_the_evil_line_is_in_the_page_as_text() -> None:
    assert html.escape(EVIL[:25]) in render(EVENTS, "x")
