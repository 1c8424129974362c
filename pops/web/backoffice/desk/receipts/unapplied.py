"""Money that is applied to no service yet, by how long it has been here."""

from typing import Any

from batches.blind import hidden_batches
from pops.web.backoffice.desk.action import DeskPage
from receipts.unapplied import PAGE, find_age, find_unapplied, sum_by_age

# A receipt number has at most as many digits as the database has room for.
DIGITS = 18


class UnappliedMoney(DeskPage):
    """Receipts of which something is unapplied, the oldest first: of one age or of all."""

    rights = ("receipts.view_receipt",)
    template_name = "backoffice/unapplied.html"
    title = "Unapplied money by age"
    http_method_names = ["get", "head"]

    def get_context_data(self, **context: Any) -> dict[str, Any]:
        asked, after = self.request.GET.get("age", ""), self.request.GET.get("after", "")
        age, unseen = find_age(asked), list(hidden_batches(self.request.user))
        place = int(after) if after.isascii() and after.isdigit() and len(after) <= DIGITS else None
        found = find_unapplied(today=self.today, age=age, unseen=unseen, after=place)
        rows = [(one, (self.today - one.received_on).days) for one in found[:PAGE]]
        shown: dict[str, Any] = {"rows": rows, "age": age, "is_unknown": bool(asked) and age is None, "unseen": unseen}
        shown["next_after"] = rows[-1][0].receipt_id if len(found) > PAGE else None
        ages = sum_by_age(today=self.today, unseen=unseen)
        total = sum(one.cents for one in ages if age in (None, one.age))
        return super().get_context_data(ages=ages, total_cents=total, **shown, **context)
