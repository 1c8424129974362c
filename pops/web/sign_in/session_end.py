"""When a session ends: how long it still lasts, and that nobody loses their place, or what they typed at the desk."""

import time
from collections.abc import Callable
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.contrib import messages
from django.contrib.auth import SESSION_KEY
from django.contrib.auth.decorators import login_not_required
from django.contrib.auth.views import redirect_to_login
from django.contrib.sessions.models import Session
from django.forms import Form
from django.http import HttpRequest, HttpResponseBase, JsonResponse, QueryDict
from django.shortcuts import redirect
from django.urls import Resolver404, resolve, reverse
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from pops.core.access.models import User
from pops.sessions.selectors import find_ended_by_staff

# In the session of whoever was signed out, until they sign in again.
ENDED, KEPT = "ended", "kept_form"
SIGNED_OUT = "You were signed out. Sign in to go on where you were."
BY_STAFF = "The practice ended your session here. Sign in to go on where you were."
BACK_AGAIN = "You are signed in again, where you were. What you had not sent was not saved."
FORM_AGAIN = (
    "You were signed out before this was sent. Nothing was saved. What you typed is here again: check it and send it."
)
# Of a form; the longest that the desk has is a twentieth of it.
MAX_KEPT_BYTES = 100_000


@login_not_required
@never_cache
@require_http_methods(["GET", "POST"])
def session(request: HttpRequest) -> JsonResponse:
    """How many seconds are left to whoever is in here, 0 for nobody. To ask is no use; a POST may be."""
    request.is_no_use = True  # type: ignore[attr-defined]  # read by SlidingSessionMiddleware
    rule = request.session_rule  # type: ignore[attr-defined]
    if not rule:
        # With this answer the browser forgets the session that has ended.
        if owner := _find_owner(request):
            _note_end(request, owner)
        return JsonResponse({"seconds": 0})
    if request.method == "POST" and rule.may_extend:
        request.session["used_at"] = int(time.time())
        return JsonResponse({"seconds": rule.seconds})
    ends_at = Session.objects.values_list("expire_date", flat=True).get(pk=request.session.session_key)
    return JsonResponse({"seconds": int((ends_at - timezone.now()).total_seconds())})


@login_not_required
@require_POST
def keep(request: HttpRequest) -> HttpResponseBase:
    """Keep what was typed into a form of the desk when its session ended, and go back to it over sign-in."""
    page = request.POST.get("kept_page", "")
    owner = request.user.pk if request.user.is_authenticated else _find_owner(request)
    if not url_has_allowed_host_and_scheme(page, allowed_hosts=None) or not _keeps_form(page):
        return redirect("home")
    if owner:
        _keep_form(request, owner=owner, page=page)
        if not request.user.is_authenticated:
            _note_end(request, owner)
    return redirect(page)


class SessionEndMiddleware:
    """Says at sign-in that a session has ended, leads back to where it was, and keeps a form that came too late."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        response = self.get_response(request)
        door = urlsplit(getattr(response, "url", "")).path
        if door in (reverse("account_request_login_code"), reverse("account_login")):
            return self._at_the_door(request, response, door)
        return response

    def _at_the_door(self, request: HttpRequest, response: HttpResponseBase, door: str) -> HttpResponseBase:
        words = getattr(request.resolver_match and request.resolver_match.func, "signed_out_words", "")
        owner = None if request.user.is_authenticated else _find_owner(request)
        if owner or (words and not request.user.is_authenticated):
            _note_end(request, owner, words)
        if owner is None or request.method != "POST":
            return response
        if _keeps_form(request.path):
            _keep_form(request, owner=owner, page=request.get_full_path())
        return redirect_to_login(_find_page(request), door)


def welcome_back(request: HttpRequest, user: User) -> None:
    """Told at sign-in: somebody else never sees what was typed."""
    ended = request.session.pop(ENDED, None)
    if request.session.get(KEPT, {}).get("user") != user.pk:
        request.session.pop(KEPT, None)
    is_back = ended and ended["user"] == user.pk and ended["words"] in (SIGNED_OUT, BY_STAFF)
    if is_back and KEPT not in request.session:
        messages.info(request, BACK_AGAIN)


def fill_in_kept(request: HttpRequest, form: Form) -> None:
    """Put what this user had typed into this page's form before their session ended, once."""
    kept = request.session.get(KEPT)
    if not kept or kept["user"] != request.user.pk or kept["page"] != request.get_full_path():
        return
    del request.session[KEPT]
    typed = QueryDict(kept["fields"])
    for name, field in form.fields.items():
        form.initial[name] = field.widget.value_from_datadict(typed, {}, form.add_prefix(name))
    messages.warning(request, FORM_AGAIN)


def _find_owner(request: HttpRequest) -> int | None:
    """Whose session it was that the browser still names but that has ended, or has told before."""
    if ENDED in request.session:
        known: int | None = request.session[ENDED]["user"]
        return known
    key = request.COOKIES.get(settings.SESSION_COOKIE_NAME)
    row = Session.objects.filter(pk=key, expire_date__lte=timezone.now()).first() if key else None
    owner: Any = row.get_decoded().get(SESSION_KEY) if row else None
    return int(owner) if owner else find_ended_by_staff(key or "")


def _note_end(request: HttpRequest, owner: int | None, words: str = "") -> None:
    """For sign-in to say, and for what still comes from the same browser. About a payment it is said last."""
    before = request.session.get(ENDED, {}).get("words")
    key = request.COOKIES.get(settings.SESSION_COOKIE_NAME, "")
    why = BY_STAFF if find_ended_by_staff(key) else SIGNED_OUT
    request.session[ENDED] = {"user": owner, "words": words or before or why}


def _keeps_form(page: str) -> bool:
    try:
        return getattr(resolve(urlsplit(page).path).func, "keeps_form", False)
    except Resolver404:
        return False


def _keep_form(request: HttpRequest, *, owner: int, page: str) -> None:
    """Keep a form's fields in the session, beside sign-in's own; it ends with it."""
    fields = request.POST.copy()
    for name in ("csrfmiddlewaretoken", "kept_page"):
        fields.pop(name, None)
    typed = fields.urlencode()
    if len(typed) <= MAX_KEPT_BYTES:
        request.session[KEPT] = {"user": owner, "page": page, "fields": typed}


def _find_page(request: HttpRequest) -> str:
    """The page a form was sent from: where it was sent to may be no page."""
    sent_from = request.headers.get("Referer", "")
    if url_has_allowed_host_and_scheme(sent_from, allowed_hosts={request.get_host()}):
        parts = urlsplit(sent_from)
        return parts._replace(scheme="", netloc="", fragment="").geturl() or "/"
    return reverse("home")
