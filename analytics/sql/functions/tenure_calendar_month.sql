-- The number of the month (UTC) in which an instant lies: 12 a year, so that months are told apart by subtracting.
CREATE OR REPLACE FUNCTION tenure_calendar_month(at timestamptz)
RETURNS int LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT (date_part('year', at AT TIME ZONE 'UTC') * 12 + date_part('month', at AT TIME ZONE 'UTC'))::int - 1
$$;
