"""Which login may open which guarantor's account."""

import pghistory
from django.db import models
from django.db.models import Q

from pops.core.access.models import User
from pops.core.accounts.models import Guarantor


@pghistory.track(pghistory.InsertEvent("given"), pghistory.DeleteEvent("taken"), obj_field=None)
class AccountLogin(models.Model):
    """A login that may open an account: the guarantor's own, or that of a person who looks after it for them."""

    guarantor = models.ForeignKey(Guarantor, on_delete=models.PROTECT, related_name="account_logins")
    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="account_logins", verbose_name="login")
    is_own = models.BooleanField("the guarantor's own", default=False)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["user", "guarantor"], name="account_login_is_one"),
            models.UniqueConstraint(fields=["guarantor"], condition=Q(is_own=True), name="account_login_own_is_one"),
        ]

    def __str__(self) -> str:
        return f"{self.user} opens {self.guarantor}"
