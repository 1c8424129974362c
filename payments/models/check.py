"""Checks of the books, kept."""

from django.db import models


class BooksCheck(models.Model):
    """A run of check_books, kept: staff see what it found, and since when."""

    started_at = models.DateTimeField(help_text="When it was asked for.")
    ended_at = models.DateTimeField(null=True, blank=True, help_text="Empty while it runs, or when it was cut off.")
    found = models.PositiveIntegerField(default=0, help_text="How much breaks a rule.")
    lines = models.JSONField(default=list, help_text="What each rule found, in the order of the report.")
    files = models.JSONField(default=dict, help_text="Which files were read: the next night goes on from there.")

    class Meta:
        ordering = ["-started_at", "-pk"]
        verbose_name = "check of the books"
        verbose_name_plural = "checks of the books"

    def __str__(self) -> str:
        return f"Check of the books {self.pk}"
