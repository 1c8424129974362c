"""What appears after a close: the packets and the deposit slip, as soon as a worker has made them, to be printed."""

from functools import cached_property
from typing import Any
from urllib.parse import urlencode

from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse

from batches.deposits import get_last_close
from batches.models import BatchClose, Deposit, ReferenceBatch
from pops.web.backoffice.desk.action import DeskPage
from receipts.documents.deposits import get_deposit_slip
from receipts.documents.packet import packet_context

# More than a day ever has.
MOST = 60
# The file has all of them.
ROWS_ON_SCREEN = 300
LONGEST_KEY = 18


class Papers(DeskPage):
    """The packets of batches that were just closed. It waits until they are made."""

    rights = ("batches.view_referencebatch",)
    http_method_names = ["get", "head"]

    @property
    def template_name(self) -> str:  # type: ignore[override]
        return f"backoffice/papers{'' if self.is_ready else '_wait'}.html"

    @property
    def title(self) -> str:  # type: ignore[override]
        return "Closed, to be printed" if self.is_ready else "The close packet is being made"

    @cached_property
    def closes(self) -> list[BatchClose]:
        """The closes that are asked for."""
        keys = [key for key in self.request.GET.getlist("batch") if key.isascii() and key.isdigit()][:MOST]
        found = ReferenceBatch.objects.filter(pk__in=[key for key in keys if len(key) <= LONGEST_KEY])
        closed = found.exclude(status=ReferenceBatch.Status.OPEN).select_related("user", "facility")
        return [get_last_close(batch) for batch in closed.order_by("batch_date", "is_api", "pk")]

    @cached_property
    def deposit(self) -> Deposit | None:
        key = self.request.GET.get("deposit", "")
        is_key = key.isascii() and key.isdigit() and len(key) <= LONGEST_KEY
        return Deposit.objects.select_related("made_by").filter(pk=key).first() if is_key else None

    @cached_property
    def is_ready(self) -> bool:
        """Whether all of the files are there."""
        made = all(close.documents.exists() for close in self.closes)
        return made and (self.deposit is None or self.deposit.documents.exists())

    def get(self, request: Any, *args: Any, **kwargs: Any) -> HttpResponse:
        if not self.closes:
            raise Http404("No closed batch is asked for.")
        if self.is_ready and "wait" in request.GET:
            # wait.js follows where it is led.
            return redirect(self._address(wait=False))
        return super().get(request, *args, **kwargs)

    def get_context_data(self, **context: Any) -> dict[str, Any]:
        shown: dict[str, Any] = {"closes": self.closes, "deposit": self.deposit, "wait_path": self._address(wait=True)}
        if self.is_ready:
            shown["papers"] = [
                {"close": close, "batch": close.batch, **packet_context(close, most=ROWS_ON_SCREEN)}
                for close in self.closes
            ]
            shown["slip"] = get_deposit_slip(self.deposit) if self.deposit else None
        return super().get_context_data(**shown, **context)

    def _address(self, *, wait: bool) -> str:
        ids: dict[str, Any] = {"batch": [close.batch_id for close in self.closes]}
        ids |= {"deposit": self.deposit.pk} if self.deposit else {}
        return f"{reverse('backoffice:papers')}?{urlencode({**ids, **({'wait': 1} if wait else {})}, doseq=True)}"
