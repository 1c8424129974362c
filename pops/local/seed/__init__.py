"""The sample practice of the demo, with some months behind it."""

from pops.local.seed.practice import seed_practice

__all__ = ["seed_practice"]
