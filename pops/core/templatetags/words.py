"""Template filters of the house, loaded everywhere."""

from django import template
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from pops.core import colours, words
from pops.core.money import format_cents, plain_dollars
from pops.core.practice.pictures import picture_url
from pops.core.practice.theme import Theme, tones_of

register = template.Library()
register.filter("money", format_cents)
register.filter("dollars", plain_dollars)
register.filter("day", words.day)
register.filter("at", words.at)
register.filter("tel", words.tel)
register.filter("picture", picture_url)


@register.filter
def light(name: str, theme: Theme | None = None) -> str:
    """A colour by its name without --color-, in a mail: {{ 'muted'|light:theme }}. Raises KeyError."""
    return tones_of(theme, "light")[name] if theme else colours.light(name)


@register.filter
def dark(name: str, theme: Theme | None = None) -> str:
    """The same for a mail program that is dark."""
    return tones_of(theme, "dark")[name] if theme else colours.dark(name)


@register.simple_tag
def call_or_write(phone: str, email: str) -> SafeString:
    """Call (555) 010-4410 or write to billing@example.com. With links, and only what is known."""
    ways = [
        ("Call", "tel", words.tel(phone), phone),
        ("or write to" if phone else "Write to", "mailto", email, email),
    ]
    return format_html("{}.", format_html_join(" ", '{} <a href="{}:{}">{}</a>', [way for way in ways if way[-1]]))
