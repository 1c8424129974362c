"""Which reports there are: a line each."""

from payments.reports.declaration import Report
from payments.reports.pops_payments import PopsPayments
from payments.reports.usage import SessionUsage

REPORTS: tuple[Report, ...] = (PopsPayments(), SessionUsage())


def find_report(slug: str) -> Report | None:
    """The report of this name in addresses."""
    return next((report for report in REPORTS if report.slug == slug), None)
