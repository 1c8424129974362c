"""Sign-in for guarantors and staff. Only those of allauth's doors that we use are opened."""

from allauth.account import views as account_views
from allauth.mfa.base import views as mfa_views
from allauth.mfa.recovery_codes.views import view_recovery_codes
from django.contrib.auth.decorators import login_not_required
from django.contrib.auth.views import LogoutView
from django.urls import path
from django.views.generic import RedirectView

from pops.web.sign_in import trial
from pops.web.sign_in.by_code import AskView, CodeView
from pops.web.sign_in.by_name import NameView
from pops.web.sign_in.new_address import NewAddressView
from pops.web.sign_in.new_password import ForgottenView, LinkView, SentView
from pops.web.sign_in.own_password import OwnPasswordView
from pops.web.sign_in.person import PersonView
from pops.web.sign_in.second_factor import EnrolView
from pops.web.sign_in.session_end import keep, session
from pops.web.sign_in.sign_out import sign_out, signed_out
from pops.web.sign_in.views import admin_login

urlpatterns = [
    path("sign-in/", AskView.as_view(), name="account_request_login_code"),
    # From the practice's website.
    path("sign-in/name/", NameView.as_view(), name="sign_in_by_name"),
    path("sign-in/code/", CodeView.as_view(), name="account_confirm_login_code"),
    path("sign-in/account/", PersonView.as_view(), name="sign_in_person"),
    path("new-address/<str:token>/", NewAddressView.as_view(), name="new_address"),
    path("trial/<str:token>/", trial.sign_in, name="trial"),
    path("trial/", trial.end, name="end_trial"),
    path("sign-out/", sign_out, name="account_logout"),
    path("signed-out/", signed_out, name="signed_out"),
    path("session/", session, name="session"),
    path("session/kept/", keep, name="session_keep"),
    path("staff/sign-in/", account_views.login, name="account_login"),
    path("staff/sign-in/authenticator/", mfa_views.authenticate, name="mfa_authenticate"),
    path("staff/sign-in/again/", account_views.reauthenticate, name="account_reauthenticate"),
    path("staff/sign-in/again/authenticator/", mfa_views.reauthenticate, name="mfa_reauthenticate"),
    path("staff/password/", ForgottenView.as_view(), name="staff_password"),
    path("staff/password/sent/", SentView.as_view(), name="staff_password_sent"),
    path("staff/password/<str:uidb64>/<str:token>/", LinkView.as_view(), name="staff_password_link"),
    path("staff/authenticator/", EnrolView.as_view(), name="mfa_activate_totp"),
    path("staff/recovery-codes/", view_recovery_codes, name="mfa_view_recovery_codes"),
    path("admin/login/", admin_login),
    path("admin/logout/", login_not_required(LogoutView.as_view(next_page="account_login"))),
    # Before Django admin's own, which lets the old password be guessed.
    path("admin/password_change/", OwnPasswordView.as_view()),
    # allauth looks this name up although nobody can sign up here: 410 Gone.
    path("sign-up/", login_not_required(RedirectView.as_view()), name="account_signup"),
    path("sign-in/inactive/", account_views.account_inactive, name="account_inactive"),
]
