from django.apps import AppConfig


class BackofficeConfig(AppConfig):
    name = "payments.backoffice"
    label = "backoffice"
