"""Members of staff with their roles."""

from typing import Any

from django.contrib.auth.models import Group as Role

from pops.core.access.models import User
from tests.factories.accounts import UserFactory

DESK, MANAGER, ADMIN = "Front desk", "Billing manager", "Administrator"


def member(role: str, **facts: Any) -> User:
    """A member of staff with a role."""
    user: User = UserFactory(is_staff=True, **facts)
    user.groups.add(Role.objects.get(name=role))
    return user
