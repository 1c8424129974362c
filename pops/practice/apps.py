from django.apps import AppConfig


class PracticeConfig(AppConfig):
    name = "pops.practice"
    verbose_name = "POPS Management"
