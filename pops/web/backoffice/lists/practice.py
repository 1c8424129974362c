from django.contrib import admin
from django.http import HttpRequest

from pops.core.practice.models import Facility, Practice, Provider
from pops.web.backoffice.lists.history import KeepsHistory


def _is_there(request: HttpRequest) -> bool:
    """Whether there is a practice: known of each request that came when there was one."""
    return getattr(request, "practice", None) is not None or Practice.objects.exists()


@admin.register(Practice)
class PracticeAdmin(KeepsHistory):
    """The one practice: where and when it works."""

    list_display = ["name", "time_zone", "cut_off", "paper_size"]
    fieldsets = [
        (None, {"fields": ["name", "phone", "email"]}),
        ("The day", {"fields": ["time_zone", "cut_off"]}),
        ("Balance notices", {"fields": ["notices_from", "notices_until"]}),
        ("Back office", {"fields": ["paper_size", "blind_count", "recount", "opens_batches", "batch_open_days"]}),
        ("This change", {"fields": ["why"]}),
    ]

    def has_add_permission(self, request: HttpRequest) -> bool:
        return not _is_there(request) and super().has_add_permission(request)


@admin.register(Facility)
class FacilityAdmin(KeepsHistory):
    """Where the practice works."""

    list_display = ["name", "number", "nickname", "address", "phone", "tax_id", "is_retired"]
    list_filter = ["is_retired"]
    fieldsets = [
        (None, {"fields": ["name", "number", "nickname", "address", "phone", "tax_id", "is_retired"]}),
        ("This change", {"fields": ["why"]}),
    ]


@admin.register(Provider)
class ProviderAdmin(KeepsHistory):
    """Who treats."""

    list_display = ["name", "number", "is_retired"]
    list_filter = ["is_retired"]
    fieldsets = [(None, {"fields": ["name", "number", "is_retired"]}), ("This change", {"fields": ["why"]})]
