"""The command line without a window: one file a command, each with its options and what it does."""
