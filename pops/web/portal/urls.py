"""The guarantor's pages."""

from django.urls import include, path

from pops.web.portal import account, branding, credit, switching

urlpatterns = [
    path("", account.home, name="home"),
    path("credit/", credit.use, name="use_credit"),
    path("accounts/", switching.choose, name="accounts"),
    path("accounts/switch/", switching.switch, name="switch_account"),
    path("logo/<int:group_id>/", branding.logo, name="logo"),
    path("pay/", include("pops.web.portal.pay.urls")),
    path("receipts/", include("pops.web.portal.receipts.urls")),
]
