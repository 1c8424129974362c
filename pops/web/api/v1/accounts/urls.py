"""Addresses of accounts."""

from django.urls import path

from pops.web.api.v1.accounts import appointments, encounters, guarantors, mixed, patients, statements

urlpatterns = [
    path("guarantors", guarantors.Guarantors.as_view(), name="guarantors"),
    path("guarantors/bulk", guarantors.ManyGuarantors.as_view(), name="guarantors_bulk"),
    path("guarantors/<str:account_number>", guarantors.OneGuarantor.as_view(), name="guarantor"),
    path("patients", patients.Patients.as_view(), name="patients"),
    path("patients/bulk", patients.ManyPatients.as_view(), name="patients_bulk"),
    path("patients/<str:patient_number>", patients.OnePatient.as_view(), name="patient"),
    path("encounters", encounters.Encounters.as_view(), name="encounters"),
    path("encounters/bulk", encounters.ManyEncounters.as_view(), name="encounters_bulk"),
    path("encounters/<int:encounter_number>", encounters.OneEncounter.as_view(), name="encounter"),
    path("statements", statements.Statements.as_view(), name="statements"),
    path("statements/bulk", statements.ManyStatements.as_view(), name="statements_bulk"),
    path("statements/<str:statement_number>", statements.OneStatement.as_view(), name="statement"),
    path("appointments", appointments.Appointments.as_view(), name="appointments"),
    path("appointments/bulk", appointments.ManyAppointments.as_view(), name="appointments_bulk"),
    path("appointments/<str:appointment_number>", appointments.OneAppointment.as_view(), name="appointment"),
    path("accounts/bulk", mixed.MixedAccounts.as_view(), name="accounts_bulk"),
]
