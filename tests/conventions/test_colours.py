"""Every colour is said in tokens.css and nowhere else; each that is used is there, each that is there is used."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
import tinycss2
from django.template import Context, Template
from tinycss2.color5 import parse_color

from pops.core.colours import colours

ROOT = Path(__file__).parents[2]
TOKENS = ROOT / "static" / "css" / "tokens.css"
# The demo's own pages are none of the practice's.
SHEETS = sorted(set(ROOT.glob("static/css/*.css")) - {TOKENS, ROOT / "static" / "css" / "demo.css"})
TEMPLATES = sorted(path for path in ROOT.glob("templates/**/*.html") if "local" not in path.parts)
SCRIPTS = sorted(ROOT.glob("static/js/*.js"))
EVERYWHERE = [TOKENS, *SHEETS, *TEMPLATES, *SCRIPTS]
NO_COLOURS = {"currentcolor", "transparent"}

DECLARATION = re.compile(r"(?P<name>[\w-]+)\s*:\s*(?P<value>[^;{}]+)(?=[;}])")
STYLED = re.compile(r'\b(style|fill|stroke|color|bgcolor)="([^"]*)"|<style>(.*?)</style>', re.S)
TAG = re.compile(r"\{\{.*?\}\}|\{%.*?%\}|\{#.*?#\}", re.S)


def declarations(css: str) -> list[tuple[str, str]]:
    """Names and values, in their order."""
    css = re.sub(r"/\*.*?\*/", "", css, flags=re.S)
    return [(found["name"], found["value"].strip()) for found in DECLARATION.finditer(css)]


def css_of(template: str) -> str:
    """What a template says in CSS: its style elements and attributes, as rules."""
    found = STYLED.findall(TAG.sub("inherit", template))
    return "".join(
        sheet or f"x {{ {style if name == 'style' else f'{name}: {style}'} }}" for name, style, sheet in found
    )


def colours_in(tokens: list[tinycss2.ast.Node]) -> Iterator[str]:
    """The colours that a value spells out, in functions too."""
    for token in tokens:
        if parse_color(token) and token.serialize().lower() not in NO_COLOURS:
            yield token.serialize()
        elif token.type == "function":
            yield from colours_in(token.arguments)


def literals(css: str) -> list[str]:
    values = [tinycss2.parse_component_value_list(value) for _, value in declarations(css)]
    return [colour for value in values for colour in colours_in(value)]


@pytest.mark.parametrize("value", ["#fff", "#0b5563", "white", "rgb(12 40 48 / 5%)", "hsl(0 50% 50%)", "OrangeRed"])
def test_a_spelt_out_colour_is_found(value):
    assert literals(f"a:hover {{ margin: 0; border: 1px solid {value}; }}") == [value]
    assert literals(f"@media print {{ b {{ background: linear-gradient({value}, var(--color-line)) }} }}") == [value]
    assert literals(f"b {{ color: color-mix(in oklab, {value} 5%, var(--x)) }}") == [value]
    assert literals(css_of(f'<p style="margin:0;color:{value}">')) == [value]
    assert literals(css_of(f'<path fill="{value}"/>')) == [value]
    assert literals(css_of(f"<style>.ink {{ color: {value} !important; }}</style>")) == [value]


def test_what_is_no_colour_is_not():
    assert (
        literals("#add, a[href^='#fff'] { color: var(--color-text); border: solid transparent; fill: currentcolor; }")
        == []
    )
    assert (
        literals("/* #fff */ .red:hover { white-space: nowrap; color: color-mix(in oklab, var(--a) 5%, var(--b)); }")
        == []
    )
    assert literals(css_of("""<a href="#fff" class="red" style="color:{{ 'muted'|light }}">white</a>""")) == []


def test_no_style_sheet_spells_out_a_colour():
    assert {path: found for path in SHEETS if (found := literals(path.read_text()))} == {}


def test_no_template_spells_out_a_colour():
    assert {path: found for path in TEMPLATES if (found := literals(css_of(path.read_text())))} == {}


def defined(css: str) -> set[str]:
    return {name for name, _ in declarations(css) if name.startswith("--")}


def used(text: str) -> set[str]:
    """In a style sheet by var(), in a script as "--name", in a mail by filter."""
    in_mails = re.findall(r"'([a-z-]+)'\|(?:light|dark)\b", text)
    return {*re.findall(r"var\((--[\w-]+)", text), *re.findall(r'"(--[\w-]+)"', text)} | {
        f"--color-{n}" for n in in_mails
    }


def test_uses_are_found():
    text = """color: var(--color-text); value("--color-line") {{ 'muted'|dark }} var(--none, var(--font))"""

    assert used(text) == {"--color-text", "--color-line", "--color-muted", "--none", "--font"}


def test_each_token_is_used():
    everywhere = "".join(path.read_text() for path in EVERYWHERE)

    assert defined(TOKENS.read_text()) - used(everywhere) == set()


def test_each_token_that_is_used_is_there():
    there, texts = defined(TOKENS.read_text()), {path: path.read_text() for path in EVERYWHERE}

    assert {path: lacks for path, text in texts.items() if (lacks := used(text) - there - defined(text))} == {}


def blocks(css: str) -> list[dict[str, str]]:
    """The rules of a style sheet, those in media queries too, as name and value."""
    return [
        dict(declarations(f"{body};"))
        for body in re.findall(r"\{([^{}]*)\}", re.sub(r"/\*.*?\*/", "", css, flags=re.S))
    ]


def test_dark_is_the_same_as_preferred_and_as_chosen():
    light, preferred, chosen, fixed = blocks(TOKENS.read_text())

    assert list(preferred.items()) == list(chosen.items())
    assert set(light) == set(chosen)
    assert not set(light) & set(fixed)


@pytest.mark.parametrize(("theme", "block"), [("light", 0), ("dark", 2)])
def test_mails_have_the_same_colours(theme, block):
    said = blocks(TOKENS.read_text())[block]

    assert colours(theme)
    assert {f"--color-{name}": value for name, value in colours(theme).items()}.items() <= said.items()


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_a_mail_with_a_colour_that_is_not_there_is_not_sent(theme):
    with pytest.raises(KeyError):
        Template(f"{{{{ 'mutd'|{theme} }}}}").render(Context())


@pytest.mark.parametrize("picture", ["logo.svg", "favicon.svg"])
def test_pictures_have_the_houses_colour(picture):
    assert f'fill="{colours("light")["primary"]}"' in (ROOT / "static" / "img" / picture).read_text()
