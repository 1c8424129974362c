"""The one shape of a desk page: who may, what is asked, why not, what is done, where it leads."""

import datetime as dt
import uuid
from dataclasses import dataclass
from functools import cached_property
from typing import Any, ClassVar

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db import models
from django.forms import Form
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.decorators import classonlymethod, method_decorator
from django.utils.functional import SimpleLazyObject
from django.views.decorators.cache import never_cache
from django.views.generic import FormView, TemplateView, View

from batches.selectors import find_attached_batch
from pops.core.access.models import User
from pops.core.locks import HoldsAnother
from pops.core.practice.selectors import practice_of
from pops.core.refusals import Refused
from pops.web.backoffice.once import AlreadySent, SentOnce, do_once, do_then_note, find_sent_form
from pops.web.backoffice.roles import say_who
from pops.web.sign_in.session_end import fill_in_kept

MALFORMED = Refused("malformed", "That button was not sent whole. Nothing was done; press it again.")
FORM_PAGE = "backoffice/form.html"
MERGED = Refused("merged", "This account was merged into another one just now. Nothing was done; look at it again.")


@dataclass(frozen=True)
class WayOut:
    """What can be done instead of what is refused: a page, or who may open it."""

    label: str
    url: str
    who: str = ""


class DeskRequest(HttpRequest):
    """A request by a signed-in member of staff."""

    user: User


@method_decorator(never_cache, name="dispatch")
class DeskView(View):
    """Opens only to staff who have all of its rights."""

    rights: ClassVar[tuple[str, ...]]
    request: Any  # by a signed-in member of staff

    def dispatch(self, request: Any, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if not admin.site.has_permission(request) or not request.user.has_perms(self.rights):
            raise PermissionDenied
        if any("\0" in str(part) for part in kwargs.values()):  # the database knows no such letter
            raise Http404
        return super().dispatch(request, *args, **kwargs)

    @cached_property
    def now(self) -> dt.datetime:
        """When this request is answered."""
        return timezone.now()

    @cached_property
    def today(self) -> dt.date:
        """The practice's business day, now."""
        return practice_of(self.request).business_date(self.now)


class DeskPage(DeskView, TemplateView):
    """A page that only shows."""

    title = ""

    def get_context_data(self, **context: Any) -> dict[str, Any]:
        return super().get_context_data(**{**admin.site.each_context(self.request), "title": self.title, **context})


class DeskAction(DeskView, FormView):
    """A form of the desk, sent once.

    A page states its `rights`, its form, `find_target()` (what it is about, 404 without it), `why_not()` (what the
    service would refuse whatever is typed: shown instead of the form), and `do()`: calls one service and returns the
    page to go to and what to say there. What the service refuses stands on the form, beside the field that `field_of`
    names for its code. With `asks_stripe` the service itself does its work once, and no transaction is open meanwhile.
    `elsewhere()` is asked before: where this is done for this target, if not here.

    A form that was sent before is answered as its first copy was. That is asked again before anything is refused: the
    copy may have been done while this one was judged, and be what it is refused for.
    """

    template_name = FORM_PAGE
    title = ""
    lead = ""
    button = ""
    danger = False
    needs_batch = False
    asks_stripe = False
    target_name = "target"
    field_of: ClassVar[dict[str, str]] = {}

    @cached_property
    def target(self) -> Any:
        return self.find_target()

    @classonlymethod
    def as_view(cls, **initkwargs: Any) -> Any:  # noqa: N805  a class method of Django's own kind
        view: Any = super().as_view(**initkwargs)
        view.keeps_form = "get" in cls.http_method_names  # read where a session has ended
        return view

    def find_target(self) -> models.Model | None:
        return None

    def why_not(self) -> Refused | None:
        return None

    def ways_out(self, refusal: Refused) -> list[tuple[str, str, str]]:
        """What can be done instead: the right, what it is called, its page."""
        return []

    def elsewhere(self) -> tuple[str, str] | None:
        """The page where this is done for this target, if not here, and what to say there."""
        return None

    def do(self, form: Any) -> tuple[str, str]:
        raise NotImplementedError

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        _ = self.target
        return self._lead_away() or super().get(request, *args, **kwargs)

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if copy := self.answer_copy():
            return copy
        _ = self.target
        return self._lead_away() or super().post(request, *args, **kwargs)

    def get_form(self, form_class: Any = None) -> Any:
        form = super().get_form(form_class)
        if not form.is_bound:
            fill_in_kept(self.request, form)
        return form

    def form_valid(self, form: Any) -> HttpResponse:
        once = do_then_note if self.asks_stripe else do_once
        form_id: uuid.UUID | None = form.cleaned_data.get("form_id")
        try:
            page, words = once(form_id=form_id, by=self.request.user, job=lambda: self.do(form))
        except AlreadySent as copy:
            return self._lead_to_first(copy.page)
        except Refused as refusal:
            return self.refused(form, refusal)
        except HoldsAnother:
            return self.refused(form, MERGED)
        if words:
            messages.success(self.request, words)
        return redirect(page)

    def refused(self, form: Form, refusal: Refused) -> HttpResponse:
        form.add_error(self.field_of.get(refusal.code), refusal.words)
        return self.form_invalid(form)

    def form_invalid(self, form: Any) -> HttpResponse:
        return self.answer_copy() or self.show_again(form)

    def show_again(self, form: Any) -> HttpResponse:
        """The page with what is wrong with the form."""
        return self.render_to_response(self.get_context_data(form=form), status=422)

    def answer_copy(self) -> HttpResponse | None:
        """The answer to a form that has done its work before."""
        sent = find_sent_form(form_id=self.request.POST.get("form_id", ""), by=self.request.user)
        return self._lead_to_first(sent.page) if sent else None

    def get_context_data(self, **context: Any) -> dict[str, Any]:
        refusal = self.why_not()
        shown = {name: getattr(self, name) for name in ("lead", "button", "danger", "needs_batch")}
        shown |= {
            self.target_name: self.target,
            "title": self.title.format(self.target),
            "refusal": refusal.words if refusal else "",
            "ways_out": self._offer(self.ways_out(refusal)) if refusal else [],
            # Asked for only where a template shows it.
            "attached": SimpleLazyObject(lambda: find_attached_batch(self.request.user)),
        }
        told = super().get_context_data(**{**admin.site.each_context(self.request), **shown, **context})
        if self.template_name == FORM_PAGE and not told["form"].is_bound:
            _focus_first(told["form"], below="lead" if told["lead"] else "")
        return told

    def _offer(self, ways: list[tuple[str, str, str]]) -> list[WayOut]:
        """To each who it is for: a link for who may, the roles that may for who may not."""
        has_perm = self.request.user.has_perm
        return [WayOut(label, page, "" if has_perm(right) else say_who(right)) for right, label, page in ways]

    def _lead_away(self) -> HttpResponse | None:
        away = self.elsewhere()
        if away is None:
            return None
        if copy := self.answer_copy():
            return copy
        page, words = away
        if words:
            messages.error(self.request, words)
        return redirect(page)

    def _lead_to_first(self, page: str) -> HttpResponse:
        messages.warning(self.request, "This form was sent twice. It was done once.")
        return redirect(page)


def _focus_first(form: Form, *, below: str) -> None:
    """Nobody tabs through the menu to say why. What is said above the form is read with its first field."""
    for field in form.visible_fields()[:1]:
        if not field.use_fieldset:
            told = " ".join(filter(None, [below, field.aria_describedby]))
            field.field.widget.attrs |= {"autofocus": True, **({"aria-describedby": told} if told else {})}


class DeskButton(DeskAction):
    """A button that acts at once: nothing is asked, what is refused is told on the page it leads to.

    What can't be undone is a DeskAction with a form of nothing but its own button: its page says what comes of it.
    """

    http_method_names = ["post"]
    form_class = SentOnce
    undone_by: ClassVar[str]  # what takes it back, or why nobody needs to

    def page(self) -> str:
        """Where it leads, whatever comes of it."""
        raise NotImplementedError

    def refused(self, form: Form, refusal: Refused) -> HttpResponse:
        if copy := self.answer_copy():
            return copy
        messages.error(self.request, refusal.words)
        return redirect(self.page())

    def form_invalid(self, form: Any) -> HttpResponse:
        return self.refused(form, MALFORMED)


def batch_page(batch_id: int) -> str:
    """The address of a batch's page."""
    return reverse("admin:batches_referencebatch_change", args=[batch_id])


def receipt_page(number: int) -> str:
    """The address of a receipt's page."""
    return reverse("admin:receipts_receipt_change", args=[number])
