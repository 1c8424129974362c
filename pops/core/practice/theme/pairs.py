"""Which colours stand on which in the portal's style sheet, and how much contrast WCAG AA asks of each."""

from collections.abc import Iterator
from dataclasses import dataclass

from pops.core.practice.theme.mixing import contrast, mix
from pops.core.practice.theme.tones import AA, LARGE, Tones

NOTICES = ("info", "success", "error", "warning")
# Browsers round a mixed ground in their own way.
MIXED, SIGN = AA + 0.03, LARGE + 0.03


@dataclass(frozen=True)
class Pair:
    """What stands on what. `mover` is the colour of the theme that would be changed."""

    words: str
    front: str
    back: str
    needed: float
    mover: str

    @property
    def ratio(self) -> float:
        return contrast(self.front, self.back)

    @property
    def passes(self) -> bool:
        return self.ratio >= self.needed


def pairs_of(tones: Tones) -> Iterator[Pair]:
    """Every pair that is used, the plainest first."""
    for ground in ("background", "surface"):
        yield from _on_ground(tones, ground)
    for notice in NOTICES:
        yield from _in_notice(tones, notice)
    yield from _on_tints(tones)
    primary, hero = tones["primary"], tones["hero"]
    yield Pair("Words on a main button", tones["on-primary"], primary, AA, "primary")
    yield Pair("Words on a main button under the pointer", tones["on-primary"], tones["primary-hover"], AA, "primary")
    yield Pair("Words beside the balance", tones["on-hero"], hero, AA, "primary")
    yield Pair("The button beside the balance", tones["on-hero-button"], tones["hero-button"], AA, "primary")


def _on_ground(tones: Tones, ground: str) -> Iterator[Pair]:
    back = tones[ground]
    yield Pair(f"Words on the {ground}", tones["text"], back, AA, ground)
    yield Pair(f"Quiet words on the {ground}", tones["muted"], back, AA, ground)
    yield Pair(f"The border of a field on the {ground}", tones["line-strong"], back, LARGE, ground)
    yield Pair(f"Links on the {ground}", tones["primary"], back, AA, "primary")
    yield Pair(f"A second button on the {ground}", tones["secondary"], back, AA, "secondary")
    yield Pair(f"Errors on the {ground}", tones["error"], back, AA, "error")
    yield Pair(f"The frame of what has the focus, on the {ground}", tones["accent"], back, LARGE, "accent")
    for name, words in (("primary", "A link"), ("secondary", "A second button")):
        under = mix(tones[name], 0.08, back)
        yield Pair(f"{words} under the pointer, on the {ground}", tones[name], under, MIXED, name)


def _in_notice(tones: Tones, name: str) -> Iterator[Pair]:
    tone, back = tones[name], tones.tinted(name)
    yield Pair(f"Words in a notice of {name}", tones["text"], back, MIXED, name)
    yield Pair(f"Quiet words in a notice of {name}", tones["muted"], back, MIXED, name)
    yield Pair(f"Links in a notice of {name}", tones["primary"], back, MIXED, "primary")
    yield Pair(f"The sign of a notice of {name}", tone, back, SIGN, name)
    yield Pair(f"The sign of {name} on the surface", tone, tones["surface"], LARGE, name)
    if name != "warning":
        yield Pair(f"A heading of {name} on its notice", tone, back, MIXED, name)
        yield Pair(f"A tag of {name}", tone, mix(tone, 0.12, tones["surface"]), MIXED, name)


def _on_tints(tones: Tones) -> Iterator[Pair]:
    chosen, row = tones.tinted("primary"), mix(tones["primary"], 0.08, tones["surface"])
    yield Pair("Words of a choice that is taken", tones["text"], chosen, MIXED, "primary")
    yield Pair("Words of a row under the pointer", tones["text"], row, MIXED, "primary")
    yield Pair("Quiet words of a row under the pointer", tones["muted"], row, MIXED, "primary")
