"""Charts of a report: bars as SVG, made here and put into the page.

The page's content policy knows no style and no script but those of our own files, so what pygal brings of both is left
out: colours and letters are those of static/css/charts.css, in light, dark and forced colours alike. The picture is one
image to a screen reader, with a title and a sentence; its numbers stand beside it as a table.
"""

import calendar
import re
import uuid
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import pygal
from django.utils.safestring import SafeString, mark_safe
from pygal.etree import etree
from pygal.style import Style

from payments.reports.summing import Series
from payments.reports.tables import Kind
from pops.core.money import format_cents

# In the chart's own units. On a phone it is shown at half of that.
WIDTH, HEIGHT, LETTERS = 640, 260, 19
# How wide a letter is, and what the scale beside the bars takes.
LETTER, SCALE = 11.5, 80
# Of a scale: four lines, at round numbers.
LINES = 4
MONTHS = list(zip(calendar.month_name[1:], calendar.month_abbr[1:], strict=True))
# The year of a day.
A_DAY = re.compile(r"(?<=\d), \d{4}$")
# What pygal is told of every chart.
ALWAYS = {
    "style": Style(**{f"{what}_font_size": LETTERS for what in ("label", "major_label", "legend", "value", "title")}),
    "js": [],
    "css": [],
    "disable_xml_declaration": True,
    "explicit_size": False,
    "width": WIDTH,
    "height": HEIGHT,
    "margin": 4,
    "margin_right": 2 * LETTERS,
    "spacing": 6,
    "legend_at_bottom": True,
    "legend_box_size": LETTERS - 5,
    "truncate_legend": -1,
    "truncate_label": -1,
    "show_minor_x_labels": False,
    "print_values": False,
}
# What the looks and the script that pygal brings are made of.
NO_PICTURE = ("defs", "style", "script", "desc", "title")


@dataclass(frozen=True)
class Chart:
    """What a chart shows: a name for each bar, and its values by what they are (received, an average)."""

    title: str
    labels: Sequence[str]
    values: Mapping[str, Sequence[int | None]]
    is_money: bool = True
    of: str = "Day"  # what a bar is of
    is_dated: bool = True  # whether the bars follow one another, so that some of their names say the others

    @property
    def short(self) -> list[str]:
        """The names as there is room for them under the bars: Nov 30 for November 30, 2026."""
        return [_shorten(label) for label in self.labels]

    @property
    def words(self) -> Callable[[int | None], str]:
        """How a value is said."""
        return _cents if self.is_money else _number

    @property
    def rows(self) -> list[tuple[str, list[str]]]:
        """The same numbers for a table: each bar's name with its values in words."""
        columns = list(self.values.values())
        return [(label, [self.words(column[n]) for column in columns]) for n, label in enumerate(self.labels)]

    @property
    def has_any(self) -> bool:
        """Whether there is anything to draw."""
        return any(value for column in self.values.values() for value in column)


def chart_of(series: Series) -> Chart:
    """What a report gives for a chart, as a chart."""
    names, values = [name for name, _ in series.points], [value for _, value in series.points]
    measure = series.trend.measure
    of = (series.step or series.trend.name).capitalize()
    return Chart(
        series.trend.label,
        names,
        {measure.label: values},
        is_money=measure.kind == Kind.CENTS,
        of=of,
        is_dated=bool(series.step),
    )


def draw_bars(chart: Chart) -> SafeString:
    """The chart as SVG, to be put into a page that has charts.css."""
    bars = pygal.Bar(**_looks(chart))
    labels = chart.short if chart.is_dated else _fit(chart.short)
    bars.x_labels, bars.x_labels_major = labels, _some(labels) if chart.is_dated else labels
    for name, column in chart.values.items():
        bars.add(name, [value or None for value in column])
    root = bars.render_tree()
    _keep_the_picture(root)
    _tell(root, chart)
    return mark_safe(etree.tostring(root, encoding="unicode"))  # noqa: S308  pygal escapes the words that it is given


def _looks(chart: Chart) -> dict[str, Any]:
    scale = _scale(chart)
    return {
        **ALWAYS,
        "show_legend": len(chart.values) > 1,
        "legend_at_bottom_columns": len(chart.values),
        "y_labels": scale,
        "range": (scale[0], scale[-1]),
        "value_formatter": _whole_dollars if chart.is_money else _number,
    }


def _scale(chart: Chart) -> list[int]:
    """Round numbers from the lowest bar to the highest, with zero among them."""
    values = [value or 0 for column in chart.values.values() for value in column]
    low, high = min([0, *values]), max([0, *values])
    rough = max((high - low) // LINES, 100 if chart.is_money else 1)
    power = 10 ** (len(str(rough)) - 1)
    step = next(power * factor for factor in (1, 2, 5, 10) if power * factor >= rough)
    first, last = low // step, -(-high // step)
    return [step * n for n in range(first, max(last, first + 1) + 1)]


def _fit(labels: Sequence[str]) -> list[str]:
    """Names that don't follow from one another: each is written, a long one as far as there is room under its bar."""
    room = max(round((WIDTH - SCALE) / max(len(labels), 1) / LETTER), 4)
    return [label if len(label) <= room else f"{label[: room - 1].rstrip()}…" for label in labels]


def _some(labels: Sequence[str]) -> list[str]:
    """Those of the labels that are written, the last one among them."""
    bar = (WIDTH - SCALE) / max(len(labels), 1)
    for every in range(1, len(labels) + 1):
        shown = labels[::-1][::every]
        if all(((len(one) + len(other)) / 2 + 1) * LETTER <= every * bar for one, other in pairwise(shown)):
            return list(shown)
    return []


def _keep_the_picture(root: Any) -> None:
    """Leave out what the content policy refuses, and say of each bar what its script would have said."""
    for parent in list(root.iter()):
        said = {child.get("class"): child.text for child in parent if child.tag == "desc"}
        for child in list(parent):
            is_picture = isinstance(child.tag, str) and child.tag not in NO_PICTURE
            if not is_picture or child.get("class", "").endswith("overlay"):
                parent.remove(child)
        parent.attrib.pop("id", None)
        if "value" in said:
            etree.SubElement(parent, "title").text = f"{said.get('x_label', '')}: {said['value']}"


def _tell(root: Any, chart: Chart) -> None:
    """One image, with a title and what it shows in a sentence."""
    names = {part: f"chart-{part}-{uuid.uuid4().hex[:8]}" for part in ("title", "desc")}
    root.set("role", "img")
    root.set("aria-labelledby", " ".join(names.values()))
    for place, (part, words) in enumerate((("title", chart.title), ("desc", _describe(chart)))):
        told = etree.Element(part, {"id": names[part]})
        told.text = words
        root.insert(place, told)


def _describe(chart: Chart) -> str:
    """What is worth telling of it: how many bars, and the highest."""
    sentences = []
    for name, column in chart.values.items():
        known = [(value, label) for value, label in zip(column, chart.labels, strict=True) if value is not None]
        if known:
            value, label = max(known, key=lambda one: one[0])
            sentences.append(f"{name}: the highest is {chart.words(value)}, {label}.")
    return " ".join([f"{len(chart.labels)} bars.", *sentences, "The numbers are in the table."])


def _shorten(label: str) -> str:
    label = label.removeprefix("week of ")
    for name, short in MONTHS:
        label = label.replace(name, short, 1) if label.startswith(name) else label
    return A_DAY.sub("", label)


def _cents(value: int | None) -> str:
    return "" if value is None else format_cents(value)


def _whole_dollars(cents: int) -> str:
    return format_cents(cents).removesuffix(".00")


def _number(value: int | None) -> str:
    return "" if value is None else f"{value:,}"
