"""The API: its versions, and what else stands under /api/."""

from django.urls import include, path, re_path

from pops.web.api import description
from pops.web.api.nowhere import Nowhere

app_name = "api"
urlpatterns = [
    path("", description.page, name="page"),
    path("v1/openapi.yaml", description.openapi_yaml, name="openapi_yaml"),
    path("v1/openapi.json", description.openapi_json, name="openapi_json"),
    path("v1/", include("pops.web.api.v1.urls")),
    # Programs get a problem document where there is nothing, not a page.
    re_path("", Nowhere.as_view(), name="nowhere"),
]
