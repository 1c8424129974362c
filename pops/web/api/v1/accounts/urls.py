"""Addresses of accounts."""

from django.urls import path

from pops.web.api.v1.accounts import encounters, mixed
from pops.web.api.v1.accounts.appointments import Appointments, ManyAppointments, OneAppointment
from pops.web.api.v1.accounts.guarantors import Guarantors, ManyGuarantors, OneGuarantor
from pops.web.api.v1.accounts.numbers import numbered
from pops.web.api.v1.accounts.patients import ManyPatients, OnePatient, Patients
from pops.web.api.v1.accounts.statements import ManyStatements, OneStatement, Statements

urlpatterns = [
    *numbered("guarantors", "account_number", Guarantors, ManyGuarantors, OneGuarantor),
    *numbered("patients", "patient_number", Patients, ManyPatients, OnePatient),
    path("encounters", encounters.Encounters.as_view(), name="encounters"),
    path("encounters/bulk", encounters.ManyEncounters.as_view(), name="encounters_bulk"),
    path("encounters/<int:encounter_number>", encounters.OneEncounter.as_view(), name="encounter"),
    *numbered("statements", "statement_number", Statements, ManyStatements, OneStatement),
    *numbered("appointments", "appointment_number", Appointments, ManyAppointments, OneAppointment),
    path("accounts/bulk", mixed.MixedAccounts.as_view(), name="accounts_bulk"),
]
