"""The guarantor's pages."""

from django.urls import include, path

from pops.quickpay.addresses import PATH
from pops.web.portal import appointments, credit, home, switching
from pops.web.portal.account import views as account
from pops.web.portal.preview.views import preview
from pops.web.portal.profile import cards, email, phone
from pops.web.portal.profile import views as profile
from pops.web.portal.quickpay import links

urlpatterns = [
    path("", home.home, name="home"),
    path("preview/", preview, name="preview"),
    path("start/", home.land, name="landing"),
    path("account/", account.account, name="account"),
    path("statements/", include("pops.web.portal.statements.urls")),
    path("credit/", credit.use, name="use_credit"),
    path("accounts/", switching.choose, name="accounts"),
    path("accounts/switch/", switching.switch, name="switch_account"),
    path("appointments/", appointments.appointments, name="appointments"),
    path("appointments/new/", appointments.ask, name="ask_for_appointment"),
    path("appointments/requests/<int:request_id>/withdraw/", appointments.withdraw, name="withdraw_request"),
    path("profile/", profile.profile, name="profile"),
    path("profile/name/", profile.change_name, name="profile_name"),
    path("profile/notices/", profile.change_notices, name="profile_notices"),
    path("profile/email/", email.change_email, name="profile_email"),
    path("profile/email/code/", email.confirm, name="profile_email_code"),
    path("profile/email/withdraw/", email.withdraw, name="withdraw_own_email"),
    path("profile/phone/", phone.change_phone, name="profile_phone"),
    path("profile/phone/code/", phone.confirm, name="profile_phone_code"),
    path("profile/phone/withdraw/", phone.withdraw, name="withdraw_own_phone"),
    path("profile/cards/<uuid:card_id>/default/", cards.prefer, name="prefer_card"),
    path("profile/cards/<uuid:card_id>/remove/", cards.remove, name="remove_card"),
    path("pay/", include("pops.web.portal.pay.urls")),
    path("quickpay/", include("pops.web.portal.quickpay.urls", namespace="quickpay")),
    path(f"{PATH}<str:token>/", links.look, name="quickpay_link"),
    path(PATH, links.enter, name="quickpay_enter"),
    path("receipts/", include("pops.web.portal.receipts.urls")),
]
