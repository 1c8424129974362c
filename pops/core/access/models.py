"""Logins: of guarantors, of staff, and POPS itself."""

from __future__ import annotations

from typing import Any, ClassVar

import pghistory
from django.contrib.auth.models import AbstractBaseUser, BaseUserManager, PermissionsMixin
from django.db import models
from django.db.models import Q

POPS_EMAIL = "pops@system.invalid"


class UserManager(BaseUserManager["User"]):
    """Makes logins, by email address."""

    def create_user(self, email: str, password: str | None = None, **fields: Any) -> User:
        """A login. Without a password it can only sign in by an emailed code."""
        user = self.model(email=self.normalize_email(email).lower(), **fields)
        user.set_password(password)
        user.save(using=self._db)
        return user

    def create_superuser(self, email: str, password: str | None = None, **fields: Any) -> User:
        return self.create_user(email, password, is_staff=True, is_superuser=True, **fields)


@pghistory.track(fields=["email", "name", "is_staff", "is_superuser", "is_active"])
class User(AbstractBaseUser, PermissionsMixin):
    """A person's login: a guarantor's (by emailed code) or that of staff (by password). POPS itself is one too.

    Guarantors may share an address, as spouses do. Staff are known by theirs alone.
    """

    email = models.EmailField(db_index=True)
    name = models.CharField(max_length=300, blank=True)
    is_staff = models.BooleanField(default=False, help_text="May sign in to the back office.")
    is_active = models.BooleanField(default=True, help_text="Uncheck instead of deleting a login.")
    created_at = models.DateTimeField(auto_now_add=True)

    objects: ClassVar[UserManager] = UserManager()

    EMAIL_FIELD = USERNAME_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = []

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["email"],
                condition=Q(is_staff=True) | Q(email=POPS_EMAIL),
                name="user_staff_email_is_unique",
                violation_error_message="Another member of staff signs in with this address.",
            ),
        ]

    def __str__(self) -> str:
        return self.name or self.email

    def get_full_name(self) -> str:
        return str(self)


@pghistory.track(pghistory.InsertEvent("given"), pghistory.DeleteEvent("taken"), obj_field=None)
class UserGroup(User.groups.through):  # type: ignore[name-defined]
    """A user's role, as a row of its own: so that its history can be kept."""

    class Meta:
        proxy = True


@pghistory.track(pghistory.InsertEvent("given"), pghistory.DeleteEvent("taken"), obj_field=None)
class UserRight(User.user_permissions.through):  # type: ignore[name-defined]
    """A right given to one user, beside those of their roles."""

    class Meta:
        proxy = True
