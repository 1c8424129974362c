"""A theme in light, in the dark, and on paper. What is dark has the hue of what is light, and can be read."""

from functools import lru_cache

from pops.core.colours import colours
from pops.core.practice.theme.mixing import BLACK, WHITE, contrast, is_dark, lightness_of, with_lightness
from pops.core.practice.theme.pairs import pairs_of
from pops.core.practice.theme.tones import AA, Dark, Theme, Tones, complete, until

# How colourful a dark ground, and what stands on it, may be.
GROUND_CHROMA, TONE_CHROMA = 0.03, 0.16
LIGHTER = 0.02


@lru_cache(maxsize=512)
def tones_of(theme: Theme, scheme: str) -> Tones:
    """What a page shows in a scheme, "light" or "dark", whatever the device: `Theme.dark` may have decided."""
    shown = scheme if theme.dark == Dark.DEVICE else theme.dark
    if shown == "light" or is_dark(theme.surface):
        return complete(theme.nine)
    return _lighten(_darken(theme.nine))


def on_paper(theme: Theme) -> str:
    """The primary colour for white paper: darker until it can be read there."""
    primary = tones_of(theme, "light")["primary"]
    return until(primary, BLACK, lambda tone: contrast(tone, WHITE) >= AA)


def _darken(nine: dict[str, str]) -> dict[str, str]:
    """The house's dark colour where its light one was kept; else the same hue, as light as the house's dark one."""
    light, dark = colours("light"), colours("dark")
    made = {}
    for name, colour in nine.items():
        chroma = GROUND_CHROMA if name in ("background", "surface") else TONE_CHROMA
        own = with_lightness(colour, lightness_of(dark[name]), chroma)
        made[name] = dark[name] if colour == light[name] else own
    return made


def _lighten(nine: dict[str, str]) -> Tones:
    """Each colour lighter until all that it is used for can be read."""
    while True:
        tones = complete(nine)
        movers = {pair.mover for pair in pairs_of(tones) if not pair.passes and nine[pair.mover] != WHITE}
        if not movers:
            return tones
        lighter = {name: with_lightness(nine[name], min(1, lightness_of(nine[name]) + LIGHTER)) for name in movers}
        nine = nine | lighter
