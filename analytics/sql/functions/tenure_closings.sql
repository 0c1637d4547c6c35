-- When accounts were closed: had a tag of the category churned in their lifecycle. From and to (exclusive). A closing
-- that was taken back was none.
CREATE OR REPLACE FUNCTION tenure_closings(owners bigint[])
RETURNS TABLE (customer_id bigint, closed_from timestamptz, closed_to timestamptz) LANGUAGE sql STABLE PARALLEL SAFE AS $$
    SELECT t.customer_id, COALESCE(entered.at, '-infinity'), t.applied_at
    FROM lifecycle_transition AS t
    JOIN tenure_customers(owners) AS c ON c.id = t.customer_id
    JOIN lifecycle_statustag AS tag ON tag.id = t.from_tag_id AND tag.category = 'churned'
    JOIN lifecycle_lifecycle AS l ON l.id = t.lifecycle_id AND l.code = 'account'
    CROSS JOIN LATERAL (
        SELECT max(e.applied_at) AS at FROM lifecycle_transition AS e
        WHERE e.customer_id = t.customer_id AND e.lifecycle_id = t.lifecycle_id
            AND (e.applied_at, e.id) < (t.applied_at, t.id)
    ) AS entered
    WHERE NOT EXISTS (SELECT FROM lifecycle_rolledback AS k WHERE k.reversal_id = t.id)
    UNION ALL
    SELECT s.customer_id, COALESCE(s.entered_at, '-infinity'), 'infinity'
    FROM lifecycle_customerstatus AS s
    JOIN tenure_customers(owners) AS c ON c.id = s.customer_id
    JOIN lifecycle_statustag AS tag ON tag.id = s.tag_id AND tag.category = 'churned'
    JOIN lifecycle_lifecycle AS l ON l.id = s.lifecycle_id AND l.code = 'account'
$$;
