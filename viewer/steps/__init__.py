"""The path, one file a step: each asks ``ai`` in a job and gives the answer to a model."""
