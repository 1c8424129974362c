from django.apps import AppConfig
from django.db.models.signals import post_migrate

from pops.web.backoffice.roles import apply_roles


class BackofficeConfig(AppConfig):
    name = "pops.web.backoffice"
    label = "backoffice"

    def ready(self) -> None:
        """The roles' rights follow their file after each `migrate`: Django knows no other time when all are there."""
        post_migrate.connect(apply_roles, sender=self)
