"""Slips of the finger in an email address. Nothing is corrected: who typed it is asked."""

from difflib import SequenceMatcher

# Where most mailboxes are. A slip makes one of these into a name that is nobody's, or a stranger's.
PROVIDERS = (
    "gmail.com", "googlemail.com", "yahoo.com", "ymail.com", "rocketmail.com", "hotmail.com", "outlook.com", "live.com",
    "msn.com", "aol.com", "icloud.com", "comcast.net", "verizon.net", "att.net", "sbcglobal.net", "bellsouth.net",
    "charter.net", "proton.me", "protonmail.com", "zoho.com", "fastmail.com", "earthlink.net", "juno.com",
    "frontier.com", "optonline.net", "windstream.net", "mail.com", "email.com",
)  # fmt: skip
ENDINGS = {"con": "com", "cmo": "com", "ocm": "com", "comm": "com", "vom": "com", "xom": "com", "nte": "net"}
# How many of the letters of both must be: gmial.com is 0.89 like gmail.com.
ALIKE = 0.85


def find_meant(email: str) -> str:
    """The address that was most likely meant by a mistyped one: maria@gmial.com by maria@gmail.com. Empty for none."""
    name, _, domain = email.rpartition("@")
    domain = domain.lower()
    if not name or domain in PROVIDERS:
        return ""
    site, _, ending = domain.rpartition(".")
    mended = f"{site}.{ENDINGS.get(ending, ending)}"
    nearest = max(PROVIDERS, key=lambda provider: _likeness(mended, provider))
    if _likeness(mended, nearest) < ALIKE:
        nearest = mended
    return f"{name}@{nearest}" if nearest != domain else ""


def _likeness(one: str, other: str) -> float:
    return SequenceMatcher(None, one, other).ratio()
