"""One way to refuse what a rule doesn't allow."""


class Refused(Exception):
    """A rule of ours doesn't allow this; nothing was changed.

    `code` names the rule for programs, `words` tells the person who asked what is wrong and what to do.
    """

    def __init__(self, code: str, words: str) -> None:
        super().__init__(words)
        self.code, self.words = code, words


def require_reason(reason: str) -> str:
    """The reason without blanks around it. Raises Refused when there is none."""
    if not reason.strip():
        raise Refused("reason_missing", "Say why. The reason is kept.")
    return reason.strip()


def refuse(refusal: Refused | None) -> None:
    """Raise what a why_not_...() found, if it found anything."""
    if refusal is not None:
        raise refusal
