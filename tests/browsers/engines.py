"""The engines: how each is started, made as wide as a phone, and spoken to."""

import os
import shutil
import tempfile
from contextlib import ExitStack
from pathlib import Path
from typing import Any, ClassVar

from marionette_driver.errors import MarionetteException
from marionette_driver.marionette import Marionette
from selenium import webdriver
from selenium.common.exceptions import WebDriverException

from pops.local import system
from pops.local.process import Child
from tests.browsing import FLAGS, chromium
from tests.notifications.mail_server import free_port

HEIGHT = 900
# What an engine says when the page changed under the hand: looked for again.
FAULTS = (WebDriverException, MarionetteException)
# The bar of WebKitGTK's test browser is wider than a phone, and the window with it.
NARROW_BAR = "* { min-width: 0; min-height: 0; margin: 0; padding: 0; font-size: 1px; }"


class Engine:
    """A browser with one page, so many pixels wide. `hold` keeps what ends with it."""

    name: ClassVar[str]
    packages: ClassVar[tuple[str, ...]]  # Debian's

    def __init__(self, hold: ExitStack, *, width: int) -> None:
        self.width = width
        self.folder = Path(hold.enter_context(tempfile.TemporaryDirectory(prefix="pops-browsers-")))
        self.driver: Any = self.start(hold)
        self.resize()

    @classmethod
    def lacking(cls) -> list[str]:
        """Its packages that this machine hasn't."""
        missing = {need.package for need in system.missing("browsers")}
        return [package for package in cls.packages if package in missing]

    def start(self, hold: ExitStack) -> Any:
        raise NotImplementedError

    def _held(self, hold: ExitStack, driver: Any) -> Any:
        hold.callback(driver.quit)
        return driver

    @property
    def version(self) -> str:
        return str(self.driver.capabilities["browserVersion"])

    def go(self, address: str) -> None:
        self.driver.get(address)

    def find_all(self, path: str) -> list[Any]:
        """The elements of an XPath."""
        return list(self.driver.find_elements("xpath", path))

    def run(self, script: str, *arguments: Any) -> Any:
        """Run JavaScript in the page; what it returns."""
        return self.driver.execute_script(script, *arguments)

    def role_of(self, element: Any) -> str:
        """The role that a screen reader is told."""
        return str(element.aria_role)

    def enter(self, frame: Any) -> None:
        """Go into a frame; None is the page itself."""
        self.driver.switch_to.frame(frame) if frame else self.driver.switch_to.default_content()

    def resize(self) -> None:
        self.driver.set_window_size(self.width, HEIGHT)

    def picture(self) -> bytes:
        """The page as PNG."""
        return bytes(self.driver.get_screenshot_as_png())


class Chromium(Engine):
    name = "Chromium"
    packages = ("chromium", "chromium-driver")

    def start(self, hold: ExitStack) -> Any:
        options = webdriver.ChromeOptions()
        options.binary_location = chromium()
        for flag in (*FLAGS, "--headless=new", f"--user-data-dir={self.folder / 'profile'}"):
            options.add_argument(flag)
        service = webdriver.ChromeService(shutil.which("chromedriver"))
        return self._held(hold, webdriver.Chrome(options, service))

    def resize(self) -> None:
        # No window is narrower than 500 px.
        size = {"width": self.width, "height": HEIGHT, "deviceScaleFactor": 1, "mobile": False}
        self.driver.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", size)


class WebKitGTK(Engine):
    name = "WebKitGTK"
    packages = ("webkit2gtk-driver", "xvfb")

    def start(self, hold: ExitStack) -> Any:
        for version in ("gtk-3.0", "gtk-4.0"):
            style = self.folder / version / "gtk.css"
            style.parent.mkdir()
            style.write_text(NARROW_BAR)
        env = {**os.environ, "DISPLAY": self._screen(hold), "XDG_CONFIG_HOME": str(self.folder), "GDK_BACKEND": "x11"}
        service = webdriver.WebKitGTKService(shutil.which("WebKitWebDriver"), env=env)
        return self._held(hold, webdriver.WebKitGTK(webdriver.WebKitGTKOptions(), service))

    def _screen(self, hold: ExitStack) -> str:
        """A screen that nobody sees; its name. As large as the window: the mouse is on it, so that it has the focus."""
        name = self.folder / "screen"
        name.touch()
        size = f"{self.width}x{HEIGHT}x24"
        command = ["/bin/sh", "-c", 'exec Xvfb -displayfd 3 -screen 0 "$1" -nolisten tcp 3>"$0"', str(name), size]
        child = Child("Xvfb", command, log=self.folder / "xvfb.log")
        hold.callback(child.stop)
        child.wait_until(lambda: name.read_text().endswith("\n"))
        return f":{name.read_text().strip()}"


class Firefox(Engine):
    """By Marionette, Mozilla's own client: Debian has no geckodriver."""

    name = "Firefox"
    packages = ("firefox-esr",)

    def start(self, hold: ExitStack) -> Any:
        driver = Marionette(
            app="fxdesktop",
            bin=shutil.which("firefox-esr") or shutil.which("firefox"),
            port=free_port(),
            headless=True,
            gecko_log=str(self.folder / "firefox.log"),
            app_args=["--remote-allow-system-access"],
        )
        hold.callback(driver.cleanup)
        driver.start_session()
        hold.callback(driver.quit)
        return driver

    @property
    def version(self) -> str:
        return str(self.driver.session_capabilities["browserVersion"])

    def go(self, address: str) -> None:
        self.driver.navigate(address)

    def run(self, script: str, *arguments: Any) -> Any:
        # Without a sandbox, as the page's own scripts.
        return self.driver.execute_script(script, script_args=arguments, sandbox=None)

    def role_of(self, element: Any) -> str:
        return str(element.computed_role)

    def enter(self, frame: Any) -> None:
        self.driver.switch_to_frame(frame)

    def resize(self) -> None:
        # No window is narrower than 500 px, but the page in it may be.
        self.driver.set_window_rect(width=max(self.width, 500), height=HEIGHT)
        style = f"min-width: {self.width}px; max-width: {self.width}px"
        with self.driver.using_context("chrome"):
            self.driver.execute_script(f"gBrowser.selectedBrowser.style = '{style}'")

    def picture(self) -> bytes:
        return bytes(self.driver.screenshot(format="binary"))


ENGINES: tuple[type[Engine], ...] = (Chromium, WebKitGTK, Firefox)
