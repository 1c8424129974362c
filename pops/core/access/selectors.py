"""Who is who among the logins."""

from django.db.models import Q, QuerySet

from pops.core.access.models import User


def find_takers() -> QuerySet[User]:
    """Who may take money: staff, and the practice's own systems, by name."""
    return User.objects.filter(Q(is_staff=True) | Q(service_account__isnull=False)).order_by("name", "email")
