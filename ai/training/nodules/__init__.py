"""Teaches the close look: drawn nodules and what resembles them, one cube each."""
