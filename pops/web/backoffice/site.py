"""The frame of the back office: Django's admin, without what its bar at the side would need."""

from functools import partial
from typing import Any

from django.contrib.admin import AdminSite
from django.contrib.admin.apps import AdminConfig
from django.utils.functional import SimpleLazyObject


class BackOffice(AdminSite):
    """The one site of the back office."""

    site_header = site_title = "POPS"
    index_title = "Back office"
    enable_nav_sidebar = False  # the desk has a bar of its own, and tablets no room
    site_url = None  # staff have no account in the portal

    def get_app_list(self, request: Any, app_label: str | None = None) -> Any:
        """Every list that a member of staff may open, for a page that shows them.

        Django puts it together for each page, of some hundred questions about rights: a fifth of a page's time.
        """
        return SimpleLazyObject(partial(super().get_app_list, request, app_label))


class BackOfficeConfig(AdminConfig):
    """Django's admin, with our site."""

    default_site = "pops.web.backoffice.site.BackOffice"
