"""QuickPay links: made for a guarantor, told once, listed, revoked."""

import datetime as dt
from typing import Any

from django.db.models import QuerySet
from django.shortcuts import get_object_or_404
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request
from rest_framework.response import Response

from pops.core.accounts.models import Guarantor
from pops.quickpay.addresses import get_address
from pops.quickpay.models import Link
from pops.quickpay.services import draw_token, make_link, revoke_link
from pops.service_accounts.scopes import Scope
from pops.web.api.fields import Text
from pops.web.api.idempotency import get_call_id, once
from pops.web.api.pages import PageQuery
from pops.web.api.schema import operation, page_of
from pops.web.api.v1.quickpay_shapes import LINK, NEW, NewQuickPayLinkShape, QuickPayLinkBody, QuickPayLinkShape
from pops.web.api.views import ApiView, ListView

ROWS = Link.objects.select_related("guarantor")


class LinkQuery(PageQuery):
    """Whose links are asked for."""

    account_number = Text(required=False, max_length=20, help_text="The guarantor's.")


class Links(ListView):
    """The links, newest first; and a new one."""

    scopes = {"GET": Scope.QUICKPAY_WRITE, "POST": Scope.QUICKPAY_WRITE}
    rights = {"GET": "accounts.view_guarantor", "POST": "quickpay.add_link"}
    shape, query, order = QuickPayLinkShape, LinkQuery, ("-id",)

    def find_rows(self, asked: dict[str, Any]) -> QuerySet[Link]:
        account = asked.get("account_number")
        return ROWS if account is None else ROWS.filter(guarantor__account_number=account)

    @operation(
        "list_quickpay_links",
        "List QuickPay links",
        query=LinkQuery,
        gives=page_of(QuickPayLinkShape),
        example={"items": [LINK], "next": None},
    )
    def get(self, request: Request) -> Response:
        return self.answer_page()

    @operation(
        "make_quickpay_link",
        "Make a QuickPay link, told this once",
        asks=QuickPayLinkBody,
        asked={"account_number": "00123", "origin": "email"},
        gives=NewQuickPayLinkShape,
        example=NEW,
        status=201,
    )
    @once(tells_secret=True)
    def post(self, request: Request) -> Response:
        said = self.read(QuickPayLinkBody)
        guarantor = get_guarantor(said["account_number"])
        days = said.get("good_for_days")
        facts = {"origin": said["origin"], "good_for": dt.timedelta(days=days) if days else None}
        token = draw_token(f"{get_call_id(self)} {guarantor.pk}")
        link, _ = make_link(guarantor=guarantor, token=token, **facts, now=self.now, by=self.user)
        data = NewQuickPayLinkShape({"address": get_address(token), "link": link}, context={"view": self}).data
        return Response(data, 201)


class RevokeLink(ApiView):
    """Let a link lead nowhere from now on."""

    scopes = {"POST": Scope.QUICKPAY_WRITE}
    rights = {"POST": "quickpay.revoke_link"}

    @operation(
        "revoke_quickpay_link",
        "Revoke a QuickPay link",
        gives=QuickPayLinkShape,
        example={**LINK, "is_good": False, "revoked_at": "2026-11-30T18:00:00Z"},
    )
    @once
    def post(self, request: Request, link_id: int) -> Response:
        revoke_link(link_id=link_id, now=self.now, by=self.user)
        return self.give(QuickPayLinkShape, get_object_or_404(ROWS, pk=link_id))


def get_guarantor(account_number: str) -> Guarantor:
    """The guarantor of this account number. Raises ValidationError, which says that there is none."""
    found = Guarantor.objects.select_related("group").filter(account_number=account_number, is_trial=False).first()
    if found is None:
        raise ValidationError({"account_number": ["There is no guarantor with this account number."]})
    return found
