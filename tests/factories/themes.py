"""Themes that ask much of a page, and can be read."""

from pops.core.practice.theme import Dark, Theme

HARSH = {
    "black and yellow": Theme(
        background="#000000",
        surface="#0a0a0a",
        primary="#ffff00",
        secondary="#00ffff",
        accent="#ff66ff",
        info="#66ccff",
        success="#00ff00",
        error="#ff8080",
        warning="#ffcc00",
    ),
    "pink": Theme(
        background="#ffe4f0",
        surface="#fff5fa",
        primary="#a3005c",
        secondary="#7a1fa2",
        accent="#c2185b",
        info="#5b2fc9",
        success="#1b5e20",
        error="#a50000",
        warning="#8a4b00",
        dark=Dark.DEVICE,
    ),
    "grey as paper, always dark": Theme(
        background="#e0e0e0",
        surface="#f5f5f5",
        primary="#333333",
        secondary="#444444",
        accent="#000000",
        info="#333366",
        success="#1e4620",
        error="#7f0000",
        warning="#5d4000",
        dark=Dark.DARK,
    ),
}
