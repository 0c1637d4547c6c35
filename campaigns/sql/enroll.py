"""Who enters a campaign, in one statement for all customers who come upon the same occasion."""

# Which tags and events moves and events speak of.
ABOUT = """
WITH moved AS MATERIALIZED (
    SELECT DISTINCT to_tag_id, from_tag_id FROM lifecycle_transition WHERE id = ANY(%(moves)s)
)
SELECT ARRAY(SELECT to_tag_id FROM moved), ARRAY(SELECT from_tag_id FROM moved),
    ARRAY(SELECT DISTINCT name FROM lifecycle_event WHERE id = ANY(%(events)s))
"""

# Whether a move takes another one back.
TAKES_BACK = """EXISTS (
    SELECT FROM lifecycle_rolledback AS b JOIN lifecycle_rollback AS r ON r.id = b.rollback_id
    WHERE b.reversal_id = {move} AND r.undoes_id IS NULL)"""

# Who comes, by what they come upon ({coming}): customer_id, occasion, at, transition_id, event_id, data.
# A move that takes another one back starts nothing.
_MOVED = f"""
SELECT t.customer_id, 'transition:' || t.id AS occasion, t.applied_at AS at, t.id AS transition_id,
    NULL::bigint AS event_id, '{{{{}}}}'::jsonb AS data
FROM lifecycle_transition AS t
WHERE t.id = ANY(%(moves)s) AND {{which}} AND NOT {TAKES_BACK.format(move="t.id")}
"""
ENTERED_TAG = _MOVED.format(
    which="""t.to_tag_id = %(tag)s AND (%(from_tag)s::text IS NULL OR t.from_tag_id = (
    SELECT f.id FROM lifecycle_statustag AS f WHERE f.lifecycle_id = t.lifecycle_id AND f.code = %(from_tag)s::text))"""
)
LEFT_TAG = _MOVED.format(which="t.from_tag_id = %(tag)s AND t.to_tag_id IS DISTINCT FROM %(tag)s")
# An event that was told two days late or later starts nothing any more.
HAPPENED = """
SELECT e.customer_id, 'event:' || e.id AS occasion, e.occurred_at AS at, NULL::bigint AS transition_id,
    e.id AS event_id, e.properties AS data
FROM lifecycle_event AS e
WHERE e.id = ANY(%(events)s) AND e.name = %(event)s AND e.properties @> %(where)s::jsonb
  AND e.occurred_at >= e.stored_at - interval '48 hours'
"""
NAMED = """
SELECT c.id AS customer_id, n.occasion, n.at, NULL::bigint AS transition_id, NULL::bigint AS event_id,
    '{}'::jsonb AS data
FROM unnest(%(customers)s::bigint[], %(occasions)s::text[], %(ats)s::timestamptz[]) AS n(customer_id, occasion, at)
JOIN lifecycle_customer AS c ON c.id = n.customer_id
"""

# Who may enter again: {again} of ENTER. Of days, the first occasion of each customer counts. An entry that was taken
# back is none, so that who never enters twice does so "once" more: once, once:2.
_INSIDE_BEFORE = """SELECT FROM campaigns_enrollment AS b
    WHERE b.campaign_id = %(campaign)s AND b.customer_id = c.customer_id AND b.end_reason <> 'rolled_back'"""
NEVER = f"""SELECT c.*, 'once' || COALESCE(':' || b.entries + 1, '') AS named
    FROM coming AS c LEFT JOIN (
        SELECT customer_id, count(*) AS entries FROM campaigns_enrollment
        WHERE campaign_id = %(campaign)s AND end_reason = 'rolled_back' GROUP BY customer_id
    ) AS b ON b.customer_id = c.customer_id WHERE NOT EXISTS ({_INSIDE_BEFORE})"""
ALWAYS = "SELECT c.*, c.occasion AS named FROM coming AS c WHERE true"
AFTER_DAYS = f"""SELECT DISTINCT ON (c.customer_id) c.*, c.occasion AS named FROM coming AS c
    WHERE NOT EXISTS ({_INSIDE_BEFORE} AND b.entered_at > c.at - make_interval(days => %(days)s))"""

# Whom a condition lets through; {{holds}} selects the customers for whom it does.
MEETS = " AND c.customer_id IN ({holds})"

# Enroll who comes, may enter again, meets the condition and was not erased. Who is held out goes no further. Where the
# first delay is the same for everybody (%(wait)s), the first run is planned as well. Returns the new enrollments.
ENTER = """
WITH coming AS MATERIALIZED ({coming}), entering AS ({again}{meets}
    AND NOT EXISTS (SELECT FROM lifecycle_customer AS x WHERE x.id = c.customer_id AND x.external_id LIKE 'erased:%%')
    ORDER BY c.customer_id, c.at), entered AS (
    INSERT INTO campaigns_enrollment (
        campaign_id, version_id, customer_id, occasion, transition_id, event_id, data, entered_at, state, ended_at,
        end_reason)
    SELECT %(campaign)s, %(version)s, customer_id, named, transition_id, event_id, data, at,
        CASE WHEN is_out THEN 'exited' ELSE 'active' END, CASE WHEN is_out THEN at END,
        CASE WHEN is_out THEN 'holdout' ELSE '' END
    FROM (SELECT *, customer_id = ANY(%(held_out)s::bigint[]) AS is_out FROM entering) AS e
    ON CONFLICT (campaign_id, customer_id, occasion) DO NOTHING
    RETURNING id, customer_id, entered_at, state
), started AS (
    INSERT INTO campaigns_steprun (enrollment_id, campaign_id, customer_id, step, kind, due_at, awaits)
    SELECT id, %(campaign)s, customer_id, %(step)s, %(kind)s, entered_at + %(wait)s::interval, %(awaits)s
    FROM entered WHERE state = 'active' AND %(wait)s::interval IS NOT NULL
)
SELECT COALESCE(array_agg(id), '{{}}') FROM entered
"""
COMING = """
SELECT c.id, c.external_id FROM lifecycle_customer AS c WHERE c.id IN (SELECT customer_id FROM ({coming}) AS coming)
"""

# Where and since when customers are inside, and the first runs of those for whom it matters where.
INSIDE = """
SELECT e.id, e.customer_id, e.entered_at, c.timezone FROM campaigns_enrollment AS e
JOIN lifecycle_customer AS c ON c.id = e.customer_id WHERE e.id = ANY(%(entered)s) AND e.state = 'active'
"""
START = """
INSERT INTO campaigns_steprun (enrollment_id, campaign_id, customer_id, step, kind, due_at, awaits)
SELECT n.id, %(campaign)s, n.customer_id, %(step)s, %(kind)s, n.due_at, %(awaits)s
FROM unnest(%(ids)s::bigint[], %(customers)s::bigint[], %(due)s::timestamptz[]) AS n(id, customer_id, due_at)
"""
