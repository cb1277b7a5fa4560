"""The family every refusal belongs to."""


class IntervalError(Exception):
    """Something the program will not do, told in one sentence a reader understands.

    ``str(error)`` is the sentence: it names the thing (file, scan, argument), the fault and the remedy.
    The technical cause, if there is one, is chained with ``raise … from cause``. Each room derives its own
    family (``ScanError``, ``ModelError`` …) so that nobody has to catch ``Exception``.
    """


class UnknownName(IntervalError):
    """A name that the vocabulary does not hold."""
