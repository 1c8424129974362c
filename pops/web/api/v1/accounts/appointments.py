"""Appointments: times agreed for patients."""

from typing import Any

from django.db.models import QuerySet
from rest_framework.request import Request
from rest_framework.response import Response

from pops.core.accounts.models import Appointment
from pops.core.imports.kinds import APPOINTMENTS
from pops.web.api.fields import Choice, MomentField, Text
from pops.web.api.pages import PageQuery
from pops.web.api.schema import operation, page_of
from pops.web.api.v1.accounts import examples
from pops.web.api.v1.accounts.bringing import READ, RIGHT, WRITE, ListsRows, ManyRows, OneRow, narrowing
from pops.web.api.v1.accounts.said import (
    AppointmentAnswer,
    AppointmentBody,
    AppointmentBulk,
    AppointmentItem,
)
from pops.web.api.v1.accounts.shapes import STATES, AppointmentShape

ROWS = Appointment.objects.select_related("patient", "provider", "facility")
NAMES = {
    "account_number": "patient__guarantor__account_number",
    "patient_number": "patient__number",
    "from_time": "starts_at__gte",
    "until_time": "starts_at__lt",
    "status": "status",
}


class AppointmentQuery(PageQuery):
    """Which appointments are asked for."""

    account_number = Text(required=False, max_length=20, help_text="The guarantor's.")
    patient_number = Text(required=False, max_length=40)
    from_time = MomentField(required=False, help_text="Those that begin then or later.")
    until_time = MomentField(required=False, help_text="Those that begin before.")
    status = Choice(choices=STATES, required=False)


class Appointments(ListsRows):
    """The appointments, past and to come."""

    rights = {"GET": "accounts.view_appointment"}
    shape, query = AppointmentShape, AppointmentQuery

    def find_rows(self, asked: dict[str, Any]) -> QuerySet[Appointment]:
        found = narrowing(asked, NAMES)
        return (self.hide(ROWS) if found else ROWS).filter(**found)

    @operation(
        "list_appointments",
        "List appointments",
        query=AppointmentQuery,
        gives=page_of(AppointmentShape),
        example=examples.page(examples.APPOINTMENT),
    )
    def get(self, request: Request) -> Response:
        return self.answer_page()


class OneAppointment(OneRow):
    """One appointment, by its number in the practice's own system."""

    scopes = {"GET": READ, "PUT": WRITE}
    rights = {"GET": "accounts.view_appointment", "PUT": RIGHT}
    kind, shape, body, answer = APPOINTMENTS, AppointmentShape, AppointmentBody, AppointmentAnswer
    said, example = examples.SAID_APPOINTMENT, examples.APPOINTMENT
    tells_words = True

    def find_rows(self) -> QuerySet[Appointment]:
        return ROWS


class ManyAppointments(ManyRows):
    """Up to a thousand appointments at once."""

    kind, item, bulk = APPOINTMENTS, AppointmentItem, AppointmentBulk
    said, numbers = examples.SAID_APPOINTMENT, ("A-1",)
