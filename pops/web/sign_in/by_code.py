"""Signing in by a code from an email or a text: the two pages, and what is kept between them."""

import time
from typing import Any

from allauth.account.internal.flows.login_by_code import LoginCodeVerificationProcess
from allauth.account.models import Login
from allauth.account.stages import LoginByCodeStage, LoginStageController
from allauth.account.views import ConfirmLoginCodeView, RequestLoginCodeView
from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect

from pops.core.access.models import User
from pops.web.sign_in.codes import send_code
from pops.web.sign_in.entering import DOOR, Origin
from pops.web.sign_in.forms import EMAIL, TEXT, owner_of
from pops.web.sign_in.limits import ASKING, TooOften, count
from pops.web.sign_in.person import TOLD


class CodeProcess(LoginCodeVerificationProcess):
    """allauth's, whose codes belong to the address instead of the session."""

    @classmethod
    def begin(
        cls, *, request: HttpRequest, user: User | None, email: str, said: str = "", by_text: bool = False
    ) -> None:
        """Send a code and remember in the session for which address, or for what was said instead of one."""
        login = Login(user=user, email=email)
        login.state["stages"] = {"current": LoginByCodeStage.key}
        stage = LoginByCodeStage(LoginStageController(request, login), request, login)
        stage.state.update(cls.initial_state(user=user, email=email))
        stage.state.update({"initiated_by_user": True, "said": said, "by_text": by_text})
        cls(stage).send()

    @property
    def wants_text(self) -> bool:
        """Whether the code is to come as a text, where there is a phone for one."""
        return bool(self.state.get("by_text"))

    def choose_way(self, way: str) -> None:
        """From now on by text or by email, as a button says; with no word from it as before."""
        if way in (TEXT, EMAIL) and settings.TEXTS_ARE_ON:
            self.state["by_text"] = way == TEXT

    def send(self, skip_enumeration_mails: bool = False) -> None:
        """Send a code, after which the page waits for it from now on, with all of its tries."""
        email, said, by_text = self.state["email"], self.state["said"], self.wants_text
        self.state["is_new"] = send_code(email=email, user=self.user, said=said, by_text=by_text)
        self.state["failed_attempts"] = 0
        self.state["at"] = self.stage.login.initiated_at = time.time()
        self.persist()


class AskView(RequestLoginCodeView):
    """Where a code is asked for."""

    def form_valid(self, form: Any) -> HttpResponse:
        data = form.cleaned_data
        CodeProcess.begin(request=self.request, user=form._user, email=data["email"], by_text=data.get("by") == TEXT)
        return redirect(self.get_success_url())


class CodeView(ConfirmLoginCodeView):
    """Where it is typed in. The address stays until another is asked for."""

    def get_form_kwargs(self) -> dict[str, Any]:
        kwargs: dict[str, Any] = super().get_form_kwargs()
        if self._process.user is None:
            User.objects.filter(pk=0).first()  # as long as it took to read somebody's login
        return kwargs if self._action == "resend" else {**kwargs, "process": self._process}

    def get_context_data(self, **context: Any) -> dict[str, Any]:
        state = self._process.state
        more = {"by_name": bool(state["said"]), "by_text": state.get("by_text"), "offers_text": settings.TEXTS_ARE_ON}
        shown: dict[str, Any] = super().get_context_data(**context, is_new=state["is_new"], **more)
        # Which address a name leads to is told to nobody, not even in part.
        return {**shown, "email": ""} if state["said"] else shown

    def _verify_form_valid(self, form: Any) -> HttpResponse:
        if self._process.state["said"]:
            self.request.session[TOLD] = self._process.user.pk
            self.request.session[DOOR] = Origin.WEBSITE.value
        response: HttpResponse = super()._verify_form_valid(form)
        return response

    def form_invalid(self, form: Any) -> HttpResponse:
        self._process.persist()  # its tries are counted there
        return self.render_to_response(self.get_context_data(form=form))

    def _resend_form_valid(self, form: Any) -> HttpResponse:
        process = CodeProcess(self.stage)
        try:
            count(ASKING, owner_of(process.state))
        except TooOften as error:
            messages.error(self.request, error.message)
        else:
            process.choose_way(self.request.POST.get("by", ""))
            process.send()
            if process.state["is_new"]:
                messages.success(self.request, "We sent a new code.")
        return redirect(self.passthrough_next_url(self.request.path))
