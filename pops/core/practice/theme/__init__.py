"""A Group's theme: nine colours, and how it is dark. Knows no model and no page."""

from pops.core.practice.theme.problems import Problem, find_problems
from pops.core.practice.theme.schemes import on_paper, tones_of
from pops.core.practice.theme.sheet import HOUSE, VERSION, read_address, sheet_of, theme_address
from pops.core.practice.theme.tones import COLOUR, COLOURS, Dark, Theme, Tones

__all__ = [
    "COLOUR",
    "COLOURS",
    "HOUSE",
    "VERSION",
    "Dark",
    "Problem",
    "Theme",
    "Tones",
    "find_problems",
    "on_paper",
    "read_address",
    "sheet_of",
    "theme_address",
    "tones_of",
]
