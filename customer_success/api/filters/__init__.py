"""What lists of customer success can be narrowed to. One module a matter."""
