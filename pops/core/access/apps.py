from django.apps import AppConfig


class AccessConfig(AppConfig):
    name = "pops.core.access"
