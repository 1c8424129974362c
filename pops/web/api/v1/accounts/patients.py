"""Patients: who is treated."""

from typing import Any

from django.db.models import QuerySet
from rest_framework.request import Request
from rest_framework.response import Response

from pops.core.accounts.models import Patient
from pops.core.imports.kinds import PATIENTS
from pops.web.api.fields import LocalDateField, Text
from pops.web.api.pages import PageQuery
from pops.web.api.schema import operation, page_of
from pops.web.api.v1.accounts import examples
from pops.web.api.v1.accounts.bringing import READ, RIGHT, WRITE, ListsRows, ManyRows, OneRow, narrowing
from pops.web.api.v1.accounts.said import PatientAnswer, PatientBody, PatientBulk, PatientItem
from pops.web.api.v1.accounts.shapes import PatientShape

ROWS = Patient.objects.filter(guarantor__is_trial=False).select_related("guarantor")
NAMES = {"account_number": "guarantor__account_number", "birth_date": "birth_date"}


class PatientQuery(PageQuery):
    """Which patients are asked for."""

    account_number = Text(required=False, max_length=20, help_text="The guarantor's.")
    birth_date = LocalDateField(required=False)


class Patients(ListsRows):
    """The patients, those too who were entered by hand and have no number yet."""

    rights = {"GET": "accounts.view_patient"}
    shape, query = PatientShape, PatientQuery

    def find_rows(self, asked: dict[str, Any]) -> QuerySet[Patient]:
        rows = self.hide(ROWS) if "birth_date" in asked else ROWS
        return rows.filter(**narrowing(asked, NAMES))

    @operation(
        "list_patients",
        "List patients",
        query=PatientQuery,
        gives=page_of(PatientShape),
        example=examples.page(examples.PATIENT),
    )
    def get(self, request: Request) -> Response:
        return self.answer_page()


class OnePatient(OneRow):
    """One patient, by its number in the practice's own system."""

    scopes = {"GET": READ, "PUT": WRITE}
    rights = {"GET": "accounts.view_patient", "PUT": RIGHT}
    kind, shape, body, answer = PATIENTS, PatientShape, PatientBody, PatientAnswer
    said, example = examples.SAID_PATIENT, examples.PATIENT
    tells_words = True

    def find_rows(self) -> QuerySet[Patient]:
        return ROWS


class ManyPatients(ManyRows):
    """Up to a thousand patients at once."""

    kind, item, bulk = PATIENTS, PatientItem, PatientBulk
    said, numbers = examples.SAID_PATIENT, ("P-1",)
