"""Benchmarks: each case beside its floor, in one run, so that the ratios hold on any machine."""
