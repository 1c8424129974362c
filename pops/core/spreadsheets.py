"""What a spreadsheet does to the cells of a CSV file, and keeping it from that."""

import calendar
import re
import unicodedata

# A cell that begins with one of these is run as a formula.
FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n")
# So that ours is told from one that was there, it gets a second apostrophe.
RUN = (*FORMULA, "'")
# What nobody sees before one, and some programs take away: spaces, ends of lines, signs without a width.
UNSEEN = re.compile(r"[\s\x00-\x1f\x7f-\x9f\u00ad\u180e\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufeff]+")
# A cell of only these is made a number, a date, a time or a truth: 123 of 000123, 4.7E+13 of 47E012, a day of 9-1.
MONTHS = "|".join([*calendar.month_name[1:], *calendar.month_abbr[1:]])
VALUE = re.compile(rf"(?=.*\d)(?:[\d\s.,:/+%$€£¥()-]|E|AM|PM|{MONTHS})+|TRUE|FALSE", re.IGNORECASE)
# Most names and words: a letter first and no digit at all.
PLAIN = re.compile(r"[A-Za-z][^0-9]*")
# Read as a number it is still the same digits: a spreadsheet keeps fifteen.
SAME_AS_NUMBER = re.compile(r"[1-9][0-9]{0,14}")


def text(value: object) -> str:
    """Text that a spreadsheet neither runs nor changes: what it would run or change gets an apostrophe before it.

    So does what begins with an apostrophe: a program that takes one away has the very text. Full-width signs and other
    spaces are taken for the plain ones, as spreadsheets in East Asia do, and what nobody sees before a formula is none.
    """
    words = "" if value is None else str(value)
    if words.isascii() and PLAIN.fullmatch(words) and words[:5].upper().strip() not in ("TRUE", "FALSE"):
        return words  # what the rest would say, in a tenth of the time
    plain = unicodedata.normalize("NFKC", words).strip(" ")
    is_changed = VALUE.fullmatch(plain) and not SAME_AS_NUMBER.fullmatch(words)
    unseen = UNSEEN.match(plain)
    is_run = plain.startswith(RUN) or plain.startswith(RUN, unseen.end() if unseen else 0)
    return f"'{words}" if is_changed or is_run else words
