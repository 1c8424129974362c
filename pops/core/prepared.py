"""Queries that are asked with each payment, page or call: their SQL is made once in a process.

Django makes the SQL of a query anew each time it is asked. For a row by its key that takes longer than asking.
"""

import inspect
from collections.abc import Callable
from functools import cached_property
from typing import Any, Generic, TypeVar

from django.db.models import Expression, Model, QuerySet

M = TypeVar("M", bound=Model)


class Given(Expression):
    """Stands in a prepared query for what is given when it is asked."""

    def __init__(self, name: str) -> None:
        super().__init__()
        self.name = name

    def as_sql(self, compiler: Any, connection: Any) -> Any:
        return "%s", [self]


class Prepared(Generic[M]):
    """A query that was written as a function of what it is asked by, each a plain value: a row's id, not the row."""

    def __init__(self, write: Callable[..., QuerySet[M]]) -> None:
        self.write, self.__doc__ = write, write.__doc__

    @cached_property
    def _made(self) -> tuple[type[M], str, tuple[Any, ...]]:
        query = self.write(**{name: Given(name) for name in inspect.signature(self.write).parameters})
        return (query.model, *query.query.sql_with_params())

    def find(self, **given: Any) -> M | None:
        """The first row, if there is one. What the query adds to it by annotate() is an attribute of it."""
        model, sql, params = self._made
        values = [given[one.name] if isinstance(one, Given) else one for one in params]
        return next(iter(model._base_manager.raw(sql, values)), None)
