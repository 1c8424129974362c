"""Guarantors, patients, what they were billed, and their appointments."""

from pops.core.accounts.models.appointment import Appointment
from pops.core.accounts.models.guarantor import Guarantor, GuarantorMerge
from pops.core.accounts.models.note import GuarantorNote
from pops.core.accounts.models.patient import Patient
from pops.core.accounts.models.statement import Statement
from pops.core.accounts.models.visit import Encounter, ServiceLine

__all__ = [
    "Appointment",
    "Encounter",
    "Guarantor",
    "GuarantorMerge",
    "GuarantorNote",
    "Patient",
    "ServiceLine",
    "Statement",
]
