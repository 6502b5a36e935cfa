-- SPDX-License-Identifier: GPL-3.0-or-later
--
-- The central store, step 5: history for instances, on demand.
--
-- An instance has no right to read the tables; it asks for pages of what its own cache does not
-- hold any more. Newest first. A page goes on where the one before ended: until is the time of
-- its last row, skip the number of rows of that very time that it and those before had. The
-- order is total but for rows that are equal in every column, so nothing is left out.
-- Times are microseconds since 1970, null: open.

create function leitstand.time_of(us bigint) returns timestamptz
language sql immutable set search_path = pg_catalog, pg_temp as $$
    select timestamptz '1970-01-01 00:00:00+00' + us * interval '1 microsecond'
$$;

create function leitstand.us_of(at timestamptz) returns bigint
language sql immutable set search_path = pg_catalog, pg_temp as $$
    select (extract(epoch from at) * 1000000)::bigint
$$;

-- Readings of these components; a null in the arrays stands for any station or component, no
-- arrays for all there are. Readings have an index on time only as long as their day is young,
-- so the way back is looked through in strides that grow until the page is full: rich data ends
-- soon, and sparse data is looked for once.
create function leitstand.history_readings(stations text[], components text[], since_us bigint,
    until_us bigint, skip integer, at_most integer)
returns table (station text, component text, ts_us bigint, received_us bigint,
               value double precision, state text, flags smallint)
language plpgsql stable security definer set search_path = pg_catalog, pg_temp as $$
declare
    wanted integer[];
    bottom timestamptz := coalesce(leitstand.time_of(since_us), timestamptz '1970-01-01 00:00:00+00');
    upper timestamptz := coalesce(leitstand.time_of(until_us + 1), now() + interval '2 days');
    lower timestamptz;
    stride interval := interval '1 minute';
    missing bigint := at_most;
    found bigint;
begin
    if stations is not null then
        select coalesce(array_agg(s.id), '{}') into wanted from leitstand.series as s
         where exists (select from unnest(stations, components) as n(station, component)
                        where coalesce(n.station, s.station) = s.station
                          and coalesce(n.component, s.component) = s.component);
    end if;
    -- No component, no way back.
    while missing > 0 and upper > bottom and (wanted is null or wanted <> '{}') loop
        lower := greatest(upper - stride, bottom);
        -- Planned anew with these values: which days, and whether by their index.
        return query execute
            'select s.station, s.component, leitstand.us_of(r.ts), leitstand.us_of(r.came),
                    r.value, r.state, r.flags
               from (select x.ts, coalesce(x.received, x.ts) as came, x.value, x.state, x.flags, x.series
                       from leitstand.reading as x
                      where x.ts >= $1 and x.ts < $2'
            || case when wanted is null then '' else ' and x.series = any($3)' end ||
            '         order by x.ts desc, came desc, x.series, x.value, x.state, x.flags
                      limit $4 offset $5) as r
               join leitstand.series as s on s.id = r.series
              order by r.ts desc, r.came desc, r.series, r.value, r.state, r.flags'
            using lower, upper, wanted, missing, skip;
        get diagnostics found = row_count;
        missing := missing - found;
        skip := 0; -- they all had the time at the upper end
        upper := lower;
        stride := stride * 2;
    end loop;
end
$$;

-- Lines of the journal. Null: any station, component, kind of event.
create function leitstand.history_journal(station text, component text, event text,
    since_us bigint, until_us bigint, skip integer, at_most integer)
returns table (at_us bigint, epoch bigint, term bigint, instance text, event_name text,
               occurrence uuid, station_uid text, component_id text, rule text, actor text,
               origin text, detail text, step bigint, state_before text, state_after text,
               overlays text, annunciated boolean, test boolean, priority text,
               value double precision)
language sql stable security definer set search_path = pg_catalog, pg_temp as $$
    select leitstand.us_of(j.at), j.epoch, j.term, j.instance, j.body->>'event', j.occurrence,
           j.body->>'station', j.body->>'component', j.body->>'rule', j.body->>'actor',
           j.body->>'origin', j.body->>'detail', (j.body->>'step')::bigint, j.body->>'from',
           j.body->>'to', array_to_string(leitstand.texts(j.body->'overlays'), ','),
           (j.body->>'annunciated')::boolean, (j.body->>'test')::boolean, j.body->>'priority',
           j.value
      from leitstand.journal_line as j
     where (since_us is null or j.at >= leitstand.time_of(since_us))
       and (until_us is null or j.at <= leitstand.time_of(until_us))
       and ($1 is null or j.body->>'station' = $1)
       and ($2 is null or j.body->>'component' = $2)
       and ($3 is null or j.body->>'event' = $3)
     order by j.at desc, j.log_id desc, j.line desc
     limit at_most offset skip
$$;

-- Occurrences by when they were raised; open_only: those that are not over.
create function leitstand.history_alarms(station text, component text, open_only boolean,
    since_us bigint, until_us bigint, skip integer, at_most integer)
returns table (occurrence uuid, station_uid text, component_id text, rule text, type text,
               priority text, state text, overlays text, raised_us bigint, returned_us bigint,
               acked_us bigint, value double precision, acked_by text, comment text,
               count integer, step bigint, test boolean)
language sql stable security definer set search_path = pg_catalog, pg_temp as $$
    select o.occurrence, o.station, o.component, o.rule, o.body->>'type', o.body->>'priority',
           o.state, array_to_string(o.overlays, ','), leitstand.us_of(o.raised_at),
           leitstand.us_of(o.returned_at), leitstand.us_of(o.acked_at), o.value,
           o.body->>'acked_by', o.body->>'comment', o.count, (o.body->>'step')::bigint,
           (o.body->>'test')::boolean
      from leitstand.occurrence as o
     where (since_us is null or o.raised_at >= leitstand.time_of(since_us))
       and (until_us is null or o.raised_at <= leitstand.time_of(until_us))
       and ($1 is null or o.station = $1)
       and ($2 is null or o.component = $2)
       and not ($3 and o.state = 'normal')
     order by o.raised_at desc, o.occurrence
     limit at_most offset skip
$$;

revoke all on function
    leitstand.time_of(bigint),
    leitstand.us_of(timestamptz),
    leitstand.history_readings(text[], text[], bigint, bigint, integer, integer),
    leitstand.history_journal(text, text, text, bigint, bigint, integer, integer),
    leitstand.history_alarms(text, text, boolean, bigint, bigint, integer, integer)
    from public;
grant execute on function
    leitstand.history_readings(text[], text[], bigint, bigint, integer, integer),
    leitstand.history_journal(text, text, text, bigint, bigint, integer, integer),
    leitstand.history_alarms(text, text, boolean, bigint, bigint, integer, integer)
    to leitstand_instance;
