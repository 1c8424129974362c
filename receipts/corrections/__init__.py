"""Corrections of receipts: each is new rows; nothing that was issued changes."""
