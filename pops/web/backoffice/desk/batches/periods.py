"""The month-end lock."""

import datetime as dt
from typing import Any

from django.forms import Form
from django.http import HttpResponse
from django.urls import reverse

from batches.models import ReferenceBatch
from batches.period import PeriodHasOpenBatches, lock_period
from batches.selectors import find_locked_through
from pops.core.refusals import Refused
from pops.web.backoffice.desk.action import DeskAction
from pops.web.backoffice.desk.batches.readiness import find_pending
from pops.web.backoffice.desk.forms import PeriodForm


class Period(DeskAction):
    """Lock all days through a date, for good."""

    rights = ("batches.lock_period",)
    template_name = "backoffice/period.html"
    title = "Month-end lock"
    form_class = PeriodForm
    blocking: list[ReferenceBatch] = []

    def get_form_kwargs(self) -> dict[str, Any]:
        last_month = self.today.replace(day=1) - dt.timedelta(days=1)
        return {**super().get_form_kwargs(), "initial_date": last_month}

    def do(self, form: PeriodForm) -> tuple[str, str]:
        data = form.cleaned_data
        lock_period(locked_through=data["locked_through"], today=self.today, by=self.request.user, note=data["note"])
        return reverse("admin:batches_periodlock_changelist"), "The period is locked."

    def refused(self, form: Form, refusal: Refused) -> HttpResponse:
        if isinstance(refusal, PeriodHasOpenBatches):
            self.blocking = refusal.batches
        return super().refused(form, refusal)

    def get_context_data(self, **context: Any) -> dict[str, Any]:
        last = self.today - dt.timedelta(days=1)  # the last day that can be locked
        return super().get_context_data(
            blocking=self.blocking, locked_through=find_locked_through(), pending=find_pending(last), **context
        )
