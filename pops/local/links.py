"""Signed links that sign a sample user in. Made with the secret key alone: the terminal needs no Django set up."""

from django.core.signing import BadSignature, TimestampSigner

SALT = "pops.local.sign-in"
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


def _signer(key: str) -> TimestampSigner:
    return TimestampSigner(key=key, fallback_keys=[], salt=SALT)
