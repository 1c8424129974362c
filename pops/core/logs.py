"""What no log may hold: tokens that open something to whoever reads them. Standard library only."""

import logging
import re

# Addresses that carry one: QuickPay links, the confirmation of a new address, the trial account, staff's passwords.
_TOKENS = re.compile(r"(/(?:q|new-address|trial|staff/password/[^/\s?\"']+)/)[^/\s?\"']+")
# A key of the API, wherever somebody put it: it belongs into a header, which no log names.
_KEYS = re.compile(r"(pops_[a-z0-9]{8}_)[\w-]{20,}")


def hide_tokens(text: str) -> str:
    """The text with the tokens of all addresses in it left out, and keys of the API."""
    return _KEYS.sub(r"\1[hidden]", _TOKENS.sub(r"\1[hidden]", text))


class HideTokens(logging.Filter):
    """Leaves them out of each line: Django names the address of what it refused, or failed at."""

    def filter(self, record: logging.LogRecord) -> bool:
        record.msg, record.args = hide_tokens(record.getMessage()), ()
        return True
