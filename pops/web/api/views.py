"""What every view of the API is: a key's, closed unless it says for which scope and right, answered in JSON."""

import datetime as dt
from collections.abc import Sequence
from functools import cached_property
from typing import Any, ClassVar, cast

from django.db.models import QuerySet
from django.http import Http404
from django.utils import timezone
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from pops.core.access.models import User
from pops.core.practice.models import Practice
from pops.core.practice.selectors import get_practice
from pops.service_accounts.models import ServiceAccount, ServiceKey
from pops.service_accounts.scopes import Scope
from pops.web.api.authentication import KeyAuthentication
from pops.web.api.etags import answer_tagged
from pops.web.api.fields import Query, Shape
from pops.web.api.pages import PageQuery, read_page
from pops.web.api.parsing import ApiJSONRenderer, JSONAlways, StrictJSONParser, take_body
from pops.web.api.permissions import ByScopeAndRight
from pops.web.api.problems import BadQuery, answer_exception
from pops.web.api.schema import ApiSchema
from pops.web.api.throttling import Used, count_call

# A right of roles.py, or several that are all needed.
Rights = str | tuple[str, ...]


class ApiView(APIView):
    """A view says which scope and which right each of its methods takes, and what each asks and gives (`@operation`).

    A method that writes is `@once` (pops.web.api.idempotency), parses by a Shape, calls one service with
    `by=self.user, now=self.now`, and answers. What services raise is answered by pops.web.api.problems.
    """

    scopes: ClassVar[dict[str, str]] = {}
    rights: ClassVar[dict[str, Rights]] = {}
    authentication_classes = (KeyAuthentication,)
    permission_classes = (ByScopeAndRight,)
    parser_classes = (StrictJSONParser,)
    renderer_classes = (ApiJSONRenderer,)
    content_negotiation_class = JSONAlways
    metadata_class = None
    schema = ApiSchema()
    http_method_names = ["get", "head", "post", "put", "patch", "delete"]
    used: Used | None = None

    @cached_property
    def now(self) -> dt.datetime:
        """When this call is answered."""
        return timezone.now()

    @cached_property
    def practice(self) -> Practice:
        """Read once a call. Raises Practice.DoesNotExist, which is answered by 409."""
        return get_practice()

    @cached_property
    def today(self) -> dt.date:
        """The practice's business day, now."""
        return self.practice.business_date(self.now)

    @property
    def key(self) -> ServiceKey:
        """Whose call this is."""
        key: ServiceKey = cast(Any, self.request.auth)
        return key

    @property
    def account(self) -> ServiceAccount:
        """The service account that calls."""
        return self.key.account

    @property
    def user(self) -> User:
        """Its login: the `by=` of each service."""
        return self.account.user

    @property
    def sees_confidential(self) -> bool:
        """Whether words of confidential visits are told: the key must have the scope and the role the right."""
        return self.key.has_scope(Scope.CONFIDENTIAL_READ) and self.user.has_perm("accounts.see_confidential")

    @property
    def allowed_methods(self) -> list[str]:
        """Those that there are here; OPTIONS would tell nothing that the schema doesn't."""
        return [name.upper() for name in self.http_method_names if hasattr(self, name)]

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        if any("\0" in str(part) for part in kwargs.values()):  # the database knows no such letter
            raise Http404
        super().initial(request, *args, **kwargs)
        take_body(request._request)

    def perform_authentication(self, request: Request) -> None:
        """Who calls, and how often of late. What is refused after this counts too."""
        super().perform_authentication(request)
        self.used = count_call(self.key.pk, now=self.now)
        self.used.refuse()

    def get_exception_handler(self) -> Any:
        return answer_exception

    def finalize_response(self, request: Request, response: Any, *args: Any, **kwargs: Any) -> Any:
        """With how much of the limit is left. What is told of people is kept by nobody on the way."""
        answer = super().finalize_response(request, response, *args, **kwargs)
        for name, value in (self.used.headers if self.used else {}).items():
            answer.headers.setdefault(name, value)
        answer.headers.setdefault("Cache-Control", "no-store")
        return answer

    def read(self, shape: type[Shape], **more: Any) -> Any:
        """The body, cleaned. Raises ValidationError, which is answered field by field."""
        asked = shape(data=self.request.data, context={"view": self}, **more)
        asked.is_valid(raise_exception=True)
        return asked.validated_data

    def read_query(self, query: type[Query]) -> dict[str, Any]:
        """What stands behind the question mark, cleaned. Raises BadQuery, also for what isn't known."""
        asked = query(data=query.pick(self.request.query_params))
        if not asked.is_valid():
            raise BadQuery(asked.errors_in_full())
        found: dict[str, Any] = asked.validated_data
        return found

    def give(self, shape: type[Shape], row: Any) -> Response:
        """One object, with its ETag; 304 without it for who has it already."""
        data = shape(row, context={"view": self}).data
        return answer_tagged(self.request, data)


class ListView(ApiView):
    """A list that is read page by page, in an order whose last field is unique and that an index has.

    Says `shape`, `order` (all fields ascending, or all descending with a minus) and `find_rows()`; `query` where it
    can be filtered.
    """

    shape: ClassVar[type[Shape]]
    query: ClassVar[type[Query]] = PageQuery
    order: ClassVar[tuple[str, ...]]

    def find_rows(self, asked: dict[str, Any]) -> QuerySet[Any]:
        """The rows that are asked for, whatever the page. `asked` is what `query` cleaned."""
        raise NotImplementedError

    def tell(self, rows: Sequence[Any]) -> Any:
        """How a page's rows are told: field by field, as `shape` has them. What is asked most writes its own rows."""
        return self.shape(rows, many=True, context={"view": self}).data

    def answer_page(self) -> Response:
        """A page, and in `next` and the Link header the address of the one after it."""
        asked = self.read_query(self.query)
        page = read_page(self.find_rows(asked), asked, order=self.order)
        following = page.next_address(self.request)
        items = self.tell(page.rows)
        headers = {"Link": f'<{following}>; rel="next"'} if following else {}
        return Response({"items": items, "next": following}, headers=headers)
