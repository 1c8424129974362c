"""No text that people or the practice's system write holds a card's number, whatever its door: none is forgotten."""

from collections.abc import Iterator
from typing import Any

import pytest
from django import forms
from django.contrib import admin
from rest_framework import serializers

from pops.core.card_numbers import WORDS, holds_card_number, is_number
from pops.core.imports.kinds import KINDS
from pops.core.imports.places import PLACES
from pops.core.imports.readers.faults import Bad
from pops.web.api.fields import Query, Shape, Text
from pops.web.backoffice.lists.accounts import PatientInline
from pops.web.portal.pages import PlaceForm
from pops.web.typed import KeepsNoCards, TypedForm
from tests.api.walking import endpoints

CARD = "4242 4242 4242 4242"
# Nothing that is typed into these is kept: what is asked for is looked up, and a sign-in's codes and facts compared.
KEEP_NOTHING = (PlaceForm, "pops.web.sign_in.", "SpanForm")
# By what a column is a name or number of another row, or a phone's: never kept as it is said.
NAMES_ANOTHER = {"phone", "tax_id", "group"}


@pytest.mark.parametrize(
    "text",
    [
        CARD,
        "4242424242424242",
        "Visa 4242-4242-4242-4242 12/29",
        "visit 12 4242 4242 4242 4242 1229 123",
        "card 4242\u00a04242\u00a04242\u00a04242, called at 5",
        "3714 496353 98431",
        "371449635398431",
        "5555 5555 5555 4444",
        "2223003122003222",
        "6011111111111117",
        "30569309025904",
        "3566002020360505",
        "6205 5000 0000 0000 004",
        "4222222222222",
    ],
)
def test_card_numbers_are_found_as_people_write_them(text):
    assert holds_card_number(text)


@pytest.mark.parametrize(
    "text",
    [
        "Visa ending in 4242, approval 00A12",
        "4242424242424241",  # a digit off
        "424242424242424200",  # of another length than its brand's
        "1234567812345670",  # the check digit is right, and no brand begins so
        "42424242424242424242424242424242",  # a part of something longer
        "Call 410-555-0100 443-555-0101 518-555-0199",
        "+4242424242424242",
        "2026-11-30 2026-12-01 2026-12-02",
        "30-11-2026 30-11-2026",
        "Check 1042, routing 021000021, account 000123456789",
        "Visits 67563-4 67563-5 67563-6",
        "",
    ],
)
def test_what_is_no_card_number_is_left_alone(text):
    assert not holds_card_number(text)


def test_a_form_refuses_one_in_words_but_in_numbers():
    class Form(TypedForm):
        memo = forms.CharField()
        check_1_number = forms.CharField()
        account_number = forms.CharField()

        def __init__(self, *args: Any) -> None:
            super().__init__(*args)
            self.fields["reason"] = forms.CharField()

    form = Form({name: CARD for name in ("memo", "check_1_number", "account_number", "reason")})

    assert form.errors == {name: [f"This {WORDS}."] for name in ("memo", "reason")}


def below(kind: type[Any]) -> Iterator[type[Any]]:
    for one in kind.__subclasses__():
        yield one
        yield from below(one)


def test_each_form_of_ours_is_one_that_refuses_them():
    assert list(endpoints())  # every page's form is there once its address is
    ours = {form for form in below(forms.BaseForm) if form.__module__.startswith("pops.")}

    kept = {form for form in ours if not keeps_nothing(form)}

    assert len(kept) > 40
    assert [form for form in kept if not issubclass(form, KeepsNoCards)] == []


def keeps_nothing(form: type[Any]) -> bool:
    return form.__module__.startswith(KEEP_NOTHING[1]) or issubclass(form, PlaceForm) or form.__name__ in KEEP_NOTHING


def test_each_page_of_rows_has_such_a_form():
    pages = {
        page
        for one in admin.site._registry.values()
        if type(one).__module__.startswith("pops.")
        for page in (one, *one.inlines, *one.get_inlines(None, None))
    }

    assert {page for page in pages if not issubclass(page.form, KeepsNoCards)} == {PatientInline}  # only read


def fields_of_bodies() -> Iterator[tuple[str, Any]]:
    for shape in below(Shape):
        if shape.__module__.startswith("pops.") and not issubclass(shape, Query):
            for name, field in shape().fields.items():
                if isinstance(field, serializers.CharField) and not field.read_only:
                    yield f"{shape.__name__}.{name}", field


def test_each_text_of_a_body_refuses_them():
    list(endpoints())  # all shapes are there once their addresses are
    found = dict(fields_of_bodies())

    taken = {name for name, field in found.items() if not is_number(field.field_name) and not refuses(field)}

    assert {"PaymentShape.memo", "CopayShape.memo", "PaymentShape.second_reason"} <= set(found)
    assert all(isinstance(found[name], Text) and not found[name].is_free for name in taken)


def refuses(field: Any) -> bool:
    try:
        field.to_internal_value(CARD)
    except serializers.ValidationError as failure:
        return [one.code for one in failure.detail] == ["card_number"]
    return False


@pytest.mark.parametrize("kind", [*KINDS.values(), *PLACES.values()], ids=lambda kind: kind.name)
def test_each_column_of_an_import_refuses_them(kind):
    texts = [column for column in kind.columns if column.sql_type == "text" and not column.refers]

    taken = {column.name for column in texts if not is_number(column.name) and takes(column.parse)}

    assert taken <= NAMES_ANOTHER


def takes(parse: Any) -> bool:
    try:
        parse(CARD)
    except Bad:
        return False
    return True
