"""Which door somebody is sent to who is not signed in: the back office has one of its own."""

from typing import Any

from django.contrib.auth.middleware import LoginRequiredMiddleware
from django.contrib.auth.views import redirect_to_login
from django.urls import reverse

BACK_OFFICE = "/admin/"


class DoorsMiddleware(LoginRequiredMiddleware):
    """Django's: a view is public only when it says so. Every address of the back office leads to the staff's door.

    From there they come back to where they were.
    """

    def handle_no_permission(self, request: Any, view_func: Any) -> Any:
        if not request.path.startswith(BACK_OFFICE):
            return super().handle_no_permission(request, view_func)
        return redirect_to_login(request.get_full_path(), reverse("account_login"))
