"""Every door of POPS."""

from django.contrib import admin
from django.urls import include, path
from django.views.generic import RedirectView

from pops.web import health
from pops.web.backoffice.desk.practice.setup import front_page

handler400 = "pops.web.errors.bad_request"
handler403 = "pops.web.errors.forbidden"
handler404 = "pops.web.errors.not_found"
handler500 = "pops.web.errors.server_error"

urlpatterns = [
    path("", include("pops.web.look.urls")),
    path("", include("pops.web.sign_in.urls")),
    path("", include("pops.web.portal.urls")),
    path("api/", include("pops.web.api.urls")),
    path("webhooks/", include("pops.web.webhooks.urls")),
    path("admin/desk/", include("pops.web.backoffice.urls")),
    path("admin/", front_page),
    # Instead of Django's bare list of what the app holds.
    path("admin/reports/", RedirectView.as_view(pattern_name="backoffice:reports")),
    path("admin/", admin.site.urls),
    path("health/", health.health, name="health"),
    path("favicon.ico", health.favicon),
]
