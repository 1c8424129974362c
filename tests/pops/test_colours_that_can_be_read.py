"""Each pair of colours that is used is held against WCAG AA, with the nearest that passes; the dark always does."""

from dataclasses import replace

import pytest
from django.core.exceptions import ValidationError
from hypothesis import given, settings
from hypothesis import strategies as st

from pops.core.colours import colours
from pops.core.practice.models import Group
from pops.core.practice.theme import COLOURS, HOUSE, Dark, Theme, find_problems, on_paper, tones_of
from pops.core.practice.theme.mixing import contrast
from pops.core.practice.theme.pairs import pairs_of
from tests.factories.themes import HARSH

any_colour = st.integers(0, 0xFFFFFF).map("#{:06x}".format)
themes = st.builds(Theme, **{name: any_colour for name in COLOURS})


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_houses_own_colours_give_what_tokens_css_says(scheme):
    made, said = tones_of(HOUSE, scheme).colours, colours(scheme)

    assert {name: made[name] for name in made if name in said} == {name: said[name] for name in made if name in said}
    assert find_problems(HOUSE) == []


@pytest.mark.parametrize("theme", HARSH.values(), ids=HARSH)
def test_a_harsh_theme_that_can_be_read_is_taken(theme):
    assert find_problems(theme) == []


def test_a_pair_that_can_not_be_read_is_named_with_its_ratio_and_what_would_pass():
    (problem,) = find_problems(replace(HOUSE, primary="#ffd400"))

    assert problem.mover == "primary"
    assert problem.words == (
        "Links on the background: the contrast is 1.3 to 1, and 4.5 to 1 is needed. "
        "The nearest primary colour that passes is #816600."
    )
    assert find_problems(replace(HOUSE, primary=problem.nearest)) == []


def test_it_is_said_beside_the_field_and_nothing_is_saved():
    group = Group(name="Pediatrics", success="#00ff00", accent="#ffffff")

    with pytest.raises(ValidationError) as refused:
        group.full_clean(validate_unique=False)

    assert set(refused.value.message_dict) == {"success", "accent"}


@pytest.mark.parametrize("typed", ["red", "#12345", "#12345g", "rgb(0 0 0)", "#1234567", "#0b5563;}body{display:none"])
def test_what_is_no_colour_is_refused(typed):
    with pytest.raises(ValidationError) as refused:
        Group(name="Pediatrics", primary=typed).full_clean(validate_unique=False)

    assert set(refused.value.message_dict) == {"primary"}


def test_capital_letters_are_the_same_colour():
    group = Group(name="Pediatrics", primary="#0B5563")
    group.full_clean(validate_unique=False)

    assert group.theme == HOUSE


def test_only_what_is_shown_counts():
    pale = replace(HOUSE, primary="#7cccd6")

    assert find_problems(pale) != []
    assert find_problems(replace(pale, dark=Dark.LIGHT)) != []
    assert find_problems(replace(pale, dark=Dark.DARK)) == []


@settings(max_examples=20)
@given(themes)
def test_the_dark_can_be_read_whatever_was_chosen(theme):
    tones = tones_of(replace(theme, dark=Dark.DARK), "dark")
    grounds_fight = find_problems(theme) and tones["surface"] == theme.surface

    assert grounds_fight or [pair for pair in pairs_of(tones) if not pair.passes] == []


@settings(max_examples=20)
@given(themes)
def test_paper_is_white_and_its_ink_can_be_read(theme):
    assert contrast(on_paper(theme), "#ffffff") >= 4.5


@settings(max_examples=8)
@given(any_colour)
def test_taking_the_nearest_colour_is_enough(primary):
    theme = replace(HOUSE, primary=primary)
    for problem in find_problems(theme):
        theme = replace(theme, primary=problem.nearest)

    assert find_problems(theme) == []
