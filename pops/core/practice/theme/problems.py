"""What of a theme can't be read, and the nearest colour that can."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import lru_cache

from pops.core.practice.theme.mixing import BLACK, WHITE, contrast, lightness_of, with_lightness
from pops.core.practice.theme.pairs import Pair, pairs_of
from pops.core.practice.theme.schemes import tones_of
from pops.core.practice.theme.tones import AA, LARGE, Dark, Theme

# How finely the nearest colour is looked for, in lightness.
STRIDE = 0.01


@dataclass(frozen=True)
class Problem:
    """A pair that can't be read, and the nearest colour with which it and all others of its mover can."""

    pair: Pair
    nearest: str
    in_dark: bool

    @property
    def mover(self) -> str:
        """The field to change."""
        return self.pair.mover

    @property
    def words(self) -> str:
        """For the administrator who chose the colours."""
        where = " in the dark" if self.in_dark else ""
        ratio, needed = int(self.pair.ratio * 10) / 10, AA if self.pair.needed >= AA else LARGE
        return (
            f"{self.pair.words}{where}: the contrast is {ratio:g} to 1, and {needed:g} to 1 is needed. The nearest "
            f"{self.mover} colour that passes is {self.nearest}."
        )


@lru_cache(maxsize=256)
def find_problems(theme: Theme) -> list[Problem]:
    """For each colour of the theme the first pair that can't be read, in light and in the dark, as they are shown."""
    found = []
    for scheme in ("light", "dark") if theme.dark == Dark.DEVICE else (theme.dark,):
        failing: dict[str, Pair] = {}
        for pair in pairs_of(tones_of(theme, scheme)):
            if not pair.passes:
                failing.setdefault(pair.mover, pair)
        found += [Problem(pair, _nearest(theme, scheme, pair), in_dark=scheme == "dark") for pair in failing.values()]
    return found


def _nearest(theme: Theme, scheme: str, pair: Pair) -> str:
    """The colour of the same hue, as near in lightness as can be, with which all pairs of the mover pass."""
    for candidate in _strides(getattr(theme, pair.mover)):
        tones = tones_of(replace(theme, **{pair.mover: candidate}), scheme)
        if all(one.passes for one in pairs_of(tones) if one.mover == pair.mover):
            return candidate
    return max(BLACK, WHITE, key=lambda tone: contrast(tone, pair.back))


def _strides(colour: str) -> Iterator[str]:
    """Lighter and darker by turns, further and further."""
    start = lightness_of(colour)
    for step in range(1, int(1 / STRIDE) + 1):
        for lightness in (start - step * STRIDE, start + step * STRIDE):
            if 0 <= lightness <= 1:
                yield with_lightness(colour, lightness)
