from django.apps import AppConfig


class ApiConfig(AppConfig):
    name = "pops.web.api"
    label = "api"
    verbose_name = "API"
