-- SPDX-License-Identifier: GPL-3.0-or-later
--
-- The central store, step 5: what a new owner compares its cache with.
--
-- Of topics of QoS 0 no broker keeps anything at a hand-over. The new owner finds out from the
-- last readings in the store which of its own are missing there (ownership, E4).

-- The last readings, 32 at most, of each of these components, oldest first; those of segment
-- besides do not count. place: of the component in the arrays, from 1. Only readings from begins
-- on are looked at, which is told by the row of place 0: for more than the last minutes of
-- whoever stored before there is no index that knows components.
create function leitstand.tail(stations text[], components text[], besides uuid)
returns table (place integer, ts timestamptz, received timestamptz, value double precision,
               state text, device boolean)
language plpgsql stable security definer set search_path = pg_catalog, pg_temp as $$
declare
    own integer := (select s.id from leitstand.segment as s where s.uuid = besides);
    begins timestamptz := greatest(
        coalesce((select max(s.last_at) from leitstand.segment as s where s.uuid <> besides), now())
            - interval '10 minutes',
        now() - interval '1 day');
begin
    return query select 0, begins, begins, null::double precision, null::text, false;
    return query
    select n.place, x.ts, x.received, x.value, x.state, x.device
      from (select r.series, r.ts, coalesce(r.received, r.ts) as received, r.value, r.state,
                   r.flags & 1 <> 0 as device,
                   row_number() over (partition by r.series
                       order by coalesce(r.received, r.ts) desc, r.ts desc) as back
              from leitstand.reading as r
             where r.ts >= begins and r.ts < now() + interval '1 day'
               and r.segment is distinct from own) as x
      join leitstand.series as c on c.id = x.series
      join (select a.place::integer, a.s, a.c
              from unnest(stations, components) with ordinality as a(s, c, place)) as n
        on n.s = c.station and n.c = c.component
     where x.back <= 32
     order by n.place, x.received, x.ts;
end
$$;
revoke all on function leitstand.tail(text[], text[], uuid) from public;
grant execute on function leitstand.tail(text[], text[], uuid) to leitstand_instance;
