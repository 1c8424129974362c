"""A name said at sign-in fits the one on file by its words."""

import pytest
from django.db import connection

from pops.logins.by_name import is_called

pytestmark = pytest.mark.django_db

NAMES = [
    ("Robert O'Connell", "", "rob", "oconnell", False),
    ("Robert O'Connell", "Rob", "rob", "oconnell", True),
    ("Robert O'Connell", "", "robert", "o connell", True),
    ("Maria Jose Alvarez Mendez", "", "maria", "alvarez mendez", True),
    ("Maria Jose Alvarez Mendez", "", "maria jose", "mendez", True),
    ("Maria Jose Alvarez Mendez", "", "jose", "alvarez mendez", True),
    ("Maria Jose Alvarez Mendez", "", "maria", "alvarez", False),
    ("ALVAREZ, MARIA J", "", "maria", "alvarez", True),
    ("Nguyen Thi Hong Nhung", "", "nhung", "nguyen", True),
    ("John Smith Jr.", "", "john", "smith", True),
    ("John Smith", "", "john", "smith iii", True),
    ("Mary-Ann Smith", "", "maryann", "smith", True),
    ("王小明", "", "小明", "王", True),
    ("王小明", "", "王", "小明", True),
    ("Madonna", "", "madonna", "madonna", True),
    ("Maria Alvarez", "", "m", "alvarez", False),
    ("Maria Alvarez", "", "alvarez", "alvarez", False),
    ("Maria Alvarez", "", "maria", "", False),
    ("Maria Alvarez", "", "", "alvarez", False),
    ("Maria Alvarez", "", "maria", "maria", False),
]


@pytest.mark.parametrize(("name", "called", "first", "last", "fits"), NAMES)
def test_names_are_compared_by_their_words(name, called, first, last, fits):
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT accounts_words(accounts_folded(v)) FROM unnest(%s::text[]) WITH ORDINALITY AS u (v, n) ORDER BY n",
            [[name, called, first, last]],
        )
        on_file, preferred, one, other = [row[0] for row in cursor.fetchall()]

    assert is_called(on_file, preferred, first=one, last=other) is fits
