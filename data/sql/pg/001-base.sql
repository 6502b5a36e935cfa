-- SPDX-License-Identifier: GPL-3.0-or-later
--
-- The central store, step 1: schema, roles, series.
--
-- Every file here is one migration, applied in the order of its number in one transaction, and
-- never changed once it was released. What an instance may do to history it may do only through
-- functions (security definer); tables give it nothing but what is granted by name.

do $$
begin
    -- An administrator may have made it already, for a role that may not.
    if to_regnamespace('leitstand') is null then
        create schema leitstand;
    end if;
end
$$;
comment on schema leitstand is 'leitstand: control-room console; see leitstand(1)';

-- Roles belong to all databases of a server, so they may be there; or just come to be.
do $$
declare
    role text;
begin
    foreach role in array array['leitstand_instance', 'leitstand_reader'] loop
        if not exists (select from pg_roles where rolname = role) then
            begin
                execute format('create role %I nologin', role);
            exception when duplicate_object or unique_violation then null;
            end;
        end if;
    end loop;
end
$$;
grant usage on schema leitstand to leitstand_instance, leitstand_reader;

create table leitstand.migration (
    number integer primary key,
    name text not null,
    applied_at timestamptz not null default clock_timestamp()
);
grant select on leitstand.migration to leitstand_instance;

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
