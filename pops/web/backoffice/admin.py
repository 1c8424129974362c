"""Every list of the back office, and how its frame is headed."""

from django.contrib import admin

from pops.web.backoffice.lists import (
    accounts,
    api,
    asked,
    batches,
    books,
    cards,
    deposits,
    exports,
    groups,
    notifications,
    payments,
    practice,
    receipts,
    sessions,
    staff,
    visits,
    webhooks,
)

__all__ = [
    "accounts",
    "api",
    "asked",
    "batches",
    "books",
    "cards",
    "deposits",
    "exports",
    "groups",
    "notifications",
    "payments",
    "practice",
    "receipts",
    "sessions",
    "staff",
    "visits",
    "webhooks",
]

admin.site.site_header = admin.site.site_title = "POPS"
admin.site.index_title = "Back office"
admin.site.enable_nav_sidebar = False  # the desk has a bar of its own, and tablets no room
admin.site.site_url = None  # staff have no account in the portal
