from django.apps import AppConfig


class SubscribersConfig(AppConfig):
    name = "pops.subscribers"
    verbose_name = "Webhooks"
