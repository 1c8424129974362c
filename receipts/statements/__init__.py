"""Statements: entered, imported, frozen as they were on their day, and listed. All amounts are cents."""
