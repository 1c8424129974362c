from django.apps import AppConfig


class QuickPayConfig(AppConfig):
    name = "pops.quickpay"
    verbose_name = "QuickPay"
