"""A report or list that is made into a file by a worker, and the file."""

from typing import Any

from django.db import models
from django.db.models import Q
from django.db.models.functions import Now

from pops.core.access.models import User


class Format(models.TextChoices):
    """What a report or list is made into."""

    CSV = "csv", "CSV"
    XLSX = "xlsx", "Excel (XLSX)"
    PDF = "pdf", "PDF"


class ReportRun(models.Model):
    """One question, asked by one person, on its way to a file. Only who asked has it, with what they may see.

    The file is deleted after a week, the row some months later; what was exported is kept as an Export.
    """

    class State(models.TextChoices):
        WAITING = "waiting", "Waiting for its turn"
        RUNNING = "running", "Being made"
        DONE = "done", "Ready"
        FAILED = "failed", "Not made"
        CANCELLED = "cancelled", "Cancelled"

    OPEN = (State.WAITING, State.RUNNING)

    source = models.CharField("report or list", max_length=60)
    title = models.CharField(max_length=200)
    question = models.TextField(blank=True, help_text="As it stands in the address of its page.")
    as_of = models.DateField(help_text="The practice's day on which it is asked: what today and last month are.")
    format = models.CharField(max_length=4, choices=Format)
    asked_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="report_runs")
    asked_at = models.DateTimeField(db_default=Now())
    schedule = models.ForeignKey(
        "reports.Schedule", null=True, blank=True, on_delete=models.PROTECT, related_name="runs"
    )
    state = models.CharField(max_length=9, choices=State, default=State.WAITING)
    rows_total = models.PositiveBigIntegerField(null=True, blank=True)
    rows_done = models.PositiveBigIntegerField(default=0)
    # When a worker last said that it is at it, and which try of it that is: one that was given up writes nothing more.
    touched_at = models.DateTimeField(null=True, blank=True)
    attempt = models.PositiveSmallIntegerField(default=0)
    ended_at = models.DateTimeField(null=True, blank=True)
    expires_at = models.DateTimeField(null=True, blank=True, help_text="When the file is deleted.")
    problem = models.CharField(max_length=500, blank=True)
    said = models.JSONField(default=list, help_text="The question in sentences.")
    file = models.FileField(upload_to="reports/", blank=True)
    size = models.PositiveBigIntegerField(default=0, help_text="Of the file, in bytes.")
    saw_confidential = models.BooleanField(default=False, help_text="Who asked had the right when it was made.")

    class Meta:
        verbose_name = "report run"
        ordering = ["-pk"]
        indexes = [
            models.Index(fields=["id"], condition=Q(state__in=("waiting", "running")), name="report_run_open"),
            models.Index(fields=["asked_by", "-id"], name="report_run_of"),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["schedule", "asked_by", "as_of"],
                condition=Q(schedule__isnull=False),
                name="report_run_is_one_a_day_of_a_schedule",
            ),
            models.CheckConstraint(
                condition=~Q(state="done")
                | Q(ended_at__isnull=False, expires_at__isnull=False, rows_total__isnull=False),
                name="report_run_done_says_when",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.title} ({self.get_format_display()})"

    @property
    def is_open(self) -> bool:
        """A worker is at it, or will be."""
        return self.state in self.OPEN

    @property
    def is_running(self) -> bool:
        return self.state == self.State.RUNNING

    @property
    def is_done(self) -> bool:
        return self.state == self.State.DONE

    @property
    def is_failed(self) -> bool:
        return self.state == self.State.FAILED

    @property
    def is_cancelled(self) -> bool:
        return self.state == self.State.CANCELLED

    @property
    def percent(self) -> int:
        """How far it is; 99 at most, until it is there."""
        return min(100 * self.rows_done // max(self.rows_total or 0, 1), 99)

    @property
    def outcome(self) -> str:
        """What came of it: 5,000 rows, Being made, Cancelled"""
        if not self.is_done:
            return str(self.get_state_display())
        return f"{self.rows_total:,} row{'' if self.rows_total == 1 else 's'}{'' if self.file else ', deleted'}"

    @property
    def download_name(self) -> str:
        """pops-payments-2026-11-30-12.csv"""
        return f"{self.source}-{self.as_of}-{self.pk}.{self.format}"

    @property
    def stored_name(self) -> str:
        """Where its file lies, or would: known before it is there, so that what a dead worker left is found."""
        return f"reports/{self.as_of:%Y/%m}/run-{self.pk}-{self.attempt}.{self.format}"

    def note(self, **facts: Any) -> None:
        """Write these fields down."""
        for name, value in facts.items():
            setattr(self, name, value)
        self.save(update_fields=list(facts))
