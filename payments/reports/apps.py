from django.apps import AppConfig


class ReportsConfig(AppConfig):
    name = "payments.reports"
    label = "reports"
    verbose_name = "Reports"
