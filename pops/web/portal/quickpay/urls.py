"""QuickPay: the pages of paying by a link, and the receipt that it may show."""

from django.urls import path

from pops.web.portal.pay.urls import open_by
from pops.web.portal.quickpay import receipt
from pops.web.portal.quickpay.door import by_link

# Of paying: its templates lead on through the door by which they were reached.
app_name = "payments"
urlpatterns = [
    *open_by(by_link),
    path("<uuid:payment_id>/receipt/", by_link(receipt.receipt), name="receipt"),
    path("<uuid:payment_id>/receipt/mail/", by_link(receipt.mail), name="mail"),
]
