"""What is kept of reports: their runs, who exported what, what runs by itself; and all that money did, to be read."""

from payments.reports.models.export import Export
from payments.reports.models.money import Money
from payments.reports.models.run import Format, ReportRun
from payments.reports.models.schedule import Schedule

__all__ = ["Export", "Format", "Money", "ReportRun", "Schedule"]
