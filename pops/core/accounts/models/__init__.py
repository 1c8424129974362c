"""Guarantors, patients, what they were billed, and their appointments."""

from pops.core.accounts.models.accounts import Encounter, Guarantor, GuarantorMerge, Patient, ServiceLine, Statement
from pops.core.accounts.models.appointment import Appointment

__all__ = ["Appointment", "Encounter", "Guarantor", "GuarantorMerge", "Patient", "ServiceLine", "Statement"]
