from django.urls import path

from pops.web.portal.statements import views

app_name = "statements"
urlpatterns = [
    path("", views.statements, name="list"),
    path("<int:statement_id>/", views.detail, name="detail"),
    path("<int:statement_id>/pdf/", views.document, name="document"),
]
