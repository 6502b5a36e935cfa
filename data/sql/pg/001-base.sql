-- SPDX-License-Identifier: GPL-3.0-or-later
--
-- The central store, step 1: schema, roles, series.
--
-- Every file here is one migration, applied in the order of its number in one transaction, and
-- never changed once it was released. What an instance may do to history it may do only through
-- functions (security definer); tables give it nothing but what is granted by name.

create schema leitstand;
comment on schema leitstand is 'leitstand: control-room console; see leitstand(1)';

do $$
begin
    if not exists (select from pg_roles where rolname = 'leitstand_instance') then
        create role leitstand_instance nologin;
    end if;
    if not exists (select from pg_roles where rolname = 'leitstand_reader') then
        create role leitstand_reader nologin;
    end if;
end
$$;
grant usage on schema leitstand to leitstand_instance, leitstand_reader;

create table leitstand.migration (
    number integer primary key,
    name text not null,
    applied_at timestamptz not null default clock_timestamp()
);
grant select on leitstand.migration to leitstand_instance, leitstand_reader;

-- A number for every component that ever was.
create table leitstand.series (
    id integer generated always as identity primary key,
    station text not null,
    component text not null,
    unique (station, component)
);

-- The numbers of these components, in their order; those that have none get one.
create function leitstand.series_ids(stations text[], components text[]) returns integer[]
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare
    answer integer[];
begin
    insert into leitstand.series (station, component)
    select distinct s, c from unnest(stations, components) as n(s, c)
     where not exists (select from leitstand.series as x where x.station = s and x.component = c)
     order by s, c
        on conflict do nothing;
    select array_agg(x.id order by n.place) into answer
      from unnest(stations, components) with ordinality as n(s, c, place)
      join leitstand.series as x on x.station = n.s and x.component = n.c;
    return answer;
end
$$;
revoke all on function leitstand.series_ids(text[], text[]) from public;
grant execute on function leitstand.series_ids(text[], text[]) to leitstand_instance;
