-- SPDX-License-Identifier: GPL-3.0-or-later
--
-- The central store, step 4: journal, alarm state, the change log, operator actions, the plant.
--
-- What an owner's evaluator decided at once is a change: journal lines, occurrences, records of
-- alarms, maintenance and parked acknowledgements, as JSON (src/app/changes_json.h). It is
-- named by the cache it was decided in and a number of that cache (writer, number), and is
-- stored once, however often it is sent. It is decided under a rank (epoch, term).
--
-- The log. Instances read it from the last id they have, so an id must not appear after a
-- higher one has been seen. An identity or a sequence would not do: its values are drawn in one
-- order and committed in another. The ids here come from the single row of log_head, which a
-- writer updates first and thereby locks until its commit: the next id is not drawn before the
-- last one is visible. It is a row and no advisory lock because everybody who may connect could
-- take the latter. The fence, where there is one, comes before it, so that both locks are always
-- taken in the same order.
--
-- A standby that was promoted may have lost the last entries, which instances have read. Its
-- timeline stands in the upper bits of the ids that it gives, so none of them is given twice.
-- Whoever wrote what was lost sends it again (look(), own_number).

create table leitstand.log_head (
    only_row boolean primary key default true check (only_row),
    last bigint not null,
    -- The highest rank that told a whole state: what lower ones say of it comes too late.
    epoch bigint not null default 0,
    term bigint not null default 0
);
comment on table leitstand.log_head is
    'last id of the change log; begins with the time, so that a store made anew is ahead of '
    'every id that an instance remembers of the old one';
insert into leitstand.log_head (last)
values ((extract(epoch from clock_timestamp()) * 1000)::bigint);

create table leitstand.change (
    id bigint primary key,
    at timestamptz not null default clock_timestamp(),
    writer uuid not null,
    number bigint not null check (number > 0),
    instance text not null,
    epoch bigint not null,
    term bigint not null,
    fenced boolean not null,    -- written by the owner of its time
    bytes integer not null,
    body jsonb not null,
    unique (writer, number)
);

-- How far every writer has come, also beyond what is left of the log.
create table leitstand.writer (
    writer uuid primary key,
    number bigint not null
);

-- Append only: there is no function that changes a line or takes one away.
create table leitstand.journal_line (
    writer uuid not null,
    number bigint not null,
    line integer not null,
    log_id bigint not null,
    at timestamptz not null,
    epoch bigint not null,
    term bigint not null,
    fenced boolean not null,
    instance text not null,
    occurrence uuid,
    value double precision,
    body jsonb not null,
    primary key (writer, number, line)
);
create index journal_line_log on leitstand.journal_line (log_id, line);
create index journal_line_at on leitstand.journal_line (at);
create index journal_line_occurrence on leitstand.journal_line (occurrence)
 where occurrence is not null;

create table leitstand.occurrence (
    occurrence uuid primary key,
    epoch bigint not null,
    term bigint not null,
    writer uuid not null,
    number bigint not null,
    station text not null,
    component text not null,
    rule text not null,
    state text not null,
    overlays text[] not null,
    raised_at timestamptz not null,
    returned_at timestamptz,
    acked_at timestamptz,
    value double precision,
    count integer not null,
    body jsonb not null
);
create index occurrence_raised_at on leitstand.occurrence (raised_at);
create index occurrence_open on leitstand.occurrence (state) where state <> 'normal';

-- What an evaluator needs besides to go on. A row that is gone stays for a time with its rank,
-- so that nothing older brings it back.
create table leitstand.alarm_state (
    kind text not null check (kind in ('alarms', 'maintenance', 'parked')),
    station text not null,  -- parked: the occurrence
    component text not null,
    rule text not null,
    occurrence uuid,
    gone boolean not null,
    epoch bigint not null,
    term bigint not null,
    writer uuid not null,
    number bigint not null,
    at timestamptz not null default clock_timestamp(),
    body jsonb not null,
    primary key (kind, station, component, rule)
);

create table leitstand.action (
    id uuid primary key,
    at timestamptz not null,
    instance text not null,
    "user" text not null,
    origin text not null,
    body jsonb,             -- null: it came to the owner by another way
    stored_at timestamptz not null default clock_timestamp(),
    done_at timestamptz,
    ok boolean,
    message text,
    done_epoch bigint
);
create index action_pending on leitstand.action (stored_at) where done_at is null;

-- Who has acted, by the journal.
create table leitstand.operator (
    name text primary key,
    first_seen timestamptz not null,
    last_seen timestamptz not null
);

create table leitstand.plant (
    version bigint generated always as identity primary key,
    digest text not null,
    stations text not null,
    components text not null,
    rules text not null,
    actor text not null,
    at timestamptz not null default clock_timestamp()
);
-- As the log: a store made anew is no older than the last one.
do $$
begin
    perform setval(pg_get_serial_sequence('leitstand.plant', 'version'),
                   extract(epoch from clock_timestamp())::bigint);
end
$$;

-- ---- writing ----

-- Whether what was decided under rank (epoch, term) by writer as number replaces what is there.
-- Nothing replaces what a higher rank decided; in one rank only its own writer goes on.
create function leitstand.outranks(epoch bigint, term bigint, writer uuid, number bigint,
    was_epoch bigint, was_term bigint, was_writer uuid, was_number bigint) returns boolean
language sql immutable set search_path = pg_catalog, pg_temp as $$
    select (epoch, term) > (was_epoch, was_term)
        or (epoch, term) = (was_epoch, was_term) and writer = was_writer
            and number >= was_number;
$$;

create function leitstand.texts(list jsonb) returns text[]
language sql immutable set search_path = pg_catalog, pg_temp as $$
    select coalesce(array_agg(x), '{}') from jsonb_array_elements_text(list) as x;
$$;

-- Whoever was owner no longer may have seen, or done, the same as the next owner, and tell it
-- later. It happened once: what the higher rank told stands in the journal, all of it in the
-- log.
create function leitstand.told_again(epoch bigint, term bigint, body jsonb) returns boolean
language sql stable set search_path = pg_catalog, pg_temp as $$
    select exists (
        select from leitstand.journal_line as j
         where j.occurrence = (told_again.body->>'occurrence')::uuid
           and j.body->>'event' = told_again.body->>'event'
           and j.body->>'step' = told_again.body->>'step'
           and (j.epoch, j.term) > (told_again.epoch, told_again.term)
           and (told_again.body->>'event' in ('raised', 'returned', 'severity', 'realarm')
                or told_again.body->>'event' = 'acked'
                    and j.body->>'actor' = told_again.body->>'actor'
                    and j.body->>'detail' is not distinct from told_again.body->>'detail'));
$$;

-- A rise has the same name everywhere when its source tells the time. Where receipt gives it,
-- two instances name it apart: what rose within two seconds of what the next owner named is
-- the same, when that owner did not know of it.
create function leitstand.named_apart(epoch bigint, term bigint, body jsonb) returns boolean
language sql stable set search_path = pg_catalog, pg_temp as $$
    select exists (
        select from leitstand.occurrence as o
         where o.station = named_apart.body->>'station'
           and o.component = coalesce(named_apart.body->>'component', '')
           and o.rule = named_apart.body->>'rule'
           and o.occurrence <> (named_apart.body->>'occurrence')::uuid
           and o.raised_at between (named_apart.body->>'raised_at')::timestamptz - interval '2 s'
                               and (named_apart.body->>'raised_at')::timestamptz + interval '2 s'
           and (o.epoch, o.term) > (named_apart.epoch, named_apart.term))
       and not exists (
        select from leitstand.occurrence as o
         where o.occurrence = (named_apart.body->>'occurrence')::uuid);
$$;

-- Occurrences that stand under another name, because two owners named the same rise.
create table leitstand.twin (occurrence uuid primary key);

-- What is left of a change that was decided once: without what is told again, and without what
-- became of a rise that was. Who acknowledged has acknowledged.
create function leitstand.untold(epoch bigint, term bigint, body jsonb) returns jsonb
language plpgsql volatile set search_path = pg_catalog, pg_temp as $$
declare
    answer jsonb := body;
begin
    insert into leitstand.twin (occurrence)
    select distinct (r->>'occurrence')::uuid from jsonb_array_elements(body->'occurrences') as r
     where leitstand.named_apart(untold.epoch, untold.term, r)
        on conflict do nothing;
    if body ? 'journal' then
        answer := answer || jsonb_build_object('journal', (
            select coalesce(jsonb_agg(l order by place), '[]')
              from jsonb_array_elements(body->'journal') with ordinality as j(l, place)
             where not leitstand.told_again(untold.epoch, untold.term, l)
               and (l->>'event' in ('acked', 'parked')
                    or not exists (select from leitstand.twin as t
                                    where t.occurrence = (l->>'occurrence')::uuid))));
    end if;
    if body ? 'occurrences' then
        answer := answer || jsonb_build_object('occurrences', (
            select coalesce(jsonb_agg(o order by place), '[]')
              from jsonb_array_elements(body->'occurrences') with ordinality as r(o, place)
             where not exists (select from leitstand.twin as t
                                where t.occurrence = (o->>'occurrence')::uuid)));
    end if;
    return answer;
end
$$;

create function leitstand.put_journal(log_id bigint, fenced boolean, epoch bigint, term bigint,
                                      writer uuid, number bigint, instance text, lines jsonb)
returns void
language plpgsql set search_path = pg_catalog, pg_temp as $$
#variable_conflict use_column
begin
    insert into leitstand.journal_line (writer, number, line, log_id, at, epoch, term, fenced,
                                        instance, occurrence, value, body)
    select put_journal.writer, put_journal.number, l.line, put_journal.log_id,
           (l.body->>'at')::timestamptz, put_journal.epoch, put_journal.term,
           put_journal.fenced, put_journal.instance, (l.body->>'occurrence')::uuid,
           (l.body->>'value')::double precision, l.body
      from jsonb_array_elements(lines) with ordinality as l(body, line)
        on conflict do nothing;
    insert into leitstand.operator as o (name, first_seen, last_seen)
    select l->>'actor', min((l->>'at')::timestamptz), max((l->>'at')::timestamptz)
      from jsonb_array_elements(lines) as l
     where l->>'actor' <> ''
     group by 1 order by 1
        on conflict (name) do update
       set first_seen = least(o.first_seen, excluded.first_seen),
           last_seen = greatest(o.last_seen, excluded.last_seen)
     where excluded.first_seen < o.first_seen or excluded.last_seen > o.last_seen;
end
$$;

-- A list may have the same thing several times; the last one counts.
create function leitstand.put_occurrences(epoch bigint, term bigint, writer uuid, number bigint,
                                          rows jsonb) returns void
language plpgsql set search_path = pg_catalog, pg_temp as $$
#variable_conflict use_column
begin
    insert into leitstand.occurrence as o (occurrence, epoch, term, writer, number, station,
        component, rule, state, overlays, raised_at, returned_at, acked_at, value, count, body)
    select distinct on (1) (r.body->>'occurrence')::uuid, put_occurrences.epoch,
           put_occurrences.term, put_occurrences.writer, put_occurrences.number,
           r.body->>'station', coalesce(r.body->>'component', ''), r.body->>'rule',
           r.body->>'state', leitstand.texts(r.body->'overlays'),
           (r.body->>'raised_at')::timestamptz, (r.body->>'returned_at')::timestamptz,
           (r.body->>'acked_at')::timestamptz, (r.body->>'value')::double precision,
           coalesce((r.body->>'count')::bigint, 1), r.body
      from jsonb_array_elements(rows) with ordinality as r(body, place)
     order by 1, r.place desc
        on conflict (occurrence) do update
       set epoch = excluded.epoch, term = excluded.term, writer = excluded.writer,
           number = excluded.number, station = excluded.station,
           component = excluded.component, rule = excluded.rule, state = excluded.state,
           overlays = excluded.overlays, raised_at = excluded.raised_at,
           returned_at = excluded.returned_at, acked_at = excluded.acked_at,
           value = excluded.value, count = excluded.count, body = excluded.body
     where leitstand.outranks(excluded.epoch, excluded.term, excluded.writer, excluded.number,
                              o.epoch, o.term, o.writer, o.number);
end
$$;

create function leitstand.put_state(wanted text, epoch bigint, term bigint, writer uuid,
                                    number bigint, rows jsonb) returns void
language plpgsql set search_path = pg_catalog, pg_temp as $$
#variable_conflict use_column
begin
    insert into leitstand.alarm_state as s (kind, station, component, rule, occurrence, gone,
                                            epoch, term, writer, number, body)
    select distinct on (2, 3, 4) wanted,
           case when wanted = 'parked' then r.body->>'occurrence' else r.body->>'station' end,
           coalesce(r.body->>'component', ''), coalesce(r.body->>'rule', ''),
           (r.body->>'occurrence')::uuid, coalesce((r.body->>'gone')::boolean, false), put_state.epoch, put_state.term,
           put_state.writer, put_state.number, r.body
      from jsonb_array_elements(rows) with ordinality as r(body, place)
     order by 2, 3, 4, r.place desc
        on conflict (kind, station, component, rule) do update
       set occurrence = excluded.occurrence, gone = excluded.gone, epoch = excluded.epoch,
           term = excluded.term, writer = excluded.writer, number = excluded.number, at = clock_timestamp(),
           body = excluded.body
     where leitstand.outranks(excluded.epoch, excluded.term, excluded.writer, excluded.number,
                              s.epoch, s.term, s.writer, s.number);
end
$$;

-- Actions that were done with this change, whether or not they have come here, too.
create function leitstand.put_done(epoch bigint, instance text, rows jsonb) returns void
language plpgsql set search_path = pg_catalog, pg_temp as $$
#variable_conflict use_column
begin
    insert into leitstand.action as a (id, at, instance, "user", origin, done_at, ok, message,
                                       done_epoch)
    select distinct on (1) (r->>'id')::uuid, clock_timestamp(), put_done.instance, '', '',
           clock_timestamp(), (r->>'ok')::boolean, coalesce(r->>'message', ''), put_done.epoch
      from jsonb_array_elements(rows) as r
     order by 1
        on conflict (id) do update
       set done_at = excluded.done_at, ok = excluded.ok, message = excluded.message,
           done_epoch = excluded.done_epoch
     where a.done_at is null;
end
$$;

-- Below every id of this server's timeline.
create function leitstand.log_floor() returns bigint
language sql volatile set search_path = pg_catalog, pg_temp as $$
    select (('x' || substr(pg_walfile_name(pg_current_wal_lsn()), 1, 8))::bit(32)::bigint - 1)
           << 44;
$$;

-- A number that was given to something else comes from a cache that lost its end, or from a copy
-- of it: that must not pass for known.
create function leitstand.change_is_known(writer uuid, number bigint, body jsonb) returns boolean
language plpgsql stable set search_path = pg_catalog, pg_temp as $$
declare
    was jsonb;
begin
    select c.body into was from leitstand.change as c
     where c.writer = change_is_known.writer and c.number = change_is_known.number;
    if was <> body then
        raise exception 'change % of this cache is another one here', number
            using errcode = 'LS003';
    end if;
    return was is not null;
end
$$;

-- What others left there, and the whole state of a new owner does not have, is over.
create function leitstand.put_whole(epoch bigint, term bigint, writer uuid, number bigint)
returns void
language plpgsql set search_path = pg_catalog, pg_temp as $$
#variable_conflict use_column
begin
    update leitstand.log_head as h set epoch = put_whole.epoch, term = put_whole.term;
    update leitstand.alarm_state as s
       set gone = true, epoch = put_whole.epoch, term = put_whole.term,
           writer = put_whole.writer, number = put_whole.number, at = clock_timestamp()
     where not s.gone and (s.writer, s.number) <> (put_whole.writer, put_whole.number)
       and leitstand.outranks(put_whole.epoch, put_whole.term, put_whole.writer,
                              put_whole.number, s.epoch, s.term, s.writer, s.number);
    update leitstand.occurrence as o
       set state = 'normal', body = jsonb_set(o.body, '{state}', '"normal"'),
           epoch = put_whole.epoch, term = put_whole.term, writer = put_whole.writer,
           number = put_whole.number
     where o.state <> 'normal' and (o.writer, o.number) <> (put_whole.writer, put_whole.number)
       and leitstand.outranks(put_whole.epoch, put_whole.term, put_whole.writer,
                              put_whole.number, o.epoch, o.term, o.writer, o.number);
end
$$;

-- All that both ways of writing have in common; 0 when it is known already.
create function leitstand.put_change(fenced boolean, epoch bigint, term bigint, writer uuid,
                                     number bigint, instance text, body jsonb) returns bigint
language plpgsql set search_path = pg_catalog, pg_temp as $$
#variable_conflict use_column
declare
    log_id bigint;
    floor_epoch bigint;
    floor_term bigint;
begin
    perform from leitstand.log_head for update;
    if leitstand.change_is_known(put_change.writer, put_change.number, put_change.body) then
        return 0;
    end if;
    update leitstand.log_head as h set last = greatest(h.last, leitstand.log_floor()) + 1
    returning h.last, h.epoch, h.term into strict log_id, floor_epoch, floor_term;
    insert into leitstand.change (id, writer, number, instance, epoch, term, fenced, bytes,
                                  body)
    values (log_id, put_change.writer, put_change.number, put_change.instance,
            put_change.epoch, put_change.term, put_change.fenced,
            octet_length(put_change.body::text), put_change.body);
    insert into leitstand.writer as w (writer, number)
    values (put_change.writer, put_change.number)
        on conflict (writer) do update set number = greatest(w.number, excluded.number);
    if not put_change.fenced then
        body := leitstand.untold(epoch, term, body);
    end if;
    perform leitstand.put_journal(log_id, fenced, epoch, term, writer, number, instance,
                                  body->'journal');
    if (epoch, term) >= (floor_epoch, floor_term) then
        perform leitstand.put_occurrences(epoch, term, writer, number, body->'occurrences');
        perform leitstand.put_state('alarms', epoch, term, writer, number, body->'alarms');
        perform leitstand.put_state('maintenance', epoch, term, writer, number,
                                    body->'maintenance');
        perform leitstand.put_state('parked', epoch, term, writer, number, body->'parked');
        if body->'whole' = 'true' then
            perform leitstand.put_whole(epoch, term, writer, number);
        end if;
    else
        perform leitstand.put_occurrences(epoch, term, writer, number,
            jsonb_path_query_array(body->'occurrences', '$[*] ? (@.state == "normal")'));
    end if;
    perform pg_notify('leitstand', '');
    return log_id;
end
$$;

-- The owner's: its id in the log, or 0 when it was there. One call is one transaction.
create function leitstand.write_changes(epoch bigint, grant_id uuid, term bigint, writer uuid,
                                        number bigint, instance text, body jsonb)
returns bigint
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare
    log_id bigint;
begin
    -- Who is no longer owner has to hear that it got in while it was.
    if leitstand.change_is_known(writer, number, body) then
        return 0;
    end if;
    perform leitstand.fence(epoch, grant_id);
    log_id := leitstand.put_change(true, epoch, term, writer, number, instance, body);
    if log_id <> 0 then
        perform leitstand.put_done(epoch, instance, body->'actions');
    end if;
    return log_id;
end
$$;

-- From whoever decided it once, or without the store. What a higher rank decided stays; so do
-- actions, which the present owner answers.
create function leitstand.append_changes(writer uuid, number bigint, instance text,
                                         epoch bigint, term bigint, body jsonb)
returns bigint
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
begin
    return leitstand.put_change(false, epoch, term, writer, number, instance, body);
end
$$;

-- ---- actions ----

create function leitstand.submit_action(id uuid, at_us bigint, instance text, username text,
                                        origin text, body jsonb) returns void
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
#variable_conflict use_column
begin
    insert into leitstand.action (id, at, instance, "user", origin, body)
    values (submit_action.id, 'epoch'::timestamptz + at_us * interval '1 microsecond',
            submit_action.instance, username, submit_action.origin, submit_action.body)
        on conflict do nothing;
    perform pg_notify('leitstand', 'action');
end
$$;

-- False: there is no such, or it was answered already.
create function leitstand.finish_action(epoch bigint, grant_id uuid, id uuid, ok boolean,
                                        message text) returns boolean
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
#variable_conflict use_column
begin
    perform leitstand.fence(epoch, grant_id);
    update leitstand.action as a
       set done_at = clock_timestamp(), ok = finish_action.ok,
           message = finish_action.message, done_epoch = epoch
     where a.id = finish_action.id and a.done_at is null;
    if found then
        perform pg_notify('leitstand', 'action');
    end if;
    return found;
end
$$;

create function leitstand.actions_pending(at_most integer)
returns table (id uuid, at_us bigint, instance text, username text, origin text, body text)
language sql stable security definer set search_path = pg_catalog, pg_temp as $$
    select a.id, (extract(epoch from a.at) * 1000000)::bigint, a.instance, a."user", a.origin,
           a.body::text
      from leitstand.action as a
     where a.done_at is null
     order by a.stored_at limit at_most;
$$;

create function leitstand.action_answers(ids uuid[])
returns table (id uuid, ok boolean, message text)
language sql stable security definer set search_path = pg_catalog, pg_temp as $$
    select a.id, a.ok, a.message from leitstand.action as a
     where a.id = any (ids) and a.done_at is not null;
$$;

-- ---- the plant ----

-- Its version. base: the version it was made from, which has to be the newest.
create function leitstand.store_plant(base bigint, stations text, components text, rules text,
                                      actor text) returns bigint
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
#variable_conflict use_column
declare
    newest leitstand.plant;
    sum text := encode(sha256(convert_to(concat_ws(E'\x1e', stations, components, rules),
                                         'UTF8')), 'hex');
    answer bigint;
begin
    perform from leitstand.log_head for update; -- one at a time
    select * into newest from leitstand.plant order by version desc limit 1;
    if newest.digest = sum then
        return newest.version;
    end if;
    if newest.version <> base then
        raise exception 'the plant was changed by "%" meanwhile', newest.actor
            using errcode = 'LS002';
    end if;
    insert into leitstand.plant (digest, stations, components, rules, actor)
    values (sum, store_plant.stations, store_plant.components, store_plant.rules,
            store_plant.actor)
    returning version into answer;
    perform pg_notify('leitstand', 'plant');
    return answer;
end
$$;

-- The newest plant, unless it is this one.
create function leitstand.plant_other(version bigint)
returns table (version bigint, stations text, components text, rules text, actor text)
language sql stable security definer set search_path = pg_catalog, pg_temp as $$
    select p.version, p.stations, p.components, p.rules, p.actor
      from (select * from leitstand.plant as x order by x.version desc limit 1) as p
     where p.version <> plant_other.version;
$$;

-- ---- reading ----

-- Everything an instance has to ask regularly. log_first: the oldest entry that is left; an
-- instance whose last one, after, is older than the one before it, or newer than log_last, takes
-- the snapshot. behind: entries after that. own_number: how far the store knows the writer own;
-- when that is less than it had been told was stored, it sends the rest again. answered: how
-- many of these actions.
create function leitstand.look(own uuid, after bigint, ids uuid[])
returns table (log_first bigint, log_last bigint, behind bigint, own_number bigint,
               plant bigint, pending boolean, answered bigint)
language sql stable security definer set search_path = pg_catalog, pg_temp as $$
    select coalesce((select min(c.id) from leitstand.change as c), h.last + 1), h.last,
           (select count(*) from leitstand.change as c where c.id > after),
           coalesce((select w.number from leitstand.writer as w where w.writer = own), 0),
           coalesce((select max(p.version) from leitstand.plant as p), 0),
           exists (select from leitstand.action as a where a.done_at is null),
           (select count(*) from leitstand.action as a
             where a.id = any (ids) and a.done_at is not null)
      from leitstand.log_head as h;
$$;

-- Entries after this one, in order; of those that own wrote only the names.
create function leitstand.changes_after(after bigint, at_most integer, max_bytes bigint,
                                        own uuid)
returns table (id bigint, writer uuid, number bigint, instance text, epoch bigint, term bigint,
               body text)
language sql stable security definer set search_path = pg_catalog, pg_temp as $$
    select c.id, c.writer, c.number, c.instance, c.epoch, c.term,
           case when c.writer is distinct from own then c.body::text end
      from (select x.*, sum(x.bytes) over (order by x.id) - x.bytes as before
              from (select * from leitstand.change as y
                     where y.id > after order by y.id limit at_most) as x) as c
     where c.before < max_bytes
     order by c.id;
$$;

-- The whole state, as of entry log_id, under the highest rank that had a part in it: what is
-- not over, and the newest of the rest; and how far each writer had come: "marks":[{"writer":…,
-- "number":…}].
create function leitstand.snapshot(closed integer)
returns table (log_id bigint, epoch bigint, term bigint, body text)
language sql stable security definer set search_path = pg_catalog, pg_temp as $$
    with kept as (
        select o.* from leitstand.occurrence as o where o.state <> 'normal'
        union
        (select o.* from leitstand.occurrence as o where o.state = 'normal'
          order by o.raised_at desc limit closed)
        union
        select o.* from leitstand.occurrence as o
          join leitstand.alarm_state as s
            on s.kind = 'alarms' and not s.gone
           and s.occurrence = o.occurrence
    ), state as (
        select s.kind, jsonb_agg(s.body order by s.station, s.component, s.rule) as list
          from leitstand.alarm_state as s where not s.gone group by s.kind
    ), top as (
        select r.epoch, r.term
          from (select k.epoch, k.term from kept as k
                union all select s.epoch, s.term from leitstand.alarm_state as s) as r
         order by 1 desc, 2 desc limit 1
    )
    select h.last, coalesce((select t.epoch from top as t), 0),
           coalesce((select t.term from top as t), 0),
           (jsonb_build_object(
                'occurrences',
                coalesce((select jsonb_agg(k.body order by k.raised_at) from kept as k), '[]'),
                'marks',
                coalesce((select jsonb_agg(to_jsonb(w)) from leitstand.writer as w), '[]'))
            || coalesce((select jsonb_object_agg(s.kind, s.list) from state as s), '{}'))::text
      from leitstand.log_head as h;
$$;

-- How many changes have journal lines since then, up to entry last; and the first one.
create function leitstand.journal_extent(since_us bigint, last bigint)
returns table (first bigint, changes bigint)
language sql stable security definer set search_path = pg_catalog, pg_temp as $$
    select coalesce(min(j.log_id), 0), count(distinct j.log_id)
      from leitstand.journal_line as j
     where j.at >= 'epoch'::timestamptz + since_us * interval '1 microsecond'
       and j.log_id <= last;
$$;

-- Journal lines, a change at a time, as changes_after() gives them.
create function leitstand.journal_after(after bigint, last bigint, since_us bigint,
                                        at_most integer)
returns table (id bigint, writer uuid, number bigint, instance text, epoch bigint, term bigint,
               body text)
language sql stable security definer set search_path = pg_catalog, pg_temp as $$
    with wanted as (
        select distinct j.log_id from leitstand.journal_line as j
         where j.log_id > after and j.log_id <= last
           and j.at >= 'epoch'::timestamptz + since_us * interval '1 microsecond'
         order by j.log_id limit at_most
    )
    select j.log_id, j.writer, j.number, min(j.instance), min(j.epoch), min(j.term),
           jsonb_build_object('journal', jsonb_agg(j.body order by j.line))::text
      from leitstand.journal_line as j
     where j.log_id in (select w.log_id from wanted as w)
     group by j.log_id, j.writer, j.number
     order by j.log_id;
$$;

create function leitstand.operators()
returns table (name text, first_seen timestamptz, last_seen timestamptz)
language sql stable security definer set search_path = pg_catalog, pg_temp as $$
    select o.name, o.first_seen, o.last_seen from leitstand.operator as o order by o.name;
$$;

-- ---- what grows ----

-- Shorten the log, by at most 10,000 entries: how many went. It loses its beginning only, even
-- if the clock was set meanwhile. Journal and occurrences stay.
create function leitstand.prune_log(epoch bigint, grant_id uuid, days integer) returns bigint
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare
    cut timestamptz := clock_timestamp() - days * interval '1 day';
    first_id bigint;
    end_id bigint;
    gone bigint;
begin
    perform leitstand.fence(epoch, grant_id);
    select min(c.id), coalesce(min(c.id) filter (where c.at >= cut), max(c.id) + 1)
      into first_id, end_id from leitstand.change as c;
    delete from leitstand.change as c
     where c.id < end_id and c.id < first_id + 10000;
    get diagnostics gone = row_count;
    delete from leitstand.alarm_state as s where s.gone and s.at < cut;
    delete from leitstand.action as a where coalesce(a.done_at, a.stored_at) < cut;
    return gone;
end
$$;

-- ---- views and rights ----

create view leitstand.journal as
select j.at, j.epoch, j.term, j.instance, j.body->>'event' as event, j.occurrence,
       j.body->>'station' as station, j.body->>'component' as component,
       j.body->>'rule' as rule, j.body->>'actor' as actor, j.body->>'origin' as origin,
       j.body->>'detail' as detail, j.body->>'priority' as priority, j.value,
       j.writer, j.number, j.line, j.log_id, j.fenced
  from leitstand.journal_line as j;

create view leitstand.alarms as
select o.occurrence, o.station, o.component, o.rule, o.body->>'type' as type,
       o.body->>'priority' as priority, o.state, o.overlays, o.raised_at, o.returned_at,
       o.value, o.acked_at, o.body->>'acked_by' as acked_by, o.body->>'comment' as comment,
       o.count, o.epoch, o.term
  from leitstand.occurrence as o;

grant select on leitstand.journal, leitstand.alarms to leitstand_reader;

revoke all on function
    leitstand.outranks(bigint, bigint, uuid, bigint, bigint, bigint, uuid, bigint),
    leitstand.texts(jsonb),
    leitstand.told_again(bigint, bigint, jsonb),
    leitstand.named_apart(bigint, bigint, jsonb),
    leitstand.untold(bigint, bigint, jsonb),
    leitstand.put_journal(bigint, boolean, bigint, bigint, uuid, bigint, text, jsonb),
    leitstand.put_occurrences(bigint, bigint, uuid, bigint, jsonb),
    leitstand.put_state(text, bigint, bigint, uuid, bigint, jsonb),
    leitstand.put_done(bigint, text, jsonb),
    leitstand.put_whole(bigint, bigint, uuid, bigint),
    leitstand.log_floor(),
    leitstand.change_is_known(uuid, bigint, jsonb),
    leitstand.put_change(boolean, bigint, bigint, uuid, bigint, text, jsonb),
    leitstand.write_changes(bigint, uuid, bigint, uuid, bigint, text, jsonb),
    leitstand.append_changes(uuid, bigint, text, bigint, bigint, jsonb),
    leitstand.submit_action(uuid, bigint, text, text, text, jsonb),
    leitstand.finish_action(bigint, uuid, uuid, boolean, text),
    leitstand.actions_pending(integer),
    leitstand.action_answers(uuid[]),
    leitstand.store_plant(bigint, text, text, text, text),
    leitstand.plant_other(bigint),
    leitstand.look(uuid, bigint, uuid[]),
    leitstand.changes_after(bigint, integer, bigint, uuid),
    leitstand.snapshot(integer),
    leitstand.journal_extent(bigint, bigint),
    leitstand.journal_after(bigint, bigint, bigint, integer),
    leitstand.operators(),
    leitstand.prune_log(bigint, uuid, integer)
    from public;
grant execute on function
    leitstand.write_changes(bigint, uuid, bigint, uuid, bigint, text, jsonb),
    leitstand.append_changes(uuid, bigint, text, bigint, bigint, jsonb),
    leitstand.submit_action(uuid, bigint, text, text, text, jsonb),
    leitstand.finish_action(bigint, uuid, uuid, boolean, text),
    leitstand.actions_pending(integer),
    leitstand.action_answers(uuid[]),
    leitstand.store_plant(bigint, text, text, text, text),
    leitstand.plant_other(bigint),
    leitstand.look(uuid, bigint, uuid[]),
    leitstand.changes_after(bigint, integer, bigint, uuid),
    leitstand.snapshot(integer),
    leitstand.journal_extent(bigint, bigint),
    leitstand.journal_after(bigint, bigint, bigint, integer),
    leitstand.operators(),
    leitstand.prune_log(bigint, uuid, integer)
    to leitstand_instance;
