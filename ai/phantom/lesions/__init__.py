"""The abnormalities a thorax can be given, one a file, and the look-alikes that are none."""
