"""The environment variables that pops.settings asks for, with harmless values for this machine alone."""

import os
import secrets
from collections.abc import Mapping
from pathlib import Path

from pops.local import datadir, home
from pops.local.steps import StepError

# The first is the same as while setting up.
CACHE = datadir.ROOT / ".data" / "cache"
CACHES = {**home.caches(CACHE), **home.compiled(CACHE / "python")}
# Mail goes nowhere, or into the demo's folder.
NO_MAIL_SERVER = "memorymail://"
STRIPE = ("STRIPE_SECRET_KEY", "STRIPE_PUBLISHABLE_KEY", "STRIPE_WEBHOOK_SECRET")

TWILIO = ("TWILIO_ACCOUNT_SID", "TWILIO_AUTH_TOKEN", "TWILIO_FROM")


def check(environ: Mapping[str, str]) -> None:
    """Refuse a half-set group of Stripe keys: with it, some payments would go to Stripe and never come back."""
    lacking = [name for name in STRIPE if not environ.get(name)]
    if 0 < len(lacking) < len(STRIPE):
        raise StepError(
            f"of Stripe's three keys these are not set: {', '.join(lacking)}",
            advice="set all three to use Stripe, or none of them to use the sandbox on this machine",
        )


def has_twilio(environ: Mapping[str, str]) -> bool:
    """Whether texts go to Twilio itself."""
    return all(environ.get(name) for name in TWILIO)


def has_stripe(environ: Mapping[str, str]) -> bool:
    """Whether payments go to Stripe itself."""
    return all(environ.get(name) for name in STRIPE)


def development(urls: Mapping[str, str], *, folder: Path | None = None) -> dict[str, str]:
    """The environment for one command: what is set stays, the rest is made up for this one run."""
    made_up = {
        "DJANGO_SETTINGS_MODULE": "pops.settings",
        "SECRET_KEY": secrets.token_urlsafe(50),
        "SITE_URL": "http://127.0.0.1:8000",
        "DEFAULT_FROM_EMAIL": "POPS <pops@localhost>",
        "STRIPE_SECRET_KEY": "sk_test_local",
        "STRIPE_PUBLISHABLE_KEY": "pk_test_local",
        "STRIPE_WEBHOOK_SECRET": "whsec_local",
        # Nothing listens there: what reaches out by mistake fails at once, on this machine.
        "STRIPE_API_BASE": "http://127.0.0.1:9",
        "EMAIL_URL": NO_MAIL_SERVER,
        "ALLOWED_HOSTS": "127.0.0.1,localhost",
        "SECURE_HTTPS": "off",
    }
    if folder:
        made_up |= {"MEDIA_ROOT": str(folder / "media"), "STATIC_ROOT": str(folder / "static")}
    if has_stripe(os.environ):
        del made_up["STRIPE_API_BASE"]
    return {**made_up, **os.environ, **CACHES, **urls}


def demo(urls: Mapping[str, str], *, folder: Path, port: int) -> dict[str, str]:
    """The environment of every process of the demo, without Stripe: that depends on the sandbox."""
    site = f"http://127.0.0.1:{port}"
    files = datadir.make_folder(folder / "files")
    made_up = {
        "SITE_URL": site,
        "ALLOWED_HOSTS": "127.0.0.1,localhost",
        "CSRF_TRUSTED_ORIGINS": f"{site},http://localhost:{port}",
        # The demo speaks plain http on loopback.
        "SECURE_HTTPS": "off",
        # Kept, so that people stay signed in over a restart.
        "SECRET_KEY": datadir.kept_secret(folder / "secret_key"),
        "EMAIL_URL": NO_MAIL_SERVER,
        "DEFAULT_FROM_EMAIL": "Lakeside Family Medicine <billing@example.com>",
        "MEDIA_ROOT": str(files / "media"),
        "STATIC_ROOT": str(files / "static"),
        "POPS_MAIL_DIR": str(datadir.make_folder(folder / "mail")),
        "POPS_HOOK_DIR": str(datadir.make_folder(folder / "hooks")),
        # The other program of the demo is a page of it.
        "WEBHOOK_NETWORKS": "127.0.0.0/8",
        "PYTHONUNBUFFERED": "1",
    }
    # Not left to the environment: importing `pops` has already put the product's own settings there.
    overlay = {"DJANGO_SETTINGS_MODULE": "pops.local.settings"}
    return {**made_up, **os.environ, **CACHES, **urls, **overlay}
