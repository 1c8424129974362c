from django.apps import AppConfig
from django.utils.module_loading import autodiscover_modules


class ImportsConfig(AppConfig):
    name = "pops.core.imports"

    def ready(self) -> None:
        """An app above says in its imported.py who asks the readers of new addresses."""
        autodiscover_modules("imported")
