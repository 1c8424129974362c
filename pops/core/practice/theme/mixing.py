"""What browsers do with colours, done beforehand. All colours are #rrggbb, small letters."""

from functools import lru_cache

from coloraide import Color

BLACK, WHITE = "#000000", "#ffffff"


@lru_cache(maxsize=20_000)
def contrast(one: str, other: str) -> float:
    """The ratio of two colours as WCAG has it, 1 to 21."""
    return Color(one).contrast(other, method="wcag21")


@lru_cache(maxsize=20_000)
def mix(one: str, share: float, other: str) -> str:
    """`color-mix(in oklab, one share, other)`, the share from 0 to 1."""
    return _hex(Color(other).mix(one, share, space="oklab", out_space="srgb"))


@lru_cache(maxsize=20_000)
def with_lightness(colour: str, lightness: float, chroma: float = 0.4) -> str:
    """The same hue in OKLCH, lighter or darker, as colourful as it was but for what a screen can't show."""
    made = Color(colour).convert("oklch", norm=False)
    made.set({"lightness": lightness, "chroma": min(made["chroma"], chroma)})
    return _hex(made.fit("srgb", method="oklch-chroma").convert("srgb"))


@lru_cache(maxsize=20_000)
def lightness_of(colour: str) -> float:
    """In OKLCH, 0 to 1."""
    return Color(colour).convert("oklch")["lightness"]


def is_dark(ground: str) -> bool:
    """Whether white words are read better on it than black ones."""
    return contrast(ground, WHITE) > contrast(ground, BLACK)


def _hex(colour: Color) -> str:
    return colour.to_string(hex=True, fit="clip", comma=False)[:7]
