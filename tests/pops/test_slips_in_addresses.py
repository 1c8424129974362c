"""A mistyped email address is asked about, and a right one never is."""

import pytest

from pops.core.typos import find_meant


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("maria@gmial.com", "maria@gmail.com"),
        ("maria@gmail.con", "maria@gmail.com"),
        ("maria@yaho.com", "maria@yahoo.com"),
        ("maria@HOTMIAL.com", "maria@hotmail.com"),
        ("maria@practice.con", "maria@practice.com"),
    ],
)
def test_a_slip_is_found(typed, meant):
    assert find_meant(typed) == meant


@pytest.mark.parametrize(
    "typed",
    ["maria@gmail.com", "maria@email.com", "maria@example.com", "maria@hotmail.co.uk", "maria@live.ca", "maria", ""],
)
def test_what_is_somebodys_is_not_asked_about(typed):
    assert find_meant(typed) == ""
