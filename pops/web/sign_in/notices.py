"""What sign-in sends: codes."""

from notifications import kinds
from notifications.kinds import Kind

SIGN_IN = kinds.declare(Kind(name="sign_in", label="Sign-in code", prepare=kinds.prepare_stored, is_code=True))
