"""The viewer without a window: is there a screen, and pictures as files."""
