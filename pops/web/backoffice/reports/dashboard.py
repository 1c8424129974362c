"""The Reports dashboard: the reports that one may see, saved filters, what was made into files, what runs by itself."""

from typing import Any

from payments.reports.models import Schedule
from payments.reports.registry import REPORTS
from payments.reports.runs.keeping import runs_of
from payments.reports.spans import list_presets
from pops.web.backoffice.desk.action import DeskPage
from pops.web.backoffice.reports.saved import list_saved

RIGHTS = ("reports.view_reportrun",)
# The others are on pages of their own.
RUNS, SCHEDULES = 5, 10
# What is asked most of all.
AT_ONCE = ("today", "yesterday", "this_month", "last_month")


class Dashboard(DeskPage):
    """Where reports are opened from."""

    rights = RIGHTS
    template_name = "backoffice/reports/dashboard.html"
    title = "Reports"
    http_method_names = ["get", "head"]

    def get_context_data(self, **context: Any) -> dict[str, Any]:
        user = self.request.user
        reports = [report for report in REPORTS if user.has_perm(report.right)]
        shown: dict[str, Any] = {
            "reports": reports,
            "spans": [span for span in list_presets(self.today) if span.name in AT_ONCE],
            "saved": list_saved(reports=reports, user=user),
            "runs": runs_of(user)[:RUNS],
            "schedules": Schedule.objects.filter(recipients=user).exclude(state=Schedule.State.ENDED)[:SCHEDULES],
        }
        return super().get_context_data(**shown, **context)
