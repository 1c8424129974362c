"""A theme as a style sheet, and the address that it is served at: it says the whole theme."""

import hashlib
import re
from functools import lru_cache

from django.core.signing import BadSignature, Signer
from django.urls import reverse

from pops.core.colours import SHEET
from pops.core.practice.theme.schemes import tones_of
from pops.core.practice.theme.tones import COLOURS, Dark, Theme, Tones, get_house_theme

HOUSE = get_house_theme()
# Raised when the same theme gives another sheet: addresses are kept by browsers for ever. The house's own colours count
# by themselves.
RELEASE = "1"
ADDRESS = re.compile(rf"((?:[0-9a-f]{{6}}-){{{len(COLOURS)}}})({'|'.join(Dark.values)})")
SIGNER = Signer(salt="pops.theme", sep=".")
VERSION = hashlib.sha256(SHEET.read_bytes() + RELEASE.encode()).hexdigest()[:8]


def theme_address(theme: Theme) -> str:
    """Where the theme's sheet is; empty for the house's own, which tokens.css says already."""
    return "" if theme == HOUSE else reverse("theme", args=[VERSION, _say(theme)])  # within a mirror, another place


@lru_cache(maxsize=512)
def _say(theme: Theme) -> str:
    """The theme as its address says it, signed."""
    return SIGNER.sign("-".join([*(colour.removeprefix("#") for colour in theme.nine.values()), theme.dark]))


def read_address(signed: str) -> Theme:
    """The theme that an address of ours says. Raises BadSignature: nobody else has us compute one."""
    said = ADDRESS.fullmatch(SIGNER.unsign(signed))
    if said is None:
        raise BadSignature(signed)
    colours = [f"#{part}" for part in said[1].split("-")[:-1]]
    return Theme(**dict(zip(COLOURS, colours, strict=True)), dark=said[2])


@lru_cache(maxsize=128)
def sheet_of(theme: Theme) -> str:
    """CSS. On paper no theme is worn: there colours are ink, and the page says which (pops.css)."""
    light, dark = (_declare(tones_of(theme, scheme)) for scheme in ("light", "dark"))
    return (
        f'@media screen {{\nhtml[data-theme="light"], :root {{\n{light}}}\n'
        f"@media (prefers-color-scheme: dark) {{ :root {{\n{dark}}} }}\n"
        f'html[data-theme="dark"] {{\n{dark}}}\n}}\n'
    )


def _declare(tones: Tones) -> str:
    said = {f"--color-{name}": colour for name, colour in tones.colours.items()}
    said |= {"--tint": f"{tones.tint:.0%}", "color-scheme": tones.base}
    if tones.base == "dark":
        said["--lift"] = "none"
    return "".join(f"  {name}: {value};\n" for name, value in said.items())
