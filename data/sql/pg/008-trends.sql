-- SPDX-License-Identifier: GPL-3.0-or-later
--
-- The central store, step 8: trends for instances, on demand.
--
-- What a screen draws of a year are some hundred parts of it, each with its least and its greatest
-- value. The store adds them up where the readings are; nothing is sampled.

-- The span from since to until (not included) of these components in n equal parts; of it only what
-- lies from from_us to upto_us (not included; null: all). place counts the components from 1, part
-- the parts from 0; a part in which there is nothing has no row. n: good readings, of which the
-- rest tells; bad: the others, which are not to be relied on (invalid, not_topical, blocked,
-- overflow) or are no number that could be drawn; texts are left out. part -1: the last good
-- reading before since, as far as it is found within some days, unless from_us is later. A double
-- holds microseconds since 1970 exactly. Arrays compare by their first difference. The planner
-- takes each reading for a part of its own and would sort them all, and compile for longer than the
-- sum takes. Of a table that nobody has analysed yet it does not know that its rows are in order of
-- time, and would read a whole day for a minute of it.
create function leitstand.trend(stations text[], components text[], since_us bigint,
    until_us bigint, parts integer, from_us bigint, upto_us bigint)
returns table (place integer, part integer, n bigint, bad bigint, first_us bigint,
               first double precision, last_us bigint, last double precision,
               min double precision, max double precision, sum double precision)
language plpgsql stable security definer set search_path = pg_catalog, pg_temp
set enable_sort = off set enable_seqscan = off set jit = off as $$
declare
    good constant text := 'coalesce(r.value > ''-Infinity'' and r.value < ''Infinity'', false)'
                          ' and (r.flags >> 1) & 23 = 0';
    wanted integer[];
    missing integer[];
    upper timestamptz := leitstand.time_of(since_us);
    lower timestamptz;
    stride interval := interval '1 minute';
    hit record;
begin
    -- By place; a component may stand there twice, or be none.
    select coalesce(array_agg(s.id order by w.place), '{}') into wanted
      from unnest(stations, components) with ordinality as w(station, component, place)
      left join leitstand.series as s on s.station = w.station and s.component = w.component;
    -- Planned with these values: which days, and whether by their index.
    return query execute
        'select w.place::integer, x.part, x.n, x.bad, x.head[1]::bigint, x.head[3],
                x.tail[1]::bigint, x.tail[3], x.least, x.most, x.total
           from unnest($1) with ordinality as w(series, place)
           join (select y.series, y.part,
                        count(*) filter (where y.good) as n,
                        count(*) filter (where not y.good) as bad,
                        min(array[y.us, y.came, y.value]) filter (where y.good) as head,
                        max(array[y.us, y.came, y.value]) filter (where y.good) as tail,
                        min(y.value) filter (where y.good) as least,
                        max(y.value) filter (where y.good) as most,
                        sum(y.value) filter (where y.good) as total
                   from (select r.series, r.value, z.us, '
        || good || '            as good,
                                date_part(''epoch'', coalesce(r.received, r.ts)) as came,
                                ((z.us::bigint - $4) * $6 / ($5 - $4))::integer as part
                           from leitstand.reading as r
                          cross join lateral (
                                select round(date_part(''epoch'', r.ts) * 1000000) as us) as z
                          where r.ts >= $2 and r.ts < $3 and r.series = any($1)
                            and r.state is null) as y
                  group by y.series, y.part) as x on x.series = w.series'
        using wanted, leitstand.time_of(greatest(since_us, from_us)), leitstand.time_of(least(until_us, upto_us)), since_us, until_us,
              parts;
    select coalesce(array_agg(distinct s), '{}') into missing
      from unnest(wanted) as s where s is not null and coalesce(from_us <= since_us, true);
    while missing <> '{}' and stride < interval '3 days' loop
        lower := upper - stride;
        for hit in execute
            'select m.series, leitstand.us_of(l.ts) as us, l.value
               from unnest($1) as m(series)
              cross join lateral (
                    select r.ts, r.value from leitstand.reading as r
                     where r.series = m.series and r.ts >= $2 and r.ts < $3
                       and r.state is null and ' || good ||
            '        order by r.ts desc, coalesce(r.received, r.ts) desc limit 1) as l'
            using missing, lower, upper
        loop
            missing := array_remove(missing, hit.series);
            return query
                select w.place::integer, -1, 1::bigint, 0::bigint, hit.us, hit.value, hit.us,
                       hit.value, hit.value, hit.value, hit.value
                  from unnest(wanted) with ordinality as w(series, place)
                 where w.series = hit.series;
        end loop;
        upper := lower;
        stride := stride * 4;
    end loop;
end
$$;

revoke all on function
    leitstand.trend(text[], text[], bigint, bigint, integer, bigint, bigint)
    from public;
grant execute on function
    leitstand.trend(text[], text[], bigint, bigint, integer, bigint, bigint)
    to leitstand_instance;
