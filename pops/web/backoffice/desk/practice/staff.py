"""Sign-in of staff: reset it, and mail the link by which they choose a password."""

from typing import Any

from django.shortcuts import get_object_or_404
from django.urls import reverse

from pops.core.access.models import User
from pops.core.refusals import Refused
from pops.web.backoffice.desk.action import DeskAction, DeskButton
from pops.web.backoffice.desk.forms import ReasonForm
from pops.web.sign_in.passwords import send_welcome
from pops.web.sign_in.resetting import reset_sign_in, why_not_reset

RIGHTS = ("access.reset_sign_in",)


class ResetSignIn(DeskAction):
    """Forget somebody's authenticator and recovery codes, and end their sessions."""

    rights = RIGHTS
    title = "Reset the sign-in of {}"
    target_name = "member"
    form_class = ReasonForm
    button = "Reset sign-in"
    danger = True
    lead = (
        "The authenticator app and the recovery codes no longer work, and open sessions end. The password stays. "
        "The person is told by mail, with the reason, and sets up an authenticator at the next sign-in. "
        "Be sure that it is really them who asked: see them, or call them."
    )

    def find_target(self) -> User:
        return get_object_or_404(User, pk=self.kwargs["user_id"])

    def why_not(self) -> Refused | None:
        return why_not_reset(self.target, by=self.request.user)

    def do(self, form: ReasonForm) -> tuple[str, str]:
        reset_sign_in(user_id=self.target.pk, reason=form.cleaned_data["reason"], by=self.request.user)
        return _page_of(self.target), f"The sign-in of {self.target} is reset."

    def get_context_data(self, **context: Any) -> dict[str, Any]:
        return super().get_context_data(back=_page_of(self.target), **context)


class MailPasswordLink(DeskButton):
    """Mail the link by which a member of staff chooses a password."""

    rights = RIGHTS
    undone_by = "Nothing: the password stays as it is until the link is used"

    def find_target(self) -> User:
        return get_object_or_404(User, pk=self.kwargs["user_id"])

    def page(self) -> str:
        return _page_of(self.target)

    def do(self, form: Any) -> tuple[str, str]:
        send_welcome(user=self.target)
        return self.page(), f"A link to choose a password is on its way to {self.target.email}."


def _page_of(user: User) -> str:
    return reverse("admin:access_user_change", args=[user.pk])
