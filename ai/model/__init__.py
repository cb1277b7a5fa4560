"""Reads a scan with a learned model that explains itself."""

from ai.model.analyser import analyse
from ai.model.bundle import Bundle, load_bundle
from ai.model.errors import ModelError

__all__ = ["Bundle", "ModelError", "analyse", "load_bundle"]
