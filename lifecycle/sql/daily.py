"""Collecting days: the SQL that sums up events to days, days to windows, and events to milestones.

The formulas are those of ``lifecycle.rules.learning``; a property test holds the two together.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass

from lifecycle.metrics.daily import DAYS, MEASURES, SCORE_DAYS, SCORES, WINDOWS, Kind, Measure, window_column
from lifecycle.metrics.facts import PASSIVE, POINTS

ACTIVITY = f"e.name NOT IN ({', '.join(repr(name) for name in sorted(PASSIVE))})"
_DAY = "(e.occurred_at AT TIME ZONE 'UTC')::date"

# The next events to collect: up to {limit} of those after an id.
NEXT_EVENTS = """
SELECT max(id), count(*) FROM (
    SELECT id FROM lifecycle_event WHERE id > %(after)s AND id <= %(until)s ORDER BY id LIMIT %(limit)s) AS e
"""

# The days that events of a span of ids belong to, whole.
ACTIVITY_OF_IDS = f"""
SELECT e.customer_id, w.day, e.name, e.occurred_at, e.value, e.properties
FROM (SELECT DISTINCT e.customer_id, {_DAY} AS day FROM lifecycle_event AS e
      WHERE e.id > %(after)s AND e.id <= %(until)s AND {ACTIVITY}) AS w
JOIN lifecycle_event AS e ON e.customer_id = w.customer_id
    AND e.occurred_at >= w.day::timestamp AT TIME ZONE 'UTC'
    AND e.occurred_at < (w.day + 1)::timestamp AT TIME ZONE 'UTC'
WHERE {ACTIVITY}
"""

# Everybody's days from one to another.
ACTIVITY_OF_DAYS = f"""
SELECT e.customer_id, {_DAY} AS day, e.name, e.occurred_at, e.value, e.properties
FROM lifecycle_event AS e
WHERE e.occurred_at >= %(first)s::date::timestamp AT TIME ZONE 'UTC'
  AND e.occurred_at < (%(last)s::date + 1)::timestamp AT TIME ZONE 'UTC' AND {ACTIVITY}
"""


def _counted(measure: Measure) -> str:
    names = ", ".join(f"'{event}'" for event in measure.events)
    only = f"FILTER (WHERE name IN ({names}))" if names else ""
    match measure.kind:
        case Kind.COUNT:
            return f"count(*) {only}"
        case Kind.DISTINCT:
            return f"count(DISTINCT properties ->> '{measure.property}') {only}"
        case Kind.SUM:
            return f"COALESCE(sum(value) {only}, 0)"


_MEASURED = [measure.column for measure in MEASURES]
_COLUMNS = [*_MEASURED, "sessions_count", "total_session_minutes", "assessment_avg_score", *SCORES, "risk_indicators"]
_POINTS = " + ".join(
    f"{measure.column} * {POINTS[measure.events[0]]}" for measure in MEASURES if POINTS.keys() & set(measure.events)
)


def _trend(rows: str) -> str:
    """The days of ``rows`` (customer_id, metric_date, overall_health_score) with their trend."""
    return f"""
    SELECT customer_id, metric_date, CASE
        WHEN overall_health_score - before > 5 THEN 'up' WHEN overall_health_score - before < -5 THEN 'down'
        ELSE 'stable' END AS score_trend
    FROM (SELECT *, avg(overall_health_score) OVER (PARTITION BY customer_id ORDER BY metric_date
              RANGE BETWEEN '7 days' PRECEDING AND '1 day' PRECEDING) AS before FROM ({rows}) AS r) AS compared"""


def collect_days(activity: str, result: str, *, with_trends: bool = True) -> str:
    """Write the days that ``activity`` covers, each whole; ``result``: ``CHANGED_DAYS`` or ``HOW_MANY``.

    ``activity``: customer_id, day, name, occurred_at, value, properties. Without ``with_trends`` every
    day is a stable one. Days that are as they were are not written.
    """
    counted = ", ".join(f"{_counted(measure)} AS {measure.column}" for measure in MEASURES)
    columns = ", ".join((*_COLUMNS, "score_trend"))
    updates = ", ".join(f"{column} = excluded.{column}" for column in (*_COLUMNS, "score_trend"))
    old = ", ".join(f"d.{column}" for column in (*_COLUMNS, "score_trend"))
    new = ", ".join(f"excluded.{column}" for column in (*_COLUMNS, "score_trend"))
    return f"""
WITH counted AS (
    SELECT customer_id, day AS metric_date, {counted},
        count(*) FILTER (WHERE gap IS NULL OR gap > interval '30 minutes') AS sessions_count,
        round(COALESCE(extract(epoch FROM sum(gap) FILTER (WHERE gap <= interval '30 minutes')), 0) / 60)::int
            AS total_session_minutes
    FROM (SELECT *, occurred_at - lag(occurred_at) OVER (PARTITION BY customer_id, day ORDER BY occurred_at) AS gap
          FROM ({activity}) AS a) AS spaced
    GROUP BY customer_id, day
), weighed AS (
    SELECT *,
        LEAST(100, sessions_count * 20 + LEAST(total_session_minutes, 120) * 30 / 120.0 + LEAST(features_used, 5) * 10)
            AS engagement,
        LEAST(100, lessons_completed * 25 + assessments_taken * 20 + COALESCE(assessment_avg_score, 0) * 0.3
            + modules_completed * 15) AS progress,
        LEAST(100, {_POINTS})::numeric AS community
    FROM (SELECT *, round(assessment_score_sum / NULLIF(assessments_taken, 0), 2) AS assessment_avg_score
          FROM counted) AS averaged
), scored AS MATERIALIZED (
    SELECT *, round(engagement)::int AS engagement_score, round(progress)::int AS progress_score,
        community::int AS community_score,
        round(engagement * 0.4 + progress * 0.4 + community * 0.2)::int AS overall_health_score,
        array_remove(ARRAY[
            CASE WHEN round(engagement) < 30 THEN 'low_engagement' END,
            CASE WHEN round(progress) < 20 THEN 'learning_stagnation' END,
            CASE WHEN community = 0 THEN 'social_isolation' END,
            CASE WHEN activities < 3 THEN 'activity_decline' END], NULL) AS risk_indicators
    FROM weighed
), kept AS (
    INSERT INTO lifecycle_dailymetrics AS d (customer_id, metric_date, {columns})
    SELECT customer_id, metric_date, {columns}
    FROM {f"scored JOIN ({_TRENDS}) AS t USING (customer_id, metric_date)" if with_trends else _ALL_STABLE}
    ORDER BY customer_id, metric_date
    ON CONFLICT (customer_id, metric_date) DO UPDATE SET {updates} WHERE ({old}) IS DISTINCT FROM ({new})
    RETURNING customer_id, metric_date
)
SELECT {result}
"""


_TRENDS = _trend("""
    SELECT customer_id, metric_date, overall_health_score FROM scored
    UNION ALL
    SELECT d.customer_id, d.metric_date, d.overall_health_score FROM lifecycle_dailymetrics AS d
    WHERE EXISTS (SELECT FROM scored AS s WHERE s.customer_id = d.customer_id
                  AND d.metric_date >= s.metric_date - 7 AND d.metric_date < s.metric_date)
      AND NOT EXISTS (SELECT FROM scored AS s WHERE s.customer_id = d.customer_id AND s.metric_date = d.metric_date)
""")
_ALL_STABLE = "(SELECT *, 'stable' AS score_trend FROM scored) AS s"

# What ``collect_days`` returns: each day that changed, or only how many did.
CHANGED_DAYS = """ARRAY(SELECT customer_id FROM kept ORDER BY 1, metric_date),
       ARRAY(SELECT metric_date FROM kept ORDER BY customer_id, metric_date)"""
HOW_MANY = "count(*) FROM kept"


def _renew_trends(after: str) -> str:
    """Set the trends of days: a trend looks back over seven days."""
    return f"""
WITH after AS ({after}), trends AS (
    {
        _trend('''
        SELECT DISTINCT d.customer_id, d.metric_date, d.overall_health_score
        FROM after AS a JOIN lifecycle_dailymetrics AS d
            ON d.customer_id = a.customer_id AND d.metric_date >= a.metric_date - 7 AND d.metric_date <= a.metric_date
    ''')
    }
)
UPDATE lifecycle_dailymetrics AS d SET score_trend = t.score_trend
FROM after AS a JOIN trends AS t USING (customer_id, metric_date)
WHERE d.customer_id = a.customer_id AND d.metric_date = a.metric_date AND d.score_trend <> t.score_trend
"""


# The trends of the seven days after days that changed, and of the seven days after a day.
RENEW_TRENDS = _renew_trends("""
    SELECT DISTINCT d.customer_id, d.metric_date
    FROM unnest(%(customers)s::bigint[], %(days)s::date[]) AS c(customer_id, metric_date)
    JOIN lifecycle_dailymetrics AS d
        ON d.customer_id = c.customer_id AND d.metric_date > c.metric_date AND d.metric_date <= c.metric_date + 7""")
RENEW_TRENDS_AFTER = _renew_trends("""
    SELECT customer_id, metric_date FROM lifecycle_dailymetrics
    WHERE metric_date > %(last)s AND metric_date <= %(last)s::date + 7""")


@dataclass(frozen=True, slots=True)
class _Sum:
    """A column of ``CollectedMetrics``: a sum over the days of a window."""

    column: str
    days: int
    value: str


def _sums() -> Iterable[_Sum]:
    for window in WINDOWS:
        for days in DAYS:
            total = f"COALESCE(sum({window.daily}) FILTER (WHERE {_within(days)}), 0)"
            yield _Sum(window_column(window.name, days), days, total)
    for score in SCORES:
        total = f"COALESCE(sum({score}) FILTER (WHERE {_within(SCORE_DAYS)}), 0)"
        yield _Sum(score, SCORE_DAYS, f"round({total} / {SCORE_DAYS}.0)::int")
    latest = f"array_agg(cardinality(risk_indicators) ORDER BY metric_date DESC) FILTER (WHERE {_within(SCORE_DAYS)})"
    yield _Sum("risk_indicator_count", SCORE_DAYS, f"COALESCE(({latest})[1], 0)")


def _within(days: int) -> str:
    return f"metric_date > %(through)s::date - {days} AND metric_date <= %(through)s"


def _refresh(sums: Iterable[_Sum], source: str) -> str:
    """Sum the days up over the windows that end with ``%(through)s``; returns the customers whose sums changed."""
    columns = [one.column for one in sums]
    values = ", ".join(f"{one.value} AS {one.column}" for one in sums)
    updates = ", ".join(f"{column} = excluded.{column}" for column in columns)
    old = ", ".join(f"c.{column}" for column in columns)
    new = ", ".join(f"excluded.{column}" for column in columns)
    return f"""
WITH kept AS (
    INSERT INTO lifecycle_collectedmetrics AS c (customer_id, {", ".join(columns)})
    SELECT customer_id, {values} {source}
    GROUP BY customer_id ORDER BY customer_id
    ON CONFLICT (customer_id) DO UPDATE SET {updates} WHERE ({old}) IS DISTINCT FROM ({new})
    RETURNING customer_id
)
SELECT ARRAY(SELECT customer_id FROM kept)
"""


class Refresh:
    """The statements that bring windows to a day: all windows, or those of some columns."""

    def __init__(self, columns: Collection[str] | None = None) -> None:
        every = list(_sums())
        # Who has a complete day has a row, whatever is read of it.
        self._sums = every if columns is None else [one for one in every if one.column in columns] or every[:1]
        self._days = sorted({one.days for one in self._sums})
        edges = ", ".join(("%(through)s", *(f"%(through)s::date - {days}" for days in self._days)))
        # When a single day passed: who has a day that comes into a window or leaves one.
        moving = f"customer_id IN (SELECT customer_id FROM lifecycle_dailymetrics WHERE metric_date IN ({edges}))"
        in_range = "customer_id BETWEEN %(first)s AND %(last)s"
        self.everybody, self.range = self._of("true"), self._of(in_range)
        self.moving, self.moving_range = self._of(moving), self._of(f"{in_range} AND {moving}")
        # Some customers that have a complete day, though it may be too long ago for any window.
        self.these = _refresh(
            self._sums,
            f"""
    FROM unnest(%(customers)s::bigint[]) AS u(customer_id) LEFT JOIN lifecycle_dailymetrics AS d
        USING (customer_id)
    WHERE (d.metric_date > %(through)s::date - {max(self._days)} OR d.metric_date = (
            SELECT max(l.metric_date) FROM lifecycle_dailymetrics AS l
            WHERE l.customer_id = u.customer_id AND l.metric_date <= %(through)s))
        AND d.metric_date <= %(through)s""",
        )

    def _of(self, scope: str) -> str:
        """``scope``: a condition on the days of the customers that may have changed."""
        return _refresh(
            self._sums,
            f"""
    FROM lifecycle_dailymetrics
    WHERE metric_date > %(since)s::date - {max(self._days)} AND metric_date <= %(through)s AND {scope}""",
        )


REFRESH = Refresh()

# Bring milestones up to what the events of a span of ids say; returns the customers that completed one.
# A week is under way with the first event that names it and completed by the first ``module_completed``; the best
# assessment that names it is its score. Each is the same in whatever order events come.
COLLECT_MILESTONES = """
WITH told AS (
    SELECT e.customer_id, (e.properties ->> 'week')::int AS week,
        min(e.occurred_at) FILTER (WHERE e.name = 'module_completed') AS completed_at,
        max(e.value) FILTER (WHERE e.name = 'assessment_completed') AS score
    FROM lifecycle_event AS e
    WHERE e.id > %(after)s AND e.id <= %(until)s AND e.properties ? 'week' AND e.properties ->> 'week' ~ '^[1-6]$'
    GROUP BY 1, 2
), kept AS (
    INSERT INTO lifecycle_milestoneprogress AS m (customer_id, week, completion_status, score, completed_at)
    SELECT customer_id, week, CASE WHEN completed_at IS NULL THEN 'in_progress' ELSE 'completed' END,
        score, completed_at
    FROM told ORDER BY customer_id, week
    ON CONFLICT (customer_id, week) DO UPDATE
    SET completed_at = LEAST(m.completed_at, excluded.completed_at), score = GREATEST(m.score, excluded.score),
        completion_status = CASE WHEN COALESCE(m.completed_at, excluded.completed_at) IS NULL
            THEN 'in_progress' ELSE 'completed' END
    RETURNING customer_id, completed_at
)
SELECT ARRAY(SELECT DISTINCT customer_id FROM kept WHERE completed_at IS NOT NULL)
"""

# Count the milestones of some customers into what is collected of them.
COUNT_MILESTONES = """
WITH counted AS (
    UPDATE lifecycle_collectedmetrics AS c SET milestones_completed = m.completed
    FROM (SELECT customer_id, count(*) AS completed FROM lifecycle_milestoneprogress
          WHERE customer_id = ANY(%(customers)s) AND completed_at <= %(until)s GROUP BY customer_id) AS m
    WHERE m.customer_id = c.customer_id AND m.completed <> c.milestones_completed
    RETURNING c.customer_id
)
SELECT ARRAY(SELECT customer_id FROM counted)
"""
