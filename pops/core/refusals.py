"""One way to refuse what a rule doesn't allow."""


class Refused(Exception):
    """A rule of ours doesn't allow this; nothing was changed.

    `code` names the rule for programs, `words` tells the person who asked what is wrong and what to do.
    """

    def __init__(self, code: str, words: str) -> None:
        super().__init__(words)
        self.code, self.words = code, words


def refuse(refusal: Refused | None) -> None:
    """Raise what a why_not_...() found, if it found anything."""
    if refusal is not None:
        raise refusal
