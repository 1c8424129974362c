"""Accounts by hand: a statement as it was sent, and retiring what was entered by mistake."""

import datetime as dt
from typing import Any

from django import forms
from django.shortcuts import get_object_or_404
from django.urls import reverse

from pops.core.access.models import User
from pops.core.accounts.confidential import mask_lines, shown_to
from pops.core.accounts.models import Encounter, Guarantor, Patient, ServiceLine
from pops.core.accounts.retiring import (
    retire_guarantor,
    retire_patient,
    retire_visit,
    why_not_retire_guarantor,
    why_not_retire_patient,
    why_not_retire_visit,
)
from pops.core.money import format_cents
from pops.core.refusals import Refused
from pops.core.words import day
from pops.web.backoffice.desk.action import DeskAction
from pops.web.backoffice.desk.forms import ReasonForm
from pops.web.backoffice.fields import DATE_INPUT
from pops.web.backoffice.once import SentOnce
from receipts.statements.entering import enter_statement, find_lines_for_statement, why_not_enter_statement

# What is proposed.
DAYS_TO_PAY = dt.timedelta(days=30)


def page_of(row: Guarantor | Patient | Encounter) -> str:
    """The address of a row's page."""
    return reverse(f"admin:accounts_{row._meta.model_name}_change", args=[row.pk])


class LinesField(forms.ModelMultipleChoiceField):
    """Services, each with its day and what remains of it, as the user may see them."""

    user: User

    def label_from_instance(self, line: ServiceLine) -> str:
        (shown,) = mask_lines(self.user, [line])
        date = f"{day(shown.service_date)}, " if shown.service_date else ""
        return f"{date}{shown}, {format_cents(line.remaining_cents)}"


class StatementForm(SentOnce):
    """The date on the paper, and what stood on it."""

    statement_date = forms.DateField(
        widget=DATE_INPUT,
        error_messages={"required": "Enter the date on the statement."},
    )
    due_date = forms.DateField(
        widget=DATE_INPUT, required=False, label="Due", help_text="The day to pay it by. Empty: due when it comes."
    )

    def __init__(self, *args: Any, guarantor: Guarantor, user: User, today: dt.date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        lines = find_lines_for_statement(guarantor)
        self.today = today
        field = self.fields["lines"] = LinesField(
            lines,
            label="Services on it",
            widget=forms.CheckboxSelectMultiple,
            initial=[line.pk for line in lines],
            error_messages={
                "required": "Choose at least one service.",
                "invalid_choice": "What is owed has changed meanwhile. Look at the services again.",
            },
        )
        field.user = user

    def clean_statement_date(self) -> dt.date:
        date: dt.date = self.cleaned_data["statement_date"]
        if date > self.today:
            raise forms.ValidationError("This day is still to come. Enter the date on the statement.")
        return date


class AccountAction(DeskAction):
    """Something that is done to a guarantor, a patient or a visit."""

    def get_context_data(self, **context: Any) -> dict[str, Any]:
        return super().get_context_data(back=page_of(self.target), **context)


class EnterStatement(AccountAction):
    """Enter a statement that was sent: Amount Due is what remains of it from then on."""

    rights = ("accounts.add_statement",)
    title = "New statement"
    form_class = StatementForm
    button = "Enter the statement"

    def find_target(self) -> Guarantor:
        return get_object_or_404(Guarantor, pk=self.kwargs["guarantor_id"])

    def why_not(self) -> Refused | None:
        return why_not_enter_statement(self.target)

    def get_initial(self) -> dict[str, Any]:
        return {"statement_date": self.today, "due_date": self.today + DAYS_TO_PAY}

    def get_form_kwargs(self) -> dict[str, Any]:
        return {**super().get_form_kwargs(), "guarantor": self.target, "user": self.request.user, "today": self.today}

    def do(self, form: StatementForm) -> tuple[str, str]:
        data = form.cleaned_data
        made = enter_statement(
            guarantor_id=self.target.pk,
            statement_date=data["statement_date"],
            due_date=data["due_date"],
            line_ids=[line.pk for line in data["lines"]],
        )
        return page_of(self.target), f"The statement over {format_cents(made.balance_cents)} is entered."

    def get_context_data(self, **context: Any) -> dict[str, Any]:
        lead = f"{self.target}. The services you choose are due from then on."
        return super().get_context_data(lead=lead, **context)


class Retire(AccountAction):
    """Take out of use what was entered by mistake."""

    rights = ("accounts.retire_guarantor",)
    title = "Retire {}"
    form_class = ReasonForm
    button = "Retire"
    danger = True


class RetireGuarantor(Retire):
    """Take an account out of every search."""

    lead = "An account that was entered by mistake. It stays, with its history, and nobody finds it any more."

    def find_target(self) -> Guarantor:
        return get_object_or_404(Guarantor, pk=self.kwargs["guarantor_id"])

    def why_not(self) -> Refused | None:
        return why_not_retire_guarantor(self.target)

    def do(self, form: ReasonForm) -> tuple[str, str]:
        retire_guarantor(guarantor_id=self.target.pk, reason=form.cleaned_data["reason"], by=self.request.user)
        return page_of(self.target), "The account is retired."


class RetirePatient(Retire):
    """Have a patient get no visit any more."""

    lead = "A patient who was entered by mistake. The name stays, with its history, and gets no visit any more."

    def find_target(self) -> Patient:
        return get_object_or_404(shown_to(self.request.user, Patient.objects.all()), pk=self.kwargs["patient_id"])

    def why_not(self) -> Refused | None:
        return why_not_retire_patient(self.target)

    def do(self, form: ReasonForm) -> tuple[str, str]:
        retire_patient(patient_id=self.target.pk, reason=form.cleaned_data["reason"], by=self.request.user)
        return page_of(self.target), "The patient is retired."


class RetireVisit(Retire):
    """Have nothing of a visit be owed."""

    title = "Retire visit {}"
    lead = "A visit that was entered by mistake. Nothing of it is owed any more; what was paid on it becomes credit."

    def find_target(self) -> Encounter:
        return get_object_or_404(shown_to(self.request.user, Encounter.objects.all()), pk=self.kwargs["encounter_id"])

    def why_not(self) -> Refused | None:
        return why_not_retire_visit(self.target)

    def do(self, form: ReasonForm) -> tuple[str, str]:
        retire_visit(encounter_id=self.target.pk, reason=form.cleaned_data["reason"], by=self.request.user)
        return page_of(self.target), "The visit is retired."
