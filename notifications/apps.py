from django.apps import AppConfig
from django.utils.module_loading import autodiscover_modules


class NotificationsConfig(AppConfig):
    name = "notifications"

    def ready(self) -> None:
        """Each app's notices.py declares its kinds of message."""
        autodiscover_modules("notices")
