from django.apps import AppConfig


class ChangesConfig(AppConfig):
    name = "pops.changes"
    verbose_name = "Changes"
