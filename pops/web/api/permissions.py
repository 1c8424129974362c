"""What a call may do: what its key's scopes name, and then only what its account's role may."""

from typing import Any

from rest_framework.permissions import BasePermission
from rest_framework.request import Request

from pops.web.api.problems import Problem


class ByScopeAndRight(BasePermission):
    """A view says `scopes` and `rights` for each of its methods. What says none is closed."""

    def has_permission(self, request: Request, view: Any) -> bool:
        """Raises Problem 403. What has no such method is answered by 405."""
        method = "GET" if request.method == "HEAD" else str(request.method)
        if method not in view.allowed_methods:
            return True
        scope, rights = view.scopes.get(method), view.rights.get(method)
        if scope is None or rights is None:
            raise Problem(403, "closed", "This is open to nobody.")
        key: Any = request.auth
        if not key.has_scope(scope):
            raise Problem(403, "scope_missing", f"This key lacks the scope {scope}.")
        for right in (rights,) if isinstance(rights, str) else rights:
            need_right(right, user=request.user)
        return True


def need_right(right: str, *, user: Any) -> None:
    """Raises Problem 403 unless the role of who calls has it."""
    if not user.has_perm(right):
        raise Problem(403, "right_missing", f"The role of this account lacks the right {right}.")
