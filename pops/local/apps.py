from django.apps import AppConfig


class LocalConfig(AppConfig):
    name = "pops.local"
    verbose_name = "Demo"
