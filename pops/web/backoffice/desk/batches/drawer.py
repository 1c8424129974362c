"""Cash in a drawer beside receipts: float, paid in, paid out, drops into the safe."""

from typing import Any

from django.shortcuts import get_object_or_404

from batches.cash import move_cash, why_not_move_cash
from batches.models import ReferenceBatch
from pops.core.money import format_cents
from pops.core.refusals import Refused
from pops.web.backoffice.desk.action import DeskAction, batch_page
from pops.web.backoffice.desk.batches.forms import DrawerForm


class MoveCash(DeskAction):
    """Write down cash that was put into the drawer of a batch or taken from it."""

    rights = ("batches.move_cash",)
    template_name = "backoffice/drawer.html"
    title = "Cash in the drawer of {.title}"
    target_name = "batch"
    form_class = DrawerForm
    field_of = {"float_is_there": "kind", "no_amount": "cents", "reason_missing": "reason"}

    def find_target(self) -> ReferenceBatch:
        return get_object_or_404(ReferenceBatch, pk=self.kwargs["batch_id"])

    def why_not(self) -> Refused | None:
        return why_not_move_cash(self.target)

    def do(self, form: DrawerForm) -> tuple[str, str]:
        data = form.cleaned_data
        made = move_cash(
            batch_id=self.target.pk, kind=data["kind"], cents=data["cents"], reason=data["reason"], by=self.request.user
        )
        return batch_page(self.target.pk), f"{made.get_kind_display()}: {format_cents(made.amount_cents)}. It is kept."

    def get_context_data(self, **context: Any) -> dict[str, Any]:
        rows = self.target.drawer_movements.select_related("made_by")
        return super().get_context_data(movements=rows, **context)
