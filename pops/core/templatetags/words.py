"""Template filters of the house, loaded everywhere."""

from django import template

from pops.core import colours, words
from pops.core.money import format_cents

register = template.Library()
register.filter("money", format_cents)
register.filter("day", words.day)
register.filter("at", words.at)
register.filter("tel", words.tel)
register.filter("light", colours.light)
register.filter("dark", colours.dark)
