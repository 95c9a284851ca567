"""Tests of `routing/measures/calibration`."""
