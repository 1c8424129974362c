"""Numbers of the practice's own system, as an index finds them."""

from django.db.models import F, Func, Value


def without_zeros(field: str) -> Func:
    """A number without the zeros that stand before it: an import looks whether they were lost."""
    return Func(F(field), Value("0"), function="ltrim")
