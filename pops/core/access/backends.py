"""Who a session belongs to, read in one query."""

from typing import Any

from allauth.account.auth_backends import AuthenticationBackend

from pops.core.access.models import User


class PortalBackend(AuthenticationBackend):
    """allauth's, which brings the login's guarantor and POPS Group along: nearly every page shows them."""

    def get_user(self, user_id: Any) -> User | None:
        user = User.objects.select_related("guarantor__group").filter(pk=user_id).first()
        return user if user and self.user_can_authenticate(user) else None
