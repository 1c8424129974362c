from django.urls import path

from pops.web.look.views import picture, theme

urlpatterns = [
    path("theme/<slug:version>/<str:signed>.css", theme, name="theme"),
    path("pictures/<str:name>", picture, name="picture"),
]
