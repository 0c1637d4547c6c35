from . import campaigns, segments

__all__ = ["campaigns", "segments"]
