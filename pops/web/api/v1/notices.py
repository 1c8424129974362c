"""Balance notices: sent to a guarantor now, and what became of those that were sent."""

from typing import Any

from django.db.models import QuerySet
from rest_framework.request import Request
from rest_framework.response import Response

from pops.balance_notices.asked import find_notices, send_notice
from pops.balance_notices.models import BalanceNotice
from pops.service_accounts.scopes import Scope
from pops.web.api.fields import Text
from pops.web.api.idempotency import once
from pops.web.api.pages import PageQuery
from pops.web.api.schema import operation, page_of
from pops.web.api.v1.notices_shapes import NOTICE, BalanceNoticeBody, BalanceNoticeShape
from pops.web.api.v1.quickpay import get_guarantor
from pops.web.api.views import ListView


class NoticeQuery(PageQuery):
    """Whose notices are asked for."""

    account_number = Text(required=False, max_length=20, help_text="The guarantor's.")


class Notices(ListView):
    """The notices, newest first; and one that is sent now."""

    scopes = {"GET": Scope.NOTICES_WRITE, "POST": Scope.NOTICES_WRITE}
    rights = {"GET": "notifications.view_message", "POST": "balance_notices.send_balancenotice"}
    shape, query, order = BalanceNoticeShape, NoticeQuery, ("-id",)

    def find_rows(self, asked: dict[str, Any]) -> QuerySet[BalanceNotice]:
        account = asked.get("account_number")
        return find_notices() if account is None else find_notices().filter(guarantor__account_number=account)

    @operation(
        "list_balance_notices",
        "List balance notices",
        query=NoticeQuery,
        gives=page_of(BalanceNoticeShape),
        example={"items": [NOTICE], "next": None},
    )
    def get(self, request: Request) -> Response:
        return self.answer_page()

    @operation(
        "send_balance_notice",
        "Send a balance notice now, at $0 too",
        asks=BalanceNoticeBody,
        asked={"account_number": "00123", "channel": "email"},
        gives=BalanceNoticeShape,
        example=NOTICE,
        status=201,
    )
    @once
    def post(self, request: Request) -> Response:
        said = self.read(BalanceNoticeBody)
        guarantor = get_guarantor(said.pop("account_number"))
        notice = send_notice(guarantor_id=guarantor.pk, **said, now=self.now, by=self.user)
        data = BalanceNoticeShape(find_notices().get(pk=notice.pk), context={"view": self}).data
        return Response(data, 201)
