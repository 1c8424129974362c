"""Runs of reports and lists: asked for, made, watched, fetched, forgotten."""
