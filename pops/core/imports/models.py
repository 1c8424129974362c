"""Imports of accounts: each file that was brought, what was wrong with it and what became of it."""

from typing import Any

from django.db import models
from django.db.models.functions import Now

from pops.core.access.models import User
from pops.core.imports.kinds import KINDS
from pops.core.imports.readers.mixed import LABELS


class AccountImport(models.Model):
    """A file of accounts on its way in. The file itself is deleted after some days; what is said here stays."""

    class State(models.TextChoices):
        BROUGHT = "brought", "Columns to be matched"
        CHECKING = "checking", "Being checked"
        CHECKED = "checked", "Checked, nothing loaded"
        LOADING = "loading", "Being loaded"
        DONE = "done", "Loaded"
        REFUSED = "refused", "Not loaded"

    name = models.CharField("file", max_length=200)
    kind = models.CharField(
        "what it holds",
        max_length=20,
        blank=True,
        choices=[*((kind.name, kind.label) for kind in KINDS.values()), *LABELS.items()],
    )
    state = models.CharField(max_length=8, choices=State, default=State.BROUGHT)
    file = models.FileField(upload_to="imports/", blank=True)
    report = models.FileField(upload_to="imports/", blank=True)
    brought_by = models.ForeignKey(
        User, null=True, blank=True, on_delete=models.PROTECT, related_name="imports", help_text="Empty: by command."
    )
    brought_at = models.DateTimeField(db_default=Now())
    # When a worker last said that it is at it.
    touched_at = models.DateTimeField(null=True, blank=True)
    ended_at = models.DateTimeField(null=True, blank=True)
    columns = models.JSONField(
        default=list, help_text="The file's headings in their order, each with our column's name."
    )
    skip_bad = models.BooleanField(default=False)
    said = models.CharField("read as", max_length=100, blank=True)
    problem = models.CharField(max_length=500, blank=True, help_text="Why it was not loaded.")
    lines = models.PositiveIntegerField(default=0, help_text="Of the file.")
    lines_done = models.PositiveIntegerField(default=0)
    rows = models.PositiveIntegerField(default=0)
    bad = models.PositiveIntegerField(default=0)
    new = models.PositiveIntegerField(default=0)
    changed = models.PositiveIntegerField(default=0)
    unchanged = models.PositiveIntegerField(default=0)
    faults = models.JSONField(default=list, help_text="The first of them: line, column, words.")
    noticed = models.PositiveIntegerField(default=0)
    notices = models.JSONField(default=list, help_text="What is allowed, and worth a look.")

    class Meta:
        verbose_name = "import"
        ordering = ["-pk"]
        permissions = [("import_accounts", "Can import accounts")]

    def __str__(self) -> str:
        return f"Import {self.pk}: {self.name}"

    @property
    def column_of(self) -> dict[str, str]:
        """Our column's name by the file's heading; empty where it is not imported."""
        return dict(self.columns)

    @property
    def is_mixed(self) -> bool:
        """It holds several kinds, and says itself which: there are no columns to match."""
        return self.kind in LABELS

    @property
    def is_busy(self) -> bool:
        """A worker is at it, or will be."""
        return self.state in (self.State.CHECKING, self.State.LOADING)

    @property
    def is_new(self) -> bool:
        return self.state == self.State.BROUGHT

    @property
    def is_checking(self) -> bool:
        return self.state == self.State.CHECKING

    @property
    def is_loading(self) -> bool:
        return self.state == self.State.LOADING

    @property
    def is_checked(self) -> bool:
        return self.state == self.State.CHECKED

    @property
    def is_done(self) -> bool:
        return self.state == self.State.DONE

    @property
    def is_refused(self) -> bool:
        return self.state == self.State.REFUSED

    @property
    def good(self) -> int:
        return self.rows - self.bad

    @property
    def percent(self) -> int:
        """How far it is, of its present step."""
        return min(100 * self.lines_done // max(self.lines, 1), 100)

    def note(self, **facts: Any) -> None:
        """Write these fields down."""
        for name, value in facts.items():
            setattr(self, name, value)
        self.save(update_fields=list(facts))
