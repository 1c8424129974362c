"""What is kept of reports: their runs, who exported what, and what runs by itself."""

from payments.reports.models.export import Export
from payments.reports.models.run import Format, ReportRun
from payments.reports.models.schedule import Schedule

__all__ = ["Export", "Format", "ReportRun", "Schedule"]
