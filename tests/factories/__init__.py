"""Test objects, one factory a model, one module a concept; each object is complete."""

from .accounts import *
from .advocacy import *
from .analytics import *
from .campaigns import *
from .customers import *
from .health import *
from .lifecycle import *
from .plans import *
from .portfolio import *
from .reviews import *
from .rules import *
from .success_metrics import *
from .tasks import *
