"""What follows from a theme's nine colours: those of words, lines and buttons.

The house's own nine give exactly what static/css/tokens.css says. A colour that differs is followed by the others: a
muted word gets nearer to the text until it can be read.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields

from django.db import models

from pops.core.colours import colours
from pops.core.practice.theme.mixing import BLACK, WHITE, contrast, is_dark, lightness_of, mix, with_lightness

# What a Group sets, as the fields of Theme, of Group, and in tokens.css.
COLOURS = ("background", "surface", "primary", "secondary", "accent", "info", "success", "error", "warning")
COLOUR = re.compile(r"#[0-9a-f]{6}")
AA, LARGE = 4.5, 3.0
# How much of its tone a notice has: --tint in tokens.css.
TINTS = {"light": 0.09, "dark": 0.17}
# How much of the text's colour lines and bands have, on a surface that is not the house's.
LINES = {"line": 0.14, "line-medium": 0.26, "band": 0.06}
STEPS = 20


class Dark(models.TextChoices):
    """When the dark tones are shown."""

    DEVICE = "device", "As the guarantor's device is set"
    LIGHT = "light", "Always light"
    DARK = "dark", "Always dark"


@dataclass(frozen=True)
class Theme:
    """What a Group sets. Each colour #rrggbb, small letters."""

    background: str
    surface: str
    primary: str
    secondary: str
    accent: str
    info: str
    success: str
    error: str
    warning: str
    dark: str = Dark.DEVICE

    @property
    def nine(self) -> dict[str, str]:
        return {name: getattr(self, name) for name in COLOURS}


@dataclass(frozen=True)
class Tones:
    """All that a style sheet, a mail or a paper needs of one scheme."""

    base: str  # the house's scheme it is made from: "light" or "dark"
    colours: Mapping[str, str]

    def __getitem__(self, name: str) -> str:
        return self.colours[name]

    @property
    def tint(self) -> float:
        return TINTS[self.base]

    def tinted(self, tone: str) -> str:
        """The ground of a notice."""
        return mix(self[tone], self.tint, self["tint-ground"])


def get_house_theme() -> Theme:
    """The house's own, which a Group has until it sets another."""
    return Theme(**{name: colours("light")[name] for name in COLOURS})


def complete(nine: Mapping[str, str]) -> Tones:
    """All tones of nine colours."""
    base = "dark" if is_dark(nine["surface"]) else "light"
    house = colours(base)
    is_house = all(nine[name] == house[name] for name in ("background", "surface"))
    text = _readable(house["text"], nine["background"], nine["surface"])
    made = {
        **nine,
        "text": text,
        **{name: mix(text, share, nine["surface"]) for name, share in LINES.items()},
        **({name: house[name] for name in LINES if name in house} if is_house else {}),
        "tint-ground": _tint_ground(nine["surface"], base),
        **_on_primary(nine["primary"], base),
    }
    made |= _hero(made, base)
    made["muted"] = until(house["muted"], text, lambda tone: _is_read_everywhere(tone, Tones(base, made)))
    grounds = (nine["background"], nine["surface"])
    made["line-strong"] = until(
        house["line-strong"], text, lambda tone: all(contrast(tone, ground) >= LARGE for ground in grounds)
    )
    return Tones(base, made)


def _readable(text: str, *grounds: str) -> str:
    """The house's text, or black or white where that is not enough."""
    return max([text, BLACK, WHITE], key=lambda tone: min(AA, *(contrast(tone, ground) for ground in grounds)))


def _on_primary(primary: str, base: str) -> dict[str, str]:
    """The words of a button, and its ground under the pointer: further from them."""
    house = colours(base)
    if primary == house["primary"]:
        return {name: house[name] for name in ("on-primary", "primary-hover")}
    words = max([house["on-primary"], WHITE, BLACK], key=lambda tone: min(AA, contrast(tone, primary)))
    return {"on-primary": words, "primary-hover": mix(WHITE if is_dark(words) else BLACK, 0.18, primary)}


def _hero(made: Mapping[str, str], base: str) -> dict[str, str]:
    """A balance: in light the primary colour, in the dark a deep one of its hue."""
    house, primary, words = colours(base), made["primary"], made["on-primary"]
    if base == "light":
        return {"hero": primary, "on-hero": words, "hero-button": words, "on-hero-button": primary}
    deep = with_lightness(primary, lightness_of(house["hero"]), 0.07)
    hero = house["hero"] if primary == house["primary"] else deep
    return {"hero": hero, "on-hero": house["on-hero"], "hero-button": primary, "on-hero-button": words}


def _tint_ground(surface: str, base: str) -> str:
    """What a notice's tone is laid on."""
    if base == "light":
        return surface
    house = colours(base)
    return house["tint-ground"] if surface == house["surface"] else mix(BLACK, 0.4, surface)


def _is_read_everywhere(tone: str, tones: Tones) -> bool:
    grounds = [tones["background"], tones["surface"], mix(tones["primary"], 0.08, tones["surface"])]
    grounds += [tones.tinted(name) for name in ("primary", "info", "success", "error", "warning")]
    return all(contrast(tone, ground) >= AA for ground in grounds)


def until(tone: str, towards: str, holds: Callable[[str], bool]) -> str:
    """A tone, as near as it can stay while something holds; the other end when nothing does."""
    steps = (mix(towards, step / STEPS, tone) if step else tone for step in range(STEPS))
    return next((one for one in steps if holds(one)), towards)


assert tuple(field.name for field in fields(Theme))[:-1] == COLOURS
