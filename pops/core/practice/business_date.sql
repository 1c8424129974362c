-- The practice-local date that money received at a moment belongs to: pops.core.clock.business_date() for statements
-- that have no time to ask. With a cut-off other than midnight, money from that time on belongs to the next day.
-- NULL before there is a practice.
CREATE OR REPLACE FUNCTION practice_business_date(moment timestamptz) RETURNS date
LANGUAGE sql STABLE AS $$
    SELECT ((moment AT TIME ZONE time_zone)
            + CASE cut_off WHEN '00:00' THEN interval '0' ELSE interval '24 hours' - cut_off END)::date
    FROM practice_practice
$$;
