-- SPDX-License-Identifier: GPL-3.0-or-later
--
-- The central store, step 3: readings, each exactly once.
--
-- Rows come as batches of a segment by COPY, which is the transaction. A trigger at its end takes
-- the fence, sees that the batches are the segment's next ones and moves the segment's mark on,
-- so that neither a deposed owner nor a repetition gets rows in, without a unique index. What it
-- needs to know stands in the session's setting leitstand.batch:
--
--   {"segment": id, "first": n, "last": n,   batches, counted from 1 without a gap
--    "grant": uuid or "",                    "": backlog, which anybody may bring at any time
--    "messages": n, "head": n,               of QoS 1 in them; the first identities in "ids" that
--                                            are those of the first messages, the rest of the last
--    "earlier": text, "later": text,         what was compared with, see neighbours(); null: no
--                                            comparison was needed
--    "probe": true}                          only find out whether the rows would be taken
--
-- and in leitstand.ids the identities, 10 bytes each (packet id, hash), in hex. SQLSTATEs of our
-- own: LS001 fenced; LS002 neighbours have changed, compare again; LS003 not the segment's next
-- batch; LS004 no batch; LS005 a probe came to its end.

create table leitstand.segment (
    id integer generated always as identity primary key,
    begun timestamptz not null,
    last_at timestamptz,
    epoch bigint not null,
    term bigint not null,
    last_batch bigint not null default 0,
    lost_batches bigint not null default 0,     -- given up, see segment_skip()
    messages bigint not null default 0,         -- of QoS 1
    uuid uuid not null unique,
    fresh boolean not null,                     -- the broker had no session: no repetitions
    arbiter text not null check (arbiter in ('postgres', 'broker', 'self')),
    instance text not null
) with (fillfactor = 50);
create index segment_rank on leitstand.segment (epoch, term, begun, id);

-- Identities of the first and of the last messages of a segment, see message_window().
create table leitstand.message (
    segment integer not null references leitstand.segment,
    before bigint not null,                     -- so many of the segment came before these
    ids bytea not null,
    primary key (segment, before)
);
alter table leitstand.message alter column ids set storage external;

-- At both ends of a segment at least so many identities are kept.
create function leitstand.message_window() returns bigint
language sql immutable parallel safe as $$ select 4000::bigint $$;

-- In this order a row has no gaps. received: null when it is ts. value: null for NaN, and where
-- state is. flags: quality << 1, and 1 when ts is the device's.
create table leitstand.reading (
    ts timestamptz not null,
    received timestamptz,
    value double precision,
    series integer not null,
    segment integer not null,
    flags smallint not null,
    state text
) partition by range (ts);

create function leitstand.is_hypertable() returns boolean
language sql stable set search_path = pg_catalog, pg_temp as $$
    select relkind = 'r' from pg_class where oid = 'leitstand.reading'::regclass
$$;

-- TimescaleDB has chunks in place of partitions.
do $$
declare
    place text := (select n.nspname from pg_extension as e
                     join pg_namespace as n on n.oid = e.extnamespace
                    where e.extname = 'timescaledb');
begin
    if place is not null then
        create table leitstand.plain_reading (like leitstand.reading);
        drop table leitstand.reading;
        alter table leitstand.plain_reading rename to reading;
        execute format('select %I.create_hypertable(''leitstand.reading'', ''ts'','
            ' chunk_time_interval => interval ''1 day'', create_default_indexes => false)', place);
        create index reading_series on leitstand.reading (series, ts desc);
    end if;
end
$$;
create index reading_ts on leitstand.reading using brin (ts) with (pages_per_range = 32, autosummarize = on);
grant insert on leitstand.reading to leitstand_instance;

-- ---- days ----

-- Days count from 1970 in UTC.
create function leitstand.today() returns integer
language sql stable set search_path = pg_catalog, pg_temp as $$
    select floor(extract(epoch from now()) / 86400)::integer
$$;

create function leitstand.day_start(day integer) returns timestamptz
language sql immutable set search_path = pg_catalog, pg_temp as $$
    select timestamptz '1970-01-01 00:00:00+00' + day * interval '24 hours'
$$;

create function leitstand.day_name(day integer) returns text
language sql immutable set search_path = pg_catalog, pg_temp as $$
    select 'reading_' || to_char(date '1970-01-01' + day, 'YYYYMMDD')
$$;

-- A table of its own that is attached: unlike "create … partition of" that waits for nobody who
-- is writing, and a writer may be asleep in the middle of a COPY.
create function leitstand.make_day(day integer) returns void
language plpgsql set search_path = pg_catalog, pg_temp as $$
declare
    name text := leitstand.day_name(day);
begin
    if to_regclass('leitstand.' || name) is not null then
        return;
    end if;
    perform pg_advisory_xact_lock(hashtext('leitstand.day'));
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
revoke all on function leitstand.make_day(integer) from public;

-- Have room for these days; the answer are those that are too far from now to get any.
create function leitstand.make_days(days integer[]) returns integer[]
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare
    lowest integer := leitstand.today() - 400;
    highest integer := leitstand.today() + 2;
    day integer;
begin
    foreach day in array days loop
        if day between lowest and highest and not leitstand.is_hypertable() then
            perform leitstand.make_day(day);
        end if;
    end loop;
    return coalesce((select array_agg(d) from unnest(days) as d where d not between lowest and highest), '{}');
end
$$;

-- The days there are; plain partitions only.
create function leitstand.days() returns setof integer
language sql stable set search_path = pg_catalog, pg_temp as $$
    select to_date(substr(c.relname, 9), 'YYYYMMDD') - date '1970-01-01'
      from pg_inherits as i join pg_class as c on c.oid = i.inhrelid
     where i.inhparent = 'leitstand.reading'::regclass and c.relname ~ '^reading_[0-9]{8}$'
$$;

create function leitstand.drop_days(upto integer) returns void
language plpgsql set search_path = pg_catalog, pg_temp as $$
declare
    day integer;
    place text;
begin
    if leitstand.is_hypertable() then
        select n.nspname into place from pg_extension as e
          join pg_namespace as n on n.oid = e.extnamespace where e.extname = 'timescaledb';
        execute format('select %I.drop_chunks(''leitstand.reading'', $1)', place)
          using leitstand.day_start(upto);
        return;
    end if;
    for day in select d from leitstand.days() as d where d < upto order by d loop
        execute format('drop table leitstand.%I', leitstand.day_name(day));
    end loop;
end
$$;
revoke all on function leitstand.drop_days(integer) from public;

-- What the owner does now and then: days ahead; away with those that ended more than
-- retention_days ago (0: none). Somebody who is writing is not waited for.
create function leitstand.maintain_readings(epoch bigint, grant_id uuid, retention_days integer) returns void
language plpgsql security definer
set search_path = pg_catalog, pg_temp set lock_timeout = '200ms' as $$
begin
    perform leitstand.fence(epoch, grant_id);
    perform leitstand.make_days(array[leitstand.today(), leitstand.today() + 1, leitstand.today() + 2]);
    -- An outbox that was away for longer is not compared with its neighbours any more.
    delete from leitstand.message as m using leitstand.segment as s
     where m.segment = s.id and s.last_at < now() - interval '400 days';
    if retention_days > 0 then
        begin
            perform leitstand.drop_days(leitstand.today() - retention_days);
        exception when lock_not_available then
            null; -- next time
        end;
    end if;
end
$$;

-- Index one day that is over and has none, so that the history of one component is found. True:
-- there was such a day. Takes as long as it takes, and writers of that day wait for it.
create function leitstand.index_day() returns boolean
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare
    day integer;
begin
    if leitstand.is_hypertable() or not pg_try_advisory_xact_lock(hashtext('leitstand.index')) then
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

-- ---- segments ----

create function leitstand.segment_open(uuid uuid, instance text, epoch bigint, term bigint,
    arbiter text, fresh boolean, begun_us bigint, out id integer, out last_batch bigint, out messages bigint)
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
begin
    insert into leitstand.segment (uuid, instance, epoch, term, arbiter, fresh, begun)
    select $1, $2, $3, $4, $5, $6, timestamptz 'epoch' + $7 * interval '1 microsecond'
     where not exists (select from leitstand.segment as s where s.uuid = $1)
        on conflict do nothing;
    select s.id, s.last_batch, s.messages into strict $8, $9, $10
      from leitstand.segment as s where s.uuid = $1;
end
$$;

-- The batches before this one will not come: a store that was restored, or a standby that was
-- promoted, has lost what it had confirmed. How many there are is kept.
create function leitstand.segment_skip(segment integer, next_batch bigint) returns void
language sql security definer set search_path = pg_catalog, pg_temp as $$
    update leitstand.segment as s
       set lost_batches = lost_batches + (next_batch - 1 - last_batch), last_batch = next_batch - 1
     where s.id = segment and s.last_batch < next_batch - 1
$$;

-- Segments one of whose last messages may have come again as one of the first of segment s: those
-- just before it, up to where the broker lost the session, or one that is long enough by itself.
create function leitstand.segments_before(s leitstand.segment) returns setof leitstand.segment
language plpgsql stable set search_path = pg_catalog, pg_temp as $$
declare
    p leitstand.segment;
begin
    if s.fresh then
        return;
    end if;
    for p in select * from leitstand.segment as x
              where (x.epoch, x.term, x.begun, x.id) < (s.epoch, s.term, s.begun, s.id)
                and (x.messages > 0 or x.fresh)
              order by x.epoch desc, x.term desc, x.begun desc, x.id desc limit 100
    loop
        return next p;
        exit when p.fresh or p.messages >= leitstand.message_window();
    end loop;
end
$$;

-- The other way round.
create function leitstand.segments_after(s leitstand.segment) returns setof leitstand.segment
language plpgsql stable set search_path = pg_catalog, pg_temp as $$
declare
    f leitstand.segment;
begin
    for f in select * from leitstand.segment as x
              where (x.epoch, x.term, x.begun, x.id) > (s.epoch, s.term, s.begun, s.id)
                and (x.messages > 0 or x.fresh)
              order by x.epoch, x.term, x.begun, x.id limit 100
    loop
        exit when f.fresh;
        return next f;
        exit when f.messages >= leitstand.message_window();
    end loop;
end
$$;

-- Which state of these segments a comparison was made with.
create function leitstand.seen_before(s leitstand.segment) returns text
language sql stable set search_path = pg_catalog, pg_temp as $$
    select coalesce(string_agg(p.id || ':' || p.messages, ','), '')
      from leitstand.segments_before(s) as p where s.messages < leitstand.message_window()
$$;

create function leitstand.seen_after(s leitstand.segment) returns text
language sql stable set search_path = pg_catalog, pg_temp as $$
    select coalesce(string_agg(f.id || ':' || least(f.messages, leitstand.message_window()), ','), '')
      from leitstand.segments_after(s) as f
$$;

create function leitstand.last_messages(segment integer, messages bigint) returns bytea
language sql stable set search_path = pg_catalog, pg_temp as $$
    select string_agg(m.ids, '' order by m.before) from leitstand.message as m
     where m.segment = $1 and m.before + octet_length(m.ids) / 10 > $2 - leitstand.message_window()
$$;

create function leitstand.first_messages(segment integer) returns bytea
language sql stable set search_path = pg_catalog, pg_temp as $$
    select string_agg(m.ids, '' order by m.before) from leitstand.message as m
     where m.segment = $1 and m.before < leitstand.message_window()
$$;

-- What to leave out of a segment: identities that stand at the end of earlier ones, for its first
-- messages; and at the beginning of later ones, for its last messages.
create function leitstand.neighbours(segment integer, out earlier text, out later text,
                                     out earlier_ids bytea, out later_ids bytea)
language plpgsql stable security definer set search_path = pg_catalog, pg_temp as $$
declare
    s leitstand.segment;
begin
    select * into strict s from leitstand.segment as x where x.id = $1;
    earlier := leitstand.seen_before(s);
    later := leitstand.seen_after(s);
    if earlier <> '' then
        select string_agg(leitstand.last_messages(p.id, p.messages), '') into earlier_ids
          from leitstand.segments_before(s) as p;
    end if;
    select string_agg(leitstand.first_messages(f.id), '') into later_ids
      from leitstand.segments_after(s) as f;
end
$$;

-- The identities of the messages that were stored last over the shared session, oldest first.
create function leitstand.message_ring() returns bytea
language plpgsql stable security definer set search_path = pg_catalog, pg_temp as $$
declare
    s leitstand.segment;
    answer bytea := '';
    held bigint := 0;
begin
    for s in select * from leitstand.segment as x where x.messages > 0 or x.fresh
              order by x.epoch desc, x.term desc, x.begun desc, x.id desc limit 100
    loop
        answer := coalesce(leitstand.last_messages(s.id, s.messages), '') || answer;
        held := held + s.messages;
        exit when s.fresh or held >= leitstand.message_window();
    end loop;
    return answer;
end
$$;

create function leitstand.keep_messages(s leitstand.segment, n bigint, head bigint) returns void
language plpgsql set search_path = pg_catalog, pg_temp as $$
declare
    ids bytea := decode(coalesce(current_setting('leitstand.ids', true), ''), 'hex');
    tail bigint := octet_length(ids) / 10 - head;
begin
    if head < 0 or tail < 0 or head + tail > n or octet_length(ids) % 10 <> 0 then
        raise exception 'identities do not fit the batch' using errcode = 'LS004';
    end if;
    insert into leitstand.message (segment, before, ids)
    select s.id, x.before, x.ids
      from (values (s.messages, substr(ids, 1, head::integer * 10)),
                   (s.messages + n - tail, substr(ids, head::integer * 10 + 1))) as x(before, ids)
     where octet_length(x.ids) > 0;
    delete from leitstand.message as m
     where m.segment = s.id and m.before >= leitstand.message_window()
       and m.before < s.messages + n - leitstand.message_window()
       and m.before + octet_length(m.ids) / 10 <= s.messages + n - leitstand.message_window();
end
$$;

-- Whether the neighbours still are what was compared with.
create function leitstand.check_neighbours(segment integer, earlier text, later text) returns void
language plpgsql set search_path = pg_catalog, pg_temp as $$
declare
    s leitstand.segment;
begin
    -- Of two that store at the same time one sees what the other has stored.
    perform pg_advisory_xact_lock(hashtext('leitstand.segment'));
    select * into strict s from leitstand.segment as x where x.id = $1;
    if earlier <> leitstand.seen_before(s) or later <> leitstand.seen_after(s) then
        raise exception 'neighbouring segments have changed' using errcode = 'LS002';
    end if;
end
$$;

create function leitstand.take_batch() returns trigger
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare
    b jsonb := nullif(current_setting('leitstand.batch', true), '')::jsonb;
    s leitstand.segment;
    n bigint := b->'messages';
begin
    if b is null then
        raise exception 'readings come as batches of a segment' using errcode = 'LS004';
    elsif (b->'probe')::boolean then
        raise exception 'a probe only' using errcode = 'LS005';
    end if;
    if b->>'grant' <> '' then
        perform leitstand.fence(x.epoch, (b->>'grant')::uuid)
           from leitstand.segment as x where x.id = (b->'segment')::integer;
    end if;
    if (b->>'earlier') is not null or (b->>'later') is not null then
        perform leitstand.check_neighbours((b->'segment')::integer, b->>'earlier', b->>'later');
    end if;
    select * into s from leitstand.segment as x where x.id = (b->'segment')::integer for no key update;
    if s.id is null or s.last_batch + 1 <> (b->'first')::bigint or (b->'last')::bigint < (b->'first')::bigint then
        raise exception 'batch % is not the next one after %', b->'first', s.last_batch using errcode = 'LS003';
    end if;
    if n > 0 then
        perform leitstand.keep_messages(s, n, (b->'head')::bigint);
    end if;
    update leitstand.segment as x
       set last_batch = (b->'last')::bigint, last_at = clock_timestamp(), messages = x.messages + n
     where x.id = s.id;
    return null;
end
$$;

create trigger reading_batch after insert on leitstand.reading
    for each statement execute function leitstand.take_batch();

do $$
declare
    f text;
begin
    foreach f in array array['message_window()', 'is_hypertable()', 'today()', 'day_start(integer)',
        'day_name(integer)', 'make_days(integer[])', 'days()', 'maintain_readings(bigint, uuid, integer)',
        'index_day()', 'segment_open(uuid, text, bigint, bigint, text, boolean, bigint)',
        'segment_skip(integer, bigint)', 'segments_before(leitstand.segment)',
        'segments_after(leitstand.segment)', 'seen_before(leitstand.segment)',
        'seen_after(leitstand.segment)', 'last_messages(integer, bigint)', 'first_messages(integer)',
        'neighbours(integer)', 'message_ring()', 'keep_messages(leitstand.segment, bigint, bigint)',
        'check_neighbours(integer, text, text)', 'take_batch()']
    loop
        execute format('revoke all on function leitstand.%s from public', f);
    end loop;
    foreach f in array array['make_days(integer[])', 'maintain_readings(bigint, uuid, integer)',
        'index_day()', 'segment_open(uuid, text, bigint, bigint, text, boolean, bigint)',
        'segment_skip(integer, bigint)', 'neighbours(integer)', 'message_ring()']
    loop
        execute format('grant execute on function leitstand.%s to leitstand_instance', f);
    end loop;
end
$$;

-- ---- for people ----

create view leitstand.readings as
select c.station, c.component, r.ts, coalesce(r.received, r.ts) as received, r.value, r.state,
       array_remove(array[
           case when r.flags & 2 <> 0 then 'invalid' end,
           case when r.flags & 4 <> 0 then 'not_topical' end,
           case when r.flags & 8 <> 0 then 'blocked' end,
           case when r.flags & 16 <> 0 then 'substituted' end,
           case when r.flags & 32 <> 0 then 'overflow' end,
           case when r.flags & 64 <> 0 then 'clock' end], null) as quality,
       case when r.flags & 1 <> 0 then 'device' else 'receipt' end as ts_source,
       s.instance, s.epoch, s.term
  from leitstand.reading as r
  join leitstand.series as c on c.id = r.series
  join leitstand.segment as s on s.id = r.segment;
grant select on leitstand.readings to leitstand_reader;
