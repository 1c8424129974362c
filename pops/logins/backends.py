"""Whom a password signs in, and who a session belongs to."""

from typing import Any

from allauth.account.auth_backends import AuthenticationBackend

from pops.core.access.models import User
from pops.core.access.rights import read_rights
from pops.logins.selectors import find_user_with_accounts


class LoginBackend(AuthenticationBackend):
    """allauth's, which brings the accounts that a login may open along: nearly every page shows one.

    Only staff sign in with a password, and one is looked at whoever the address belongs to: guarantors may share it,
    and a clock must not tell how many patients there are behind it.
    """

    def get_user(self, user_id: Any) -> User | None:
        user = find_user_with_accounts(user_id)
        return user if user and self.user_can_authenticate(user) else None

    def get_all_permissions(self, user_obj: Any, obj: Any = None) -> set[str]:
        if user_obj.is_active and not (user_obj.is_superuser or obj or hasattr(user_obj, "_perm_cache")):
            read_rights(user_obj)
        rights: set[str] = super().get_all_permissions(user_obj, obj)
        return rights

    def _authenticate_by_email(self, email: str, password: str) -> User | None:
        user = User.objects.filter(email=email.lower(), is_staff=True).first()
        found: User | None = self._check_password(user, password)
        return found
