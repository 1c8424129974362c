from django.urls import path

from pops.web.portal.pay import confirming, views

app_name = "payments"
urlpatterns = [
    path("", views.start, name="start"),
    path("<uuid:payment_id>/", views.pay, name="pay"),
    path("<uuid:payment_id>/again/", views.again, name="again"),
    path("<uuid:payment_id>/check/", confirming.check, name="check"),
    path("<uuid:payment_id>/stored/", confirming.stored, name="stored"),
    path("<uuid:payment_id>/return/", views.returned, name="returned"),
]
