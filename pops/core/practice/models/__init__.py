"""The practice ("POPS Management"): by noun."""

from pops.core.practice.models.group import Group
from pops.core.practice.models.places import Facility, Provider
from pops.core.practice.models.practice import Practice, validate_cut_off, validate_time_zone

__all__ = ["Facility", "Group", "Practice", "Provider", "validate_cut_off", "validate_time_zone"]
