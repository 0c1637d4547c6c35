"""Definitions of versions, read and checked."""

from __future__ import annotations

import logging
from collections.abc import Iterable, Iterator
from datetime import datetime
from functools import lru_cache

from campaigns.definition.flow import Flow
from campaigns.definition.kinds import KINDS
from campaigns.definition.parts import Definition, Tree
from campaigns.definition.text import DefinitionError, read_definition
from campaigns.models import CampaignVersion
from lifecycle.metrics.catalogue import CATALOGUE
from lifecycle.rules.parse import Problem, RuleError, parse

log = logging.getLogger(__name__)


def problems_of_tree(tree: Tree) -> list[Problem]:
    try:
        parse(tree, CATALOGUE)
    except RuleError as error:
        return list(error.problems)
    return []


def read(found: object) -> Definition:
    """A definition from plain JSON values. Raises ``DefinitionError``."""
    return read_definition(found, kinds=KINDS, check_tree=problems_of_tree)


@lru_cache(maxsize=500)
def _flow(version_id: int, written: datetime) -> Flow:
    return Flow(read(CampaignVersion.objects.values_list("definition", flat=True).get(id=version_id)))


def flow_of(version: CampaignVersion) -> Flow:
    """The steps of a version. A text that was live never changes, so it is read once."""
    return _flow(version.id, version.written_at)


def readable(versions: Iterable[CampaignVersion]) -> Iterator[tuple[CampaignVersion, Flow]]:
    """Those that can be read, and their steps: one that cannot, as a metric is gone, keeps nobody from the others."""
    for version in versions:
        try:
            yield version, flow_of(version)
        except DefinitionError:
            log.exception("Version %d of campaign %d cannot be read", version.number, version.campaign_id)
