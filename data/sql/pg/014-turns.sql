-- SPDX-License-Identifier: GPL-3.0-or-later
--
-- The central store, step 14: whose turn it is, is nobody else's business.
--
-- Advisory locks are open to every role that may connect: one that is to read only could have
-- taken those of this schema, and no reading would have come in until it let go. So they are
-- rows, as in step 4.

create table leitstand.turn (what text primary key);
insert into leitstand.turn values ('day'), ('index'), ('segment');
comment on table leitstand.turn is
    'locked row by row: day, who makes a partition; index, who indexes one; segment, who stores '
    'at the border of two segments';

create or replace function leitstand.make_day(day integer) returns void
language plpgsql set search_path = pg_catalog, pg_temp as $$
declare
    name text := leitstand.day_name(day);
begin
    if to_regclass('leitstand.' || name) is not null then
        return;
    end if;
    perform from leitstand.turn as t where t.what = 'day' for update;
    -- to_regclass() would not see what somebody made while we waited for the lock.
    if exists (select from pg_class as c
                where c.relnamespace = 'leitstand'::regnamespace and c.relname = name) then
        return;
    end if;
    execute format('create table leitstand.%I (like leitstand.reading)', name);
    execute format('alter table leitstand.reading attach partition leitstand.%I'
        ' for values from (%L) to (%L)', name, leitstand.day_start(day), leitstand.day_start(day + 1));
end
$$;

create or replace function leitstand.index_day() returns boolean
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare
    day integer;
begin
    if leitstand.is_hypertable() then
        return false;
    end if;
    perform from leitstand.turn as t where t.what = 'index' for update skip locked;
    if not found then
        return false;
    end if;
    select min(d) into day from leitstand.days() as d
     where d < leitstand.today() and to_regclass('leitstand.' || leitstand.day_name(d) || '_series') is null;
    if day is null then
        return false;
    end if;
    execute format('create index %I on leitstand.%I (series, ts)',
        leitstand.day_name(day) || '_series', leitstand.day_name(day));
    return true;
end
$$;

create or replace function leitstand.check_neighbours(segment integer, earlier text, later text)
returns void
language plpgsql set search_path = pg_catalog, pg_temp as $$
declare
    s leitstand.segment;
begin
    -- Of two that store at the same time one sees what the other has stored.
    perform from leitstand.turn as t where t.what = 'segment' for update;
    select * into strict s from leitstand.segment as x where x.id = $1;
    if earlier <> leitstand.seen_before(s) or later <> leitstand.seen_after(s) then
        raise exception 'neighbouring segments have changed' using errcode = 'LS002';
    end if;
end
$$;
