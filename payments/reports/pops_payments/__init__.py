"""POPS Payments: what came in, what went out, and what it was applied to."""

from payments.reports.pops_payments.report import PopsPayments

__all__ = ["PopsPayments"]
