"""A real browser for the tests of pages. One Chromium a test process."""

import os
import shutil
import sys
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from typing import Any

import pytest
from axe_playwright_python.base import AXE_FILE_PATH
from django.db import connections
from playwright.sync_api import Browser, ConsoleMessage, Page, expect, sync_playwright

# Playwright's synchronous API runs an event loop in the test's thread; Django would refuse to touch the database.
os.environ.setdefault("DJANGO_ALLOW_ASYNC_UNSAFE", "true")

# Milliseconds until what a page should show, or have, does not come any more: as long as a busy machine takes.
PATIENCE = 60_000
expect.set_options(timeout=PATIENCE)

FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
NARROW = {"width": 320, "height": 700}
PHONE = {"width": 360, "height": 800}
TABLET = {"width": 768, "height": 1024}
DESKTOP = {"width": 1280, "height": 900}


def chromium() -> str:
    """Where the machine's Chromium is."""
    path = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
    assert path, "Chromium is needed for these tests: apt-get install chromium"
    return path


def headless() -> str:
    """Chromium without its windows, else with them: a window takes half a second of the machine's time, a test one."""
    return shutil.which("chromium-headless-shell") or chromium()


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """The machine's Chromium.

    While Playwright's loop runs, Django has other connections for this thread than before and after: those of the other
    time would be in the way when the tests' database is dropped.
    """
    connections.close_all()
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=headless(), args=FLAGS)
        yield browser
        browser.close()
        connections.close_all()


def is_refused(line: ConsoleMessage) -> bool:
    """Whether the content policy refused something of the page: axe, which a test puts into it, has no address."""
    return "Content Security Policy" in line.text and bool(line.location["url"])


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    """A page on a phone that fails its test on anything the browser complains about."""
    context = browser.new_context(viewport=PHONE, reduced_motion="reduce")
    context.set_default_timeout(PATIENCE)
    page = context.new_page()
    complaints: list[str] = []
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.on("console", lambda line: complaints.append(line.text) if is_refused(line) else None)
    yield page
    context.close()
    assert complaints == []


def wait_for_answers(seconds: float = 10) -> None:
    """Have the test's server answer what a browser asked for before it was closed: the tables are emptied next."""
    end = time.monotonic() + seconds
    for thread in threading.enumerate():
        while "process_request_thread" in thread.name and is_at_work(thread) and time.monotonic() < end:
            thread.join(0.01)


def is_at_work(thread: threading.Thread) -> bool:
    """Whether a connection's thread does anything: one that a browser keeps open waits for it to say more."""
    frame = sys._current_frames().get(thread.ident or 0)
    return frame is not None and frame.f_code.co_name != "readinto"


@pytest.fixture
def sign_in(page: Page, live_server: Any, client_of: Callable[..., Any]) -> Callable[..., Page]:
    """Give the browser the session of a guarantor or of staff; returns the page, its address the server's."""

    def sign_in(who: Any) -> Page:
        cookie = client_of(who).cookies["sessionid"]
        page.context.add_cookies([{"name": "sessionid", "value": cookie.value, "url": live_server.url}])
        return page

    return sign_in


AXE = AXE_FILE_PATH.read_text()
# What is found wrong, in words: all that was looked at would be megabytes. No style sheet is fetched again for it.
RUN_AXE = """(options) => axe.run(options).then(({ violations }) => violations.map(
    (rule) => `${rule.id}: ${JSON.stringify(rule.nodes.map((node) => node.target))}`))"""
COLOURS = "color-contrast"
WITHOUT_COLOURS = {"rules": {COLOURS: {"enabled": False}}}
OPEN_ALL = "document.querySelectorAll('main details').forEach((details) => { details.open = true; })"
END_TRANSITIONS = "document.getAnimations().forEach((one) => { if (one instanceof CSSTransition) one.finish(); })"


def accessibility_problems(page: Page, **options: Any) -> list[str]:
    """What axe finds wrong on the page as it is now: rule and place."""
    page.wait_for_load_state()
    if not page.evaluate("'axe' in window"):
        page.evaluate(AXE)
    found: list[str] = page.evaluate(RUN_AXE, {"resultTypes": ["violations"], "preload": False, **options})
    return found


def problems_of(page: Page, sizes: Iterable[Any] = (PHONE, DESKTOP)) -> list[str]:
    """What is wrong with the page as it is now: is it too wide at a size; at the first and the last, what axe finds.

    Colours are the same at each size, and take nine tenths of axe's time: light ones are looked at on the first, dark
    ones on the last. That each pair of them can be read is held by itself (test_colours_that_can_be_read).
    """
    first, *others = sizes
    found = _look_at(page, first, axe={})
    for size in others:
        found += _look_at(page, size, axe=WITHOUT_COLOURS if size is others[-1] else None)
    page.emulate_media(color_scheme="dark")
    page.evaluate(END_TRANSITIONS)
    found += [f"dark: {one}" for one in accessibility_problems(page, runOnly=[COLOURS])]
    page.emulate_media(color_scheme="light")
    page.evaluate(END_TRANSITIONS)
    return found


def _look_at(page: Page, size: Any, *, axe: dict[str, Any] | None) -> list[str]:
    """Whether the page is too wide for a size, and what axe finds there if it is asked."""
    page.set_viewport_size(size)
    page.wait_for_load_state()  # A click waits until the next document begins, which then has nothing in it yet.
    fits = page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    found = [] if fits else ["too wide"]
    found += [] if axe is None else accessibility_problems(page, **axe)
    return [f"{size['width']}: {one}" for one in found]


def problems_at(page: Page, addresses: Iterable[str], sizes: Iterable[Any] = (PHONE, DESKTOP)) -> dict[str, list[str]]:
    """The same of several addresses, all that unfolds unfolded; those without problems left out."""
    found = {}
    for address in addresses:
        page.goto(address)
        page.evaluate(OPEN_ALL)
        found[address] = problems_of(page, sizes)
    return {address: problems for address, problems in found.items() if problems}
