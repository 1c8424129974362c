"""What is kept of reports: filters, runs, exports, what runs by itself; and all that money did, to be read."""

from payments.reports.models.export import Export
from payments.reports.models.money import Applied, Money, Received
from payments.reports.models.run import Format, ReportRun
from payments.reports.models.saved import SavedFilter
from payments.reports.models.schedule import Schedule

__all__ = ["Applied", "Export", "Format", "Money", "Received", "ReportRun", "SavedFilter", "Schedule"]
