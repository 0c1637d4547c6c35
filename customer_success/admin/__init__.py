"""Pages of the success team."""
