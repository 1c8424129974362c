"""A person who has no mouse: each key is counted, except what is typed into a field."""

from playwright.sync_api import Page, expect

FOCUSED = (
    "() => (document.activeElement.textContent || document.activeElement.value || '').trim().replace(/\\s+/g, ' ')"
)
LABEL = "() => document.activeElement.labels?.[0]?.textContent.trim() ?? ''"
# Nobody tabs further.
FAR = 150


class Keys:
    """The keys of a keyboard on a page."""

    def __init__(self, page: Page) -> None:
        self.page, self.pressed = page, 0

    def press(self, *keys: str) -> None:
        self.page.wait_for_load_state()  # the page's script hears them
        for key in keys:
            self.page.keyboard.press(key)
            self.pressed += 1

    def type(self, text: str) -> None:
        """Into what has the focus, in place of what is selected there."""
        self.page.keyboard.type(text)

    def find(self, text: str, *, sees: str) -> None:
        """A slash, the text, Enter on what is found first."""
        self.press("/")
        expect(self.page.locator("#find-text")).to_be_focused()
        self.type(text)
        expect(self.page.locator(".find-row").first).to_contain_text(sees)
        self.press("Enter")

    def walk_to(self, text: str) -> None:
        """Tab until what has the focus says so, or is labelled so."""
        for _ in range(FAR):
            if text in (self.page.evaluate(FOCUSED), self.page.evaluate(LABEL)):
                return
            self.press("Tab")
        raise AssertionError(f"no Tab leads to {text}")
