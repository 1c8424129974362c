from django.apps import AppConfig


class PracticeConfig(AppConfig):
    name = "pops.core.practice"
    verbose_name = "POPS Management"
