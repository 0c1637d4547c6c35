"""Test objects, one factory a model, one module a concept; each object is complete."""

from .accounts import *
from .health import *
from .lifecycle import *
from .tasks import *
