"""What staff say of the entries of the inbox."""

import pgtrigger
from django.db import models
from django.db.models.functions import Now

from pops.core.access.models import User


class InboxRemark(models.Model):
    """One thing that somebody said of an entry: whose it is, a comment, that it is done. Kept as it was said.

    The entry itself is stored nowhere: it is found anew each time, and is gone once what it is about is settled.
    """

    class Verb(models.TextChoices):
        ASSIGNED = "assigned", "Assigned"
        COMMENTED = "commented", "Commented"
        DONE = "done", "Done"
        AGAIN = "again", "Put back"

    kind = models.CharField(max_length=20, help_text="Of the entry, as pops.web.backoffice.inbox names it.")
    about = models.CharField(max_length=255, help_text="The key of what the entry is about.")
    verb = models.CharField(max_length=9, choices=Verb)
    words = models.CharField(max_length=300, blank=True, help_text="The comment, or why it is done.")
    to = models.ForeignKey(
        User,
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="inbox_assigned",
        help_text="Who is to do it; nobody in particular where it is empty.",
    )
    told = models.CharField(max_length=300, blank=True, help_text="What the entry said when it was done.")
    by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="inbox_remarks")
    at = models.DateTimeField(db_default=Now())

    class Meta:
        permissions = [("answer_inbox", "Can assign, comment and finish what stands in the inbox")]
        indexes = [
            models.Index(fields=["kind", "about", "-id"], name="inbox_remark_of_entry"),
            models.Index(fields=["-id"], condition=models.Q(verb="done"), name="inbox_remark_done"),
        ]
        triggers = [pgtrigger.Protect(name="as_said", operation=pgtrigger.Update | pgtrigger.Delete)]

    def __str__(self) -> str:
        return f"{self.get_verb_display()} by {self.by}"

    @property
    def is_assignment(self) -> bool:
        return self.verb == self.Verb.ASSIGNED
