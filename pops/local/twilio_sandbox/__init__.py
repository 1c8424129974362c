"""Twilio on this machine: takes texts, tells what became of them and passes answers on, as Twilio does."""

from pops.local.twilio_sandbox.sandbox import TwilioSandbox

__all__ = ["TwilioSandbox"]
