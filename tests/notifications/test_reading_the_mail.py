"""The HTML part in a real browser: phone and desk, light and dark, images off; axe finds nothing."""

from pathlib import Path

import pytest

from tests.browsing import accessibility_problems

GOLDEN = sorted((Path(__file__).parent / "golden").glob("*.html"))


@pytest.mark.parametrize("width", [320, 700])
@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("file", GOLDEN, ids=lambda file: file.stem)
def test_it_is_readable_and_fits(browser, file, scheme, width):
    context = browser.new_context(viewport={"width": width, "height": 800}, color_scheme=scheme)
    page = context.new_page()
    page.route("**/*.{png,jpg,jpeg,gif,svg}", lambda route: route.abort())
    page.set_content(file.read_text())

    problems = accessibility_problems(page)
    fits = page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
    ground = page.evaluate("getComputedStyle(document.body).backgroundColor")
    context.close()

    assert problems == []
    assert fits
    assert (ground == "rgb(16, 25, 28)") == (scheme == "dark")
