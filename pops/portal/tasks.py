"""Background work of the portal."""

import smtplib

from celery import shared_task
from django.core.mail import EmailMultiAlternatives


@shared_task(autoretry_for=(OSError, smtplib.SMTPException), retry_backoff=2, max_retries=4, expires=15 * 60)
def send_sign_in_mail(*, subject: str, text: str, html: str, sender: str, to: str) -> None:
    """Send a sign-in code. Kept out of the request: how long the mail server takes would tell who is a patient."""
    message = EmailMultiAlternatives(subject, text, sender, [to])
    if html:
        message.attach_alternative(html, "text/html")
    message.send()
