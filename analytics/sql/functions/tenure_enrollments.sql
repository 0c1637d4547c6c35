-- Enrollments of a period in a campaign (NULL: in all), as they stood at an instant: an end or a goal that came later
-- is not there. Who reached the goal of a move that was taken back has not reached it.
CREATE OR REPLACE FUNCTION tenure_enrollments(
    campaign bigint, owners bigint[], since timestamptz, until timestamptz, as_of timestamptz)
RETURNS TABLE (id bigint, campaign_id bigint, version_id bigint, customer_id bigint, entered_at timestamptz,
    end_reason varchar, converted_at timestamptz, is_first boolean) LANGUAGE sql STABLE PARALLEL SAFE AS $$
    SELECT e.id, e.campaign_id, e.version_id, e.customer_id, e.entered_at,
        CASE WHEN e.ended_at <= as_of THEN e.end_reason ELSE '' END,
        CASE WHEN e.converted_at <= as_of THEN e.converted_at END,
        NOT EXISTS (
            SELECT FROM campaigns_enrollment AS b
            WHERE b.customer_id = e.customer_id AND b.campaign_id = e.campaign_id
              AND (b.entered_at, b.id) < (e.entered_at, e.id))
    FROM campaigns_enrollment AS e JOIN tenure_customers(owners) AS c ON c.id = e.customer_id
    WHERE (campaign IS NULL OR e.campaign_id = campaign)
      AND e.entered_at >= since AND e.entered_at < until AND e.entered_at <= as_of
$$;
