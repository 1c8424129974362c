"""`manage.py register_wallet_domain`: Apple Pay and Google Pay show on the portal's domain from then on."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError

from payments.gateway.account import DomainFacts
from pops.core.refusals import Refused
from pops.web.backoffice.setup.stripe import get_host, register_site


class Command(BaseCommand):
    """Registers SITE_URL's domain at Stripe, or has Stripe look at it once more. Safe to run again."""

    help = "Registers the portal's domain for Apple Pay and Google Pay at Stripe, as the set-up guide's button does."

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            domain = register_site()
        except Refused as refusal:
            raise CommandError(refusal.words) from refusal
        self._say(domain)

    def _say(self, domain: DomainFacts) -> None:
        host = get_host()
        if domain.faults:
            said = " ".join(f"{wallet}: {fault}" for wallet, fault in domain.faults.items())
            raise CommandError(f"{host} is registered, but not all wallets show there. {said}")
        self.stdout.write(f"{host} is registered for Apple Pay and Google Pay.")
