"""Reads and understands scans; has never heard of a screen."""
