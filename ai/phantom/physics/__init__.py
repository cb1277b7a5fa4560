"""What a CT scanner and a living patient do to the picture."""
