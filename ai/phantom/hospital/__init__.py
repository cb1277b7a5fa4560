"""A synthetic hospital: patients scanned once to four times, each scan with a report as radiologists write them."""
