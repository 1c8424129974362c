"""Reports by schedule: a page to make, pause and end them."""

import datetime as dt
from functools import cached_property
from typing import Any
from urllib.parse import urlencode

from django import forms
from django.http import Http404
from django.shortcuts import get_object_or_404
from django.urls import reverse

from payments.reports.models import Format, Schedule
from payments.reports.question import without_nul
from payments.reports.registry import REPORTS
from payments.reports.saved import find_saved
from payments.reports.schedules import (
    Plan,
    end_schedule,
    find_receivers,
    make_schedule,
    pause_schedule,
    resume_schedule,
    why_not_change,
)
from payments.reports.sources import Source, find_source
from pops.core.access.models import User
from pops.core.refusals import Refused
from pops.web.backoffice.desk.action import DeskAction, DeskButton, DeskPage
from pops.web.backoffice.once import SentOnce

RIGHTS = ("reports.schedule_reports",)
Every = Schedule.Every
TIME_INPUT = forms.TimeInput(attrs={"type": "time"}, format="%H:%M")


class ScheduleForm(SentOnce):
    """How often a report is made, at what time, and who gets it."""

    name = forms.CharField(max_length=100, error_messages={"required": "Give it a name."})
    every = forms.ChoiceField(
        label="How often", choices=Every.choices, error_messages={"required": "Choose how often."}
    )
    weekday = forms.TypedChoiceField(
        label="On which day",
        choices=[("", "Not weekly"), *Schedule.Weekday.choices],
        coerce=int,
        empty_value=None,
        required=False,
        help_text="Of a weekly report. A month-end report comes on the last day of the month, be it the 28th or 31st.",
    )
    at = forms.TimeField(
        label="At what time",
        widget=TIME_INPUT,
        initial=dt.time(22),  # a month's last day is in its report
        help_text="On the practice's clock. What comes in later that day is not in it.",
        error_messages={"required": "Enter a time.", "invalid": "Enter a time, for example 6:00 AM."},
    )
    format = forms.ChoiceField(label="As what")
    recipients = forms.ModelMultipleChoiceField(
        label="Who gets a link to it",
        queryset=User.objects.none(),
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": "Choose who gets it."},
    )

    def __init__(self, *args: Any, source: Source, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        fields: dict[str, Any] = self.fields
        fields["format"].choices = [(form.value, form.label) for form in source.formats]
        people = [user.pk for user in find_receivers(source)]
        fields["recipients"].queryset = User.objects.filter(pk__in=people).order_by("name", "email")

    def clean(self) -> dict[str, Any]:
        """A weekly report has a day, the others have none."""
        data = super().clean() or {}
        if data.get("every") == Every.WEEK and data.get("weekday") is None and "weekday" not in self.errors:
            self.add_error("weekday", "Choose a day of the week.")
        if data.get("every") != Every.WEEK:
            data["weekday"] = None
        return data

    @property
    def plan(self) -> Plan:
        return Plan(Every(self.cleaned_data["every"]), self.cleaned_data["at"], self.cleaned_data["weekday"])


class Schedules(DeskPage):
    """What is made by itself, for whom, and when next."""

    rights = RIGHTS
    http_method_names = ["get", "head"]
    template_name = "backoffice/reports/schedules.html"
    title = "Reports by schedule"

    def get_context_data(self, **context: Any) -> dict[str, Any]:
        found = Schedule.objects.select_related("made_by").prefetch_related("recipients")
        rows = [
            (schedule, getattr(find_source(schedule.source), "title", schedule.source), self.why_not(schedule))
            for schedule in found.order_by("state", "name", "pk")
        ]
        return super().get_context_data(schedules=rows, saved=self.saved(), **context)

    def saved(self) -> list[tuple[str, str]]:
        """The saved filters of who looks, each with the address that has it made by schedule."""
        slugs = [report.slug for report in REPORTS if self.request.user.has_perm(report.right)]
        page = reverse("backoffice:add_schedule")
        return [
            (one.name, f"{page}?{urlencode({'source': one.report, 'question': one.question, 'name': one.name})}")
            for one in find_saved(by=self.request.user, reports=slugs)
        ]

    def why_not(self, schedule: Schedule) -> Refused | None:
        return why_not_change(schedule, by=self.request.user)


class AddSchedule(DeskAction):
    """Have a question asked by itself: the one that the address brings from its report's page."""

    rights = RIGHTS
    template_name = "backoffice/reports/schedule.html"
    title = "Make {0.title} by schedule"
    form_class = ScheduleForm
    button = "Make it by schedule"
    target_name = "source"
    field_of = {"nobody": "recipients", "too_many": "recipients", "no_format": "format"}

    @property
    def question(self) -> str:
        return without_nul(self.request.GET.get("question", ""))

    def find_target(self) -> Any:
        source = find_source(self.request.GET.get("source", ""))
        if source is None or not source.may(self.request.user):
            raise Http404("There is no such report.")
        return source

    @cached_property
    def said(self) -> list[str]:
        return list(self.target.table(self.question, user=self.request.user, today=self.today).said)

    def why_not(self) -> Refused | None:
        try:
            _ = self.said
        except Refused as refusal:
            return refusal
        return None

    def get_form_kwargs(self) -> dict[str, Any]:
        return {**super().get_form_kwargs(), "source": self.target}

    def get_initial(self) -> dict[str, Any]:
        name = self.request.GET.get("name") or self.target.title
        return {"name": name[:100], "recipients": [self.request.user.pk], "every": Every.MONTH_END}

    def get_context_data(self, **context: Any) -> dict[str, Any]:
        refused = self.why_not()
        shown = {"said": [] if refused else self.said, "back": self.target.page(self.question)}
        return super().get_context_data(**shown, **context)

    def do(self, form: ScheduleForm) -> tuple[str, str]:
        schedule = make_schedule(
            name=form.cleaned_data["name"],
            source=self.target,
            question=self.question,
            form=Format(form.cleaned_data["format"]),
            plan=form.plan,
            recipients=list(form.cleaned_data["recipients"]),
            now=self.now,
            by=self.request.user,
        )
        return reverse("backoffice:schedules"), f"{schedule} is made by schedule from now on."


class ScheduleButton(DeskButton):
    """A button about one schedule."""

    rights = RIGHTS

    def find_target(self) -> Schedule:
        return get_object_or_404(Schedule, pk=self.kwargs["schedule_id"])

    def page(self) -> str:
        return reverse("backoffice:schedules")


class Pause(ScheduleButton):
    """Ask it no more until it goes on."""

    undone_by = "Go on"

    def do(self, form: Any) -> tuple[str, str]:
        schedule = pause_schedule(schedule_id=self.target.pk, by=self.request.user)
        return self.page(), f"{schedule} is paused."


class Resume(ScheduleButton):
    """Let it go on; what was due meanwhile is left out."""

    undone_by = "Pause"

    def do(self, form: Any) -> tuple[str, str]:
        schedule = resume_schedule(schedule_id=self.target.pk, now=self.now, by=self.request.user)
        return self.page(), f"{schedule} goes on."


class End(DeskAction):
    """Ask it never again."""

    rights = RIGHTS
    title = "End {}"
    target_name = "schedule"
    form_class = SentOnce
    button = "End the schedule"
    danger = True
    lead = "It is made no more, and an ended schedule stays ended. To have it made again later, pause it instead."

    def find_target(self) -> Schedule:
        return get_object_or_404(Schedule, pk=self.kwargs["schedule_id"])

    def why_not(self) -> Refused | None:
        return why_not_change(self.target, by=self.request.user)

    def do(self, form: SentOnce) -> tuple[str, str]:
        schedule = end_schedule(schedule_id=self.target.pk, by=self.request.user)
        return reverse("backoffice:schedules"), f"{schedule} is ended. What it made is kept as long as ever."

    def get_context_data(self, **context: Any) -> dict[str, Any]:
        return super().get_context_data(back=reverse("backoffice:schedules"), **context)
