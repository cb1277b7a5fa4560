"""Synthetic patients as studies on disk: DICOM, masks, instances, a report; alone or as a prior and its follow-up."""
