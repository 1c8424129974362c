"""How guarantors, patients, visits, statements and appointments are told."""

from typing import Any

from pops.core.accounts.confidential import mask_appointment, mask_line, mask_patient, mask_visit
from pops.core.accounts.models import Appointment, Guarantor
from pops.web.api.fields import (
    CentsField,
    Choice,
    CurrencyField,
    Flag,
    LocalDateField,
    MomentField,
    Shape,
    Text,
    Whole,
)

CHANNELS, STATES = Guarantor.NoticeChannel.choices, Appointment.Status.choices
NUMBER = "In the practice's own system."


class HidesWords(Shape):
    """Of what is confidential it tells no words, unless the key has the scope and the account's role the right."""

    def to_representation(self, instance: Any) -> Any:
        sees = self.context["view"].sees_confidential
        return super().to_representation(instance if sees or not instance.is_hidden else self.mask(instance))

    def mask(self, row: Any) -> Any:
        """The row as who doesn't see it is told of it."""
        raise NotImplementedError


class GuarantorShape(Shape):
    """The person responsible for a balance. What they confirmed or chose themselves, no call changes."""

    account_number = Text(help_text=NUMBER)
    name = Text()
    group = Text(source="group.name", help_text="The POPS Group.")
    email = Text()
    email_confirmed_at = MomentField(allow_null=True, help_text="Since then it is its reader's word, and stays.")
    phone = Text()
    phone_confirmed_at = MomentField(allow_null=True, help_text="Since then it is known to be theirs, and stays.")
    no_email = Flag(source="email_opt_out", help_text="They asked for no receipts by email.")
    preferred_name = Text(help_text="What they want to be called; empty: by their name.")
    notices_by = Choice(
        choices=CHANNELS, allow_blank=True, help_text="How they want to be told what is due; empty: never asked."
    )
    is_retired = Flag(help_text="Entered by mistake, or part of another account.")
    merged_into = Text(allow_null=True, help_text="The account number of what it is part of since: use that one.")


class PatientShape(HidesWords):
    """The person treated. One who is confidential is told by number alone."""

    patient_number = Text(source="number", help_text=f"{NUMBER} Empty: entered by hand, and not told to us yet.")
    account_number = Text(source="guarantor.account_number", help_text="The guarantor's.")
    name = Text()
    birth_date = LocalDateField(allow_null=True)
    confidential = Flag(source="is_confidential", help_text="Shows to nobody but staff with the right.")
    is_retired = Flag(help_text="Entered by mistake: gets no visit any more.")

    def mask(self, row: Any) -> Any:
        return mask_patient(row)


class ServiceLineShape(HidesWords):
    """A charge of a visit, with what was paid on it here."""

    line_number = Whole()
    service_id = Text(help_text="Encounter and line, as receipts name it.")
    service_date = LocalDateField(allow_null=True)
    responsibility_date = LocalDateField(allow_null=True)
    description = Text()
    procedure_code = Text()
    billed_cents = CentsField()
    adjusted_cents = CentsField()
    insurance_pending_cents = CentsField()
    insurance_paid_cents = CentsField()
    patient_paid_cents = CentsField(help_text="What was applied to it, in POPS.")
    remaining_cents = Whole(min_value=None, help_text="What the patient still owes; below zero: credit.")
    statement_number = Text(source="statement.number", default=None, allow_null=True)
    currency = CurrencyField()

    def mask(self, row: Any) -> Any:
        return mask_line(row)


class EncounterShape(HidesWords):
    """A visit with its charges. One that is confidential is told by number and amounts, without words."""

    encounter_number = Whole(source="number", max_value=2**63 - 1)
    account_number = Text(source="patient.guarantor.account_number", help_text="Of the patient's guarantor.")
    patient_number = Text(source="patient.number")
    provider = Text(source="provider.name")
    provider_number = Text(source="provider.number")
    facility = Text(source="facility.name")
    facility_number = Text(source="facility.number")
    billing_provider = Text(source="billing_provider.name", default=None, allow_null=True)
    referring_provider = Text(source="referring_provider.name", default=None, allow_null=True)
    in_collections = Flag()
    confidential = Flag(source="is_hidden", help_text="By its own mark, or by the patient's.")
    is_retired = Flag(help_text="Entered by mistake: nothing of it is owed.")
    lines = ServiceLineShape(many=True, source="told_lines")

    def mask(self, row: Any) -> Any:
        return mask_visit(row)


class StatementShape(Shape):
    """A statement that was sent."""

    statement_number = Text(source="number")
    account_number = Text(source="guarantor.account_number")
    statement_date = LocalDateField()
    due_date = LocalDateField(allow_null=True)
    balance_cents = Whole(min_value=None, help_text="Its Statement Balance; may be below zero.")
    currency = CurrencyField()


class AppointmentShape(HidesWords):
    """A time agreed for a patient. One that is confidential is told by number alone."""

    appointment_number = Text(source="number")
    patient_number = Text(source="patient.number")
    starts_at = MomentField(allow_null=True)
    minutes = Whole(allow_null=True)
    provider = Text(source="provider.name", default=None, allow_null=True)
    facility = Text(source="facility.name", default=None, allow_null=True)
    visit_type = Text()
    status = Choice(choices=STATES, allow_blank=True, help_text="Empty of one that is confidential.")
    confidential = Flag(source="is_hidden", help_text="By its own mark, or by the patient's.")

    def mask(self, row: Any) -> Any:
        return mask_appointment(row)
