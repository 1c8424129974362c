"""The footer's sentence: only what is known, and what is known is a link."""

import pytest

from pops.core.templatetags.words import call_or_write

CALL = '<a href="tel:5550104410">(555) 010-4410</a>'
WRITE = '<a href="mailto:billing@example.com">billing@example.com</a>'


@pytest.mark.parametrize(
    ("phone", "email", "sentence"),
    [
        ("(555) 010-4410", "billing@example.com", f"Call {CALL} or write to {WRITE}."),
        ("(555) 010-4410", "", f"Call {CALL}."),
        ("", "billing@example.com", f"Write to {WRITE}."),
    ],
)
def test_call_or_write(phone, email, sentence):
    assert call_or_write(phone, email) == sentence


def test_names_stay_text():
    assert "<b>" not in call_or_write("<b>1", '"><b>@example.com')
