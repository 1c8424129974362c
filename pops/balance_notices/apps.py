from django.apps import AppConfig


class BalanceNoticesConfig(AppConfig):
    name = "pops.balance_notices"
    label = "balance_notices"
    verbose_name = "Balance notices"
