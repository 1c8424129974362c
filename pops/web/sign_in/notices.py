"""What sign-in sends: codes, and to staff links and news of their sign-in."""

from notifications import kinds
from notifications.kinds import Kind

SIGN_IN = kinds.declare(Kind(name="sign_in", label="Sign-in code", prepare=kinds.prepare_stored, is_code=True))
STAFF = kinds.declare(Kind(name="staff", label="Staff sign-in", prepare=kinds.prepare_stored))
