"""A real browser for the tests of pages. One Chromium a test process."""

import os
import shutil
import threading
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, ConsoleMessage, Page, sync_playwright

# Playwright's synchronous API runs an event loop in the test's thread; Django would refuse to touch the database.
os.environ.setdefault("DJANGO_ALLOW_ASYNC_UNSAFE", "true")

FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
PHONE = {"width": 360, "height": 800}
DESKTOP = {"width": 1280, "height": 900}


def chromium() -> str:
    """Where the machine's Chromium is."""
    path = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
    assert path, "Chromium is needed for these tests: apt-get install chromium"
    return path


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """The machine's Chromium."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium(), args=FLAGS)
        yield browser
        browser.close()


def is_refused(line: ConsoleMessage) -> bool:
    """Whether the content policy refused something of the page: axe, which a test puts into it, has no address."""
    return "Content Security Policy" in line.text and bool(line.location["url"])


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    """A page on a phone that fails its test on anything the browser complains about."""
    context = browser.new_context(viewport=PHONE, reduced_motion="reduce")
    page = context.new_page()
    complaints: list[str] = []
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.on("console", lambda line: complaints.append(line.text) if is_refused(line) else None)
    yield page
    context.close()
    assert complaints == []


def wait_for_answers(seconds: float = 10) -> None:
    """Have the test's server answer what a browser asked for before it was closed: the tables are emptied next."""
    for thread in threading.enumerate():
        if "process_request_thread" in thread.name:
            thread.join(seconds)


@pytest.fixture
def sign_in(page: Page, live_server: Any, client_of: Callable[..., Any]) -> Callable[..., Page]:
    """Give the browser the session of a guarantor or of staff; returns the page, its address the server's."""

    def sign_in(who: Any) -> Page:
        cookie = client_of(who).cookies["sessionid"]
        page.context.add_cookies([{"name": "sessionid", "value": cookie.value, "url": live_server.url}])
        return page

    return sign_in


def accessibility_problems(page: Page) -> list[str]:
    """What axe finds wrong on the page as it is now: rule and place."""
    found = Axe().run(page).response["violations"]
    return [f"{rule['id']}: {[node['target'] for node in rule['nodes']]}" for rule in found]
