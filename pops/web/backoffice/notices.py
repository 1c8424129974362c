"""What the back office itself sends: the set-up guide's test mail."""

from notifications import kinds
from notifications.kinds import Kind

TEST_MAIL = kinds.declare(Kind(name="test_mail", label="Test mail of the set-up guide", prepare=kinds.prepare_stored))
