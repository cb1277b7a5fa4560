"""A reading as DICOM objects, and back. Imported where it is needed: highdicom and pydicom take most of a second."""
