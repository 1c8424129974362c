"""A group as a form says it, not saved: signed, so that a page can be shown in it."""

from typing import Any

from django.core import signing

from pops.core.practice.models import Group

SALT = "pops.group-draft"
GOOD_FOR = 3600  # seconds
# Of a footer; what a draft says stands in an address, and that has an end.
LONGEST = 600


def sign_draft(group: Group) -> str:
    """All that a page shows of the group, for an address."""
    said = {field.name: _said(field.value_from_object(group)) for field in group._meta.concrete_fields}
    return signing.dumps(said, salt=SALT, compress=True)


def read_draft(text: str) -> Group:
    """The group that was signed, without a key of its own. Raises BadSignature when it is forged or an hour old."""
    said: dict[str, Any] = signing.loads(text, salt=SALT, max_age=GOOD_FOR)
    return Group(**{**said, "id": None})


def _said(value: Any) -> Any:
    if isinstance(value, bool | int) or value is None:
        return value
    return str(value)[:LONGEST]
