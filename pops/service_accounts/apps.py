from django.apps import AppConfig


class ServiceAccountsConfig(AppConfig):
    name = "pops.service_accounts"
    verbose_name = "API"
