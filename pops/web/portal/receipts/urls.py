from django.urls import path

from pops.web.portal.receipts import mail, views

app_name = "receipts"
urlpatterns = [
    path("", views.history, name="history"),
    path("<int:number>/", views.detail, name="detail"),
    path("<int:number>/mail/", mail.send_again, name="send_again"),
    path("<int:number>/pdf/", views.document, name="document"),
]
