"""The product's doors and the demo's: sign-in by one click, the mail and the texts that were sent."""

from django.urls import include, path

from pops.local import views
from pops.urls import handler400, handler403, handler404, handler500

__all__ = ["handler400", "handler403", "handler404", "handler500", "urlpatterns"]

demo_patterns = [
    path("sign-in/<str:token>/", views.sign_in, name="sign_in"),
    path("texts/", views.text_list, name="text_list"),
    path("texts/answer/", views.answer_text, name="answer_text"),
    path("webhooks/", views.hook_list, name="hook_list"),
    path("webhooks/in/", views.take_hook, name="take_hook"),
    path("webhooks/away/", views.hook_away, name="hook_away"),
    path("mail/", views.mail_list, name="mail_list"),
    path("mail/<slug:name>/", views.mail_detail, name="mail_detail"),
    path("mail/<slug:name>/html/", views.mail_html, name="mail_html"),
]

urlpatterns = [
    path("demo/", include((demo_patterns, "demo"))),
    path("", include("pops.urls")),
]
