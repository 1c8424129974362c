"""Logins: of guarantors, of staff, and POPS itself."""

from __future__ import annotations

from collections.abc import Iterator
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


@pghistory.track(
    fields=["email", "name", "is_staff", "is_superuser", "is_active", "sign_in_resets"],
    model_name="UserEmailNameIsStaffIsSuperuserIsActiveEvent",  # as it was called before there were resets
)
class User(AbstractBaseUser, PermissionsMixin):
    """A person's login: a guarantor's (by emailed code) or that of staff (by password). POPS itself is one too.

    Guarantors may share an address, as spouses do. Staff are known by theirs alone.
    """

    email = models.EmailField(db_index=True)
    name = models.CharField(max_length=300, blank=True)
    is_staff = models.BooleanField(default=False, help_text="May sign in to the back office.")
    is_active = models.BooleanField(default=True, help_text="Uncheck instead of deleting a login.")
    created_at = models.DateTimeField(auto_now_add=True)
    sign_in_resets = models.PositiveIntegerField(
        default=0, db_default=0, help_text="How often the sign-in was reset. Each time all sessions end."
    )

    objects: ClassVar[UserManager] = UserManager()

    EMAIL_FIELD = USERNAME_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = []

    class Meta:
        permissions = [("reset_sign_in", "Can reset the sign-in of staff and mail them a link for a password")]
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

    def get_session_auth_hash(self) -> str:
        """What a session was begun under: it ends when the password is another, or the sign-in was reset."""
        return self._since_reset(super().get_session_auth_hash())

    def get_session_auth_fallback_hash(self) -> Iterator[str]:
        """The same under the keys before ours."""
        yield from map(self._since_reset, super().get_session_auth_fallback_hash())

    def _since_reset(self, own: str) -> str:
        return f"{own}.{self.sign_in_resets}" if self.sign_in_resets else own


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
