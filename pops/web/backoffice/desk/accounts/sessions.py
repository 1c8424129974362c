"""Sessions of the portal: ending one, and looking at an account as its guarantor sees it."""

from typing import Any

from django import forms
from django.shortcuts import get_object_or_404
from django.urls import reverse

from payments.outcomes import is_paying
from pops.core.accounts.models import Guarantor
from pops.core.refusals import Refused
from pops.quickpay.services import why_not_make_link
from pops.sessions.keeping import end_session_by_staff, why_not_end
from pops.sessions.mirroring import begin_mirror, end_mirror, get_address, why_not_mirror
from pops.sessions.models import PortalSession
from pops.web.backoffice.desk.accounts.by_hand import AccountAction, page_of
from pops.web.backoffice.desk.action import DeskAction, DeskButton
from pops.web.backoffice.desk.forms import ReasonForm
from pops.web.backoffice.once import SentOnce

Authentication = PortalSession.Authentication
AT_ONCE = "Who is signed in there is signed out with the next click, and may sign in again."
PAYING = "A payment is under way in it. It isn't stopped: if the card is charged, the receipt is issued as always."


class EndSession(DeskAction):
    """Sign a guarantor out."""

    rights = ("portal_sessions.end_portalsession",)
    title = "End this session"
    target_name = "session"
    form_class = SentOnce
    button = "End it"
    danger = True

    def find_target(self) -> PortalSession:
        found = PortalSession.objects.select_related("guarantor")
        return get_object_or_404(found, pk=self.kwargs["session_id"])

    def why_not(self) -> Refused | None:
        return why_not_end(self.target)

    def do(self, form: SentOnce) -> tuple[str, str]:
        end_session_by_staff(session_id=self.target.pk, now=self.now, by=self.request.user)
        return _page_of(self.target), "The session is ended."

    def get_context_data(self, **context: Any) -> dict[str, Any]:
        parts = [f"{self.target.guarantor}, {self.target.get_authentication_display()}.", AT_ONCE]
        lead = " ".join([*parts, *([PAYING] if is_paying(self.target) else [])])
        return super().get_context_data(lead=lead, back=_page_of(self.target), **context)


class MirrorForm(ReasonForm):
    """Which of the two portals, and why."""

    by_link = forms.BooleanField(
        label="Simulate QuickPay", required=False, help_text="Look at what a QuickPay link shows, without sign-in."
    )
    field_order = ["by_link", "reason"]


class Mirror(AccountAction):
    """Open the portal as the guarantor sees it, to look."""

    rights = ("portal_sessions.mirror_account",)
    title = "Mirror of {}"
    form_class = MirrorForm
    button = "Sign in"

    def find_target(self) -> Guarantor:
        return get_object_or_404(Guarantor.objects.select_related("group"), pk=self.kwargs["guarantor_id"])

    def why_not(self) -> Refused | None:
        return why_not_mirror(self.target)

    def get_form(self, form_class: Any = None) -> Any:
        form = super().get_form(form_class)
        if why_not_make_link(self.target):  # there is no link to be simulated
            del form.fields["by_link"]
        return form

    def do(self, form: MirrorForm) -> tuple[str, str]:
        mirror = begin_mirror(
            guarantor_id=self.target.pk,
            authentication=Authentication.QUICKPAY if form.cleaned_data.get("by_link") else Authentication.MFA,
            reason=form.cleaned_data["reason"],
            key=self.request.session.session_key,
            now=self.now,
            by=self.request.user,
        )
        return get_address(mirror), ""

    def get_context_data(self, **context: Any) -> dict[str, Any]:
        sees = f"The portal of {self.target.group}, as {self.target} sees it."
        lead = f"{sees} You can look at everything and change nothing. That you looked is kept in the history."
        return super().get_context_data(lead=lead, **context)


class EndMirror(DeskButton):
    """Look no longer; back to the guarantor's page."""

    rights = ("portal_sessions.mirror_account",)
    undone_by = "Look again"

    def find_target(self) -> PortalSession:
        mine = PortalSession.objects.filter(is_mirror=True, by=self.request.user)
        return get_object_or_404(mine.select_related("guarantor"), pk=self.kwargs["session_id"])

    def do(self, form: SentOnce) -> tuple[str, str]:
        end_mirror(mirror=self.target, now=self.now)
        return self.page(), ""

    def page(self) -> str:
        return page_of(self.target.guarantor)


def _page_of(session: PortalSession) -> str:
    return reverse("admin:portal_sessions_portalsession_change", args=[session.pk])
