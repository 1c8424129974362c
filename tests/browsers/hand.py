"""What a person does on a page, by the names that stand on it. Each waits until it can be done."""

import time
from collections.abc import Callable
from typing import Any, TypeVar

from tests.browsers.engines import FAULTS, Engine

Answer = TypeVar("Answer")
# Seconds until a page is surely there, on a machine that has other work too.
PATIENCE = 30
ARROW_DOWN = "\ue015"  # as WebDriver writes the key
CARD_FRAME = '//iframe[@title="Secure payment input frame"]'

FIELDS = """
    const kinds = ["hidden", "checkbox", "radio", "submit"]
    const all = [...document.querySelectorAll("input, select, textarea")]
    const fields = all.filter((one) => one.offsetWidth && !kinds.includes(one.type))
    const names = (is) => fields.filter(is).map((one) => one.name)
"""
CUT_OFF = """
    const boxes = new Map(fields.map((one) => [one, one.getBoundingClientRect()]))
    return names((one) => boxes.get(one).left < 0 || boxes.get(one).right > innerWidth)
"""
# An iPhone zooms into a field whose letters are smaller, and stays there.
SMALL_LETTERS = "return names((one) => innerWidth < 768 && parseFloat(getComputedStyle(one).fontSize) < 16)"


class NotThere(AssertionError):
    """What a step needs does not come, or is not as it must be."""


class Hand:
    """One person at one engine."""

    def __init__(self, engine: Engine, site: str) -> None:
        self.engine, self.site = engine, site

    # --- Looking ------------------------------------------------------------------------------------------

    def wait_for(self, what: str, ask: Callable[[], Answer]) -> Answer:
        """The first answer that is none of nothing. Raises NotThere."""
        end = time.monotonic() + PATIENCE
        while True:
            try:
                if answer := ask():
                    return answer
            except FAULTS:
                pass  # the page is changing
            if time.monotonic() > end:
                raise NotThere(f"{what}: not there at {self.run('return location.pathname')}")
            time.sleep(0.1)

    def find(self, path: str, what: str = "") -> Any:
        """The first element of an XPath that can be seen."""
        seen = lambda: next((one for one in self.engine.find_all(path) if one.is_displayed()), None)  # noqa: E731
        return self.wait_for(what or path, seen)

    def sees(self, *words: str) -> None:
        """Wait until all of these can be read."""
        for text in words:
            self.must(f"“{text}”", "return document.body.innerText.replace(/\\s+/g, ' ').includes(arguments[0])", text)

    def run(self, script: str, *arguments: Any) -> Any:
        """Run JavaScript in the page; what it returns."""
        return self.engine.run(script, *arguments)

    def must(self, what: str, script: str, *arguments: Any) -> None:
        """Wait until a script says yes."""
        self.wait_for(what, lambda: self.run(script, *arguments))

    # --- Doing --------------------------------------------------------------------------------------------

    def go(self, path: str) -> None:
        self.engine.go(self.site + path)

    def press(self, name: str) -> None:
        """A link, a button or an arrow, by how its words begin."""
        kinds = "self::a or self::button or self::summary"
        path = f'//*[{kinds}][starts-with(normalize-space(), "{name}")] | //input[@type="submit" and @value="{name}"]'
        self.find(path, f"“{name}” to press").click()

    def choose(self, name: str) -> None:
        """One of several, by its label."""
        self.find(f'//label[starts-with(normalize-space(), "{name}")]', f"“{name}” to choose").click()

    def type(self, name: str, text: str) -> None:
        """Into the field with this label, in place of what is in it."""
        label = self.find(f'//label[starts-with(normalize-space(), "{name}")]', f"“{name}” to fill in")
        field = self.find(f'//*[@id="{label.get_attribute("for")}"]', f"the field of “{name}”")
        field.clear()
        field.send_keys(text)

    def type_card(self, **fields: str) -> None:
        """Into the processor's frame, by the names of its fields."""
        self.engine.enter(self.find(CARD_FRAME, "the card form"))
        for name, text in fields.items():
            field = self.find(f'//*[@name="{name}"]', f"the card's {name}")
            field.click()
            field.send_keys(text)
        self.engine.enter(None)

    # --- What must hold on every page -----------------------------------------------------------------------

    def looks_right(self) -> None:
        """Nothing is wider than the window, and no phone zooms into a field. Raises NotThere."""
        self.must("a page no wider than the window", "return document.documentElement.scrollWidth <= innerWidth")
        for what, script in {"cut off at the side:": CUT_OFF, "letters below 16 px in": SMALL_LETTERS}.items():
            if fields := self.run(FIELDS + script):
                raise NotThere(f"{what} {', '.join(fields)}")
