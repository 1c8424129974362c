"""Signed links that sign a sample user in, and the key of the sample system that calls the API.

Made with the secret key alone: the terminal needs no Django set up.
"""

import hmac

from django.core.signing import BadSignature, TimestampSigner

SALT = "pops.local.sign-in"
DEMO_PREFIX = "demodemo"
VALID_SECONDS = 24 * 60 * 60


def make_token(email: str, *, key: str) -> str:
    """A token that signs in the user with this email address, for a day."""
    return _signer(key).sign_object(email)


def read_token(token: str, *, key: str) -> str | None:
    """The email address in the token; None if it is forged, altered or older than a day."""
    try:
        return str(_signer(key).unsign_object(token, max_age=VALID_SECONDS))
    except BadSignature:  # SignatureExpired is one
        return None


def make_api_key(*, key: str) -> str:
    """The key of the sample practice's own system: the same each time that the demo is started."""
    return f"pops_{DEMO_PREFIX}_{hmac.new(key.encode(), SALT.encode(), 'sha256').hexdigest()}"


def _signer(key: str) -> TimestampSigner:
    return TimestampSigner(key=key, fallback_keys=[], salt=SALT)
