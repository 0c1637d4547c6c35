"""The only writers of analytics."""
