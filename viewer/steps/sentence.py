"""What the reader is told when a job fails."""

from ai.errors import IntervalError


def sentence_of(error: Exception, attempt: str) -> str:
    """Return the error's own sentence if it has one, else one that names what was attempted."""
    if isinstance(error, IntervalError):
        return str(error)
    if isinstance(error, MemoryError):
        return f"{attempt}: the computer's memory does not suffice. Close other programs or other scans and try again."
    if isinstance(error, OSError):
        return f"{attempt}: {error.strerror or error} ({error.filename or 'no file named'})."
    return f"{attempt}: the program met something it does not know ({type(error).__name__}). The log says more."
