"""QuickPay links at the desk: a code on the screen for who stands there, and an end to a link that went astray."""

from typing import Any

from django.forms import Form
from django.shortcuts import get_object_or_404

from pops.core.accounts.models import Guarantor
from pops.core.refusals import Refused
from pops.quickpay.addresses import get_address
from pops.quickpay.codes import draw_code
from pops.quickpay.models import Link
from pops.quickpay.services import make_link, revoke_link, why_not_make_link, why_not_revoke
from pops.web.backoffice.desk.accounts.by_hand import page_of
from pops.web.backoffice.desk.action import DeskAction
from pops.web.backoffice.desk.shown_once import ShowsOnce
from pops.web.backoffice.once import SentOnce


class GenerateCode(ShowsOnce):
    """Show a QR code that leads to a guarantor's balance. It can't be shown again: only its hash is kept.

    Sent twice it makes another, and both work.
    """

    rights = ("quickpay.add_link",)
    title = "QR code for {}"
    form_class = Form
    button = "Generate QR code"
    target_name = "guarantor"
    shown_by = "backoffice/qr_code.html"

    def find_target(self) -> Guarantor:
        return get_object_or_404(Guarantor.objects.select_related("group"), pk=self.kwargs["guarantor_id"])

    def why_not(self) -> Refused | None:
        return why_not_make_link(self.target)

    def make(self, form: Form) -> dict[str, Any]:
        link, token = make_link(guarantor=self.target, origin=Link.Origin.QR, now=self.now, by=self.request.user)
        return {"link": link, "code": draw_code(get_address(token))}

    def get_context_data(self, **context: Any) -> dict[str, Any]:
        days = self.target.group.quickpay_days
        good_for = "a day" if days == 1 else f"{days} days"
        lead = (
            "Who scans it sees the balance, the first name and the last initial, and can pay."
            f" It is good for {good_for}. It is shown once; you can revoke it on the guarantor's page."
        )
        return super().get_context_data(**{"lead": lead, "back": page_of(self.target), **context})


class RevokeLink(DeskAction):
    """Let a link lead nowhere from now on."""

    rights = ("quickpay.revoke_link",)
    title = "Revoke a link of {.guarantor}"
    form_class = SentOnce
    button = "Revoke it"
    danger = True
    lead = "It opens nothing from now on, and whoever is in by it is shown out. A payment that was made is kept."

    def find_target(self) -> Link:
        return get_object_or_404(Link.objects.select_related("guarantor"), pk=self.kwargs["link_id"])

    def why_not(self) -> Refused | None:
        return why_not_revoke(self.target, now=self.now)

    def do(self, form: SentOnce) -> tuple[str, str]:
        revoke_link(link_id=self.target.pk, now=self.now, by=self.request.user)
        return page_of(self.target.guarantor), "The link is revoked."

    def get_context_data(self, **context: Any) -> dict[str, Any]:
        return super().get_context_data(**{"back": page_of(self.target.guarantor), **context})
