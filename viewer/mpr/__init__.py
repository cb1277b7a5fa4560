"""Planes, panes and windows as plain values and pure functions; numpy only, no screen."""
