"""Damages real-looking files in every way that happens, and looks whether a wrong picture is ever shown in silence.

``python -m tests.scan.fuzzing --count 10000 --seed 1`` prints a table; ``test_fuzzing.py`` runs a few of them.
"""
