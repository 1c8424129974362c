"""Every resource of version 1."""

from django.urls import path

from pops.web.api.v1 import practice

urlpatterns = [
    path("groups", practice.Groups.as_view(), name="groups"),
    path("groups/<int:group_id>", practice.OneGroup.as_view(), name="group"),
    path("facilities", practice.Facilities.as_view(), name="facilities"),
    path("facilities/<int:facility_id>", practice.OneFacility.as_view(), name="facility"),
    path("providers", practice.Providers.as_view(), name="providers"),
    path("providers/<int:provider_id>", practice.OneProvider.as_view(), name="provider"),
]
