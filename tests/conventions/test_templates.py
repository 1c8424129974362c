"""Templates are read by people: short lines, and no sentence put together by an if within an if; Python sends it."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2] / "templates"
TEMPLATES = sorted(path for path in ROOT.glob("**/*.*") if path.is_file())
LONGEST = 160

# What ends a run of text: these begin on a line of their own when a browser shows them.
BLOCK = (
    "address|article|aside|body|caption|dd|details|div|dl|dt|fieldset|figure|footer|form|h1|h2|h3|h4|head|header|html|"
    "legend|li|main|nav|ol|option|p|section|select|style|summary|table|tbody|td|tfoot|th|thead|title|tr|ul"
)
BOUNDARY = re.compile(
    rf"</?(?:{BLOCK})\b(?:\{{%.*?%\}}|\{{\{{.*?\}}\}}|[^>])*>|\n\s*\n|\{{% (?:end)?block\b.*?%\}}", re.S
)
HTML_TAG = re.compile(r"</?[a-z][\w-]*(?:\{%.*?%\}|\{\{.*?\}\}|[^>])*>", re.S)
COMMENT = re.compile(r"\{#.*?#\}", re.S)
DECISION = re.compile(r"\{% (if|elif|endif)\b.*?%\}|([^\W\d_]+)")
TAGS = re.compile(r"\{\{.*?\}\}|\{% (?!if|elif|endif).*?%\}|&\w+;", re.S)


def too_long(template: str) -> list[int]:
    """The numbers of the lines that are too long."""
    return [number for number, line in enumerate(template.splitlines(), 1) if len(line) > LONGEST]


def is_knotted(text: str) -> bool:
    """Whether a run of text has an if within an if, or words beside a choice of more than two.

    A choice between whole sentences is none, however many there are.
    """
    depth, has_words, has_words_beside, is_nested, is_choice = 0, False, False, False, False
    for decision, word in DECISION.findall(TAGS.sub("", text)):
        has_words |= bool(word)
        has_words_beside |= bool(word) and depth == 0
        # An end without a beginning is that of an if around blocks.
        depth = max(0, depth + {"if": 1, "endif": -1}.get(decision, 0))
        is_nested |= depth > 1
        is_choice |= decision == "elif" and depth == 1
    return (is_nested and has_words) or (is_choice and has_words_beside)


def knots(template: str) -> list[str]:
    """Sentences that decide within a decision. What a tag's attributes decide is no sentence."""
    runs = BOUNDARY.split(COMMENT.sub("", template))
    texts = [" ".join(HTML_TAG.sub("", run).split()) for run in runs]
    return [text for text in texts if is_knotted(text)]


@pytest.mark.parametrize(
    "sentence",
    [
        "Disputed.{% if a %} Not yet.{% if b %} Until {{ b }}.{% endif %}{% endif %}",
        "{% if a %}Reply{% if b %} or call <a href='tel:1'>{{ b }}</a>{% endif %}.{% else %}Call.{% endif %}",
        "{% if a %}You{% elif b %}The portal{% else %}{{ c }}{% endif %} took {{ d }}",
    ],
)
def test_a_sentence_of_ifs_is_found(sentence):
    assert knots(sentence)
    assert knots(
        f"{{% if x %}}\n<p>A whole one.</p>\n<p class='{{% if y %}}z{{% endif %}}'>{sentence}</p>\n{{% endif %}}"
    )


@pytest.mark.parametrize(
    "template",
    [
        "opened by {{ a }}{% if b %}, {{ b }}{% endif %}{% if c %}, supplement {{ c }}{% endif %}",
        "{% if a %}call us at {{ a }}.{% elif b %}write to {{ b }}.{% else %}contact the practice.{% endif %}",
        "{% if a %}<p>One.{% if b %} Two.{% endif %}</p>{% endif %}",
        '<input class="a{% if b %} c{% if d %} e{% endif %}{% endif %}">{# {% if a %}{% if b %} #}',
        "{% if a %}{{ a }}{% if b %} &rsaquo; {{ b }}{% endif %}{% endif %}",
    ],
)
def test_what_is_no_sentence_of_ifs_is_not(template):
    assert knots(template) == []


def test_a_long_line_is_found():
    assert too_long(f"{'a' * LONGEST}\n{'a' * (LONGEST + 1)}\n") == [2]


def test_each_template_can_be_read():
    texts = {path.relative_to(ROOT): path.read_text() for path in TEMPLATES}

    assert {path: found for path, text in texts.items() if (found := [*too_long(text), *knots(text)])} == {}
