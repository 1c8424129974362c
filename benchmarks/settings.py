"""The product's settings with one more door: the bare view that others are measured beside."""

from pops.settings import *  # noqa: F403

ROOT_URLCONF = "benchmarks.urls"
TEMPLATES[0]["DIRS"] += [BASE_DIR / "benchmarks" / "templates"]  # type: ignore[operator]  # noqa: F405
