"""Synthetic patients, what a model sees of them, and reports of them with planted errors."""
