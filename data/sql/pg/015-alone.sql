-- SPDX-License-Identifier: GPL-3.0-or-later
--
-- The central store, step 15: rises of an instance that decided for itself.
--
-- Who reaches neither the store nor a broker decides for its own screen, and tells later what it
-- saw: lines of rank (0, 0), without a state that anybody follows. What rises by receipt has a
-- name of its own there, as it has with an owner that is slow (steps 9 and 11), and stands under
-- the one that an owner gave to it, whichever comes first; of two that decided for themselves,
-- under the one that came first.
--
-- Its lines have the time at which they were told, which is when it knew that nobody decides:
-- long after the rise. So such a change has its occurrences beside them, under "alone".

create table leitstand.rise_alone (
    occurrence uuid,
    writer uuid,
    station text not null,
    component text not null,
    rule text not null,
    raised_at timestamptz not null,
    returned_at timestamptz,
    value double precision,
    stored_at timestamptz not null default clock_timestamp(),
    primary key (occurrence, writer)
);
create index rise_alone_alarm on leitstand.rise_alone (station, component, rule, raised_at);

-- Who gave the name that does not stand; null: of before, or an owner by name_anew().
alter table leitstand.twin add column writer uuid;

-- Rises come by thousands. So what is asked of each is plpgsql, whose plans are kept, and of one
-- table at a time, by index: a plan that was made when there was nothing yet would join it row
-- by row.

-- As before, two of those that were planned anew for each rise.
create or replace function leitstand.may_be_one(raised_at timestamptz, value double precision,
                                                body jsonb)
returns boolean
language plpgsql immutable set search_path = pg_catalog, pg_temp as $$
begin
    return case when may_be_one.value is null and may_be_one.body->>'value' is null
                then raised_at between (body->>'raised_at')::timestamptz - interval '2 s'
                                   and (body->>'raised_at')::timestamptz + interval '2 s'
                else coalesce(may_be_one.value = (body->>'value')::double precision, false)
                 and raised_at between (body->>'raised_at')::timestamptz - interval '6 s'
                                   and (body->>'raised_at')::timestamptz + interval '6 s' end;
end
$$;

create or replace function leitstand.told_again(epoch bigint, term bigint, body jsonb)
returns boolean
language plpgsql stable set search_path = pg_catalog, pg_temp set enable_seqscan = off as $$
begin
    return exists (
        select from leitstand.journal_line as j
         where j.occurrence = (told_again.body->>'occurrence')::uuid
           and j.body->>'event' = told_again.body->>'event'
           and j.body->>'step' = told_again.body->>'step'
           and (j.epoch, j.term) > (told_again.epoch, told_again.term)
           and told_again.body->>'event' in ('raised', 'returned', 'severity', 'realarm'));
end
$$;

-- Whether it has told of this rise already, by whatever name: then what else it tells of is
-- another one.
create function leitstand.has_told(writer uuid, occurrence uuid) returns boolean
language plpgsql stable set search_path = pg_catalog, pg_temp set enable_seqscan = off as $$
declare
    names uuid[] := array(select t.occurrence from leitstand.twin as t
                           where t.stands_as = has_told.occurrence) || has_told.occurrence;
begin
    return exists (
            select from leitstand.twin as t
             where t.stands_as = has_told.occurrence and t.writer = has_told.writer)
        or exists (
            select from leitstand.rise_alone as a
             where a.occurrence = any (names) and a.writer = has_told.writer)
        or exists (
            select from leitstand.journal_line as j
             where j.occurrence = has_told.occurrence and j.writer = has_told.writer);
end
$$;

-- Whether an owner named it so, or it stands under another name.
create function leitstand.is_settled(occurrence uuid) returns boolean
language plpgsql stable set search_path = pg_catalog, pg_temp set enable_seqscan = off as $$
begin
    return exists (select from leitstand.twin as t
                    where t.occurrence = is_settled.occurrence)
        or exists (select from leitstand.occurrence as o
                    where o.occurrence = is_settled.occurrence);
end
$$;

-- The rises of these rows by the time they came: so of two the first finds its name first.
create function leitstand.rises(rows jsonb)
returns table (body jsonb, name uuid, station text, component text, rule text,
               raised_at timestamptz, returned_at timestamptz)
language sql stable set search_path = pg_catalog, pg_temp as $$
    select r, (r->>'occurrence')::uuid, r->>'station', coalesce(r->>'component', ''),
           r->>'rule', (r->>'raised_at')::timestamptz, (r->>'returned_at')::timestamptz
      from jsonb_array_elements(rows) as r
     order by 6, 2;
$$;

-- The names that a higher rank gave to these rises, one to each. What other_name() did for each
-- by itself, with what its own writer has told of left out.
drop function leitstand.other_name(bigint, bigint, jsonb);
create function leitstand.name_by_rank(epoch bigint, term bigint, writer uuid, rows jsonb)
returns void
language plpgsql set search_path = pg_catalog, pg_temp set enable_seqscan = off as $$
declare
    rise record;
begin
    for rise in select * from leitstand.rises(rows) loop
        continue when leitstand.is_settled(rise.name);
        insert into leitstand.twin (occurrence, stands_as, writer)
        select rise.name, o.occurrence, name_by_rank.writer from leitstand.occurrence as o
         where o.raised_at between rise.raised_at - interval '6 s'
                               and rise.raised_at + interval '6 s'
           and o.station = rise.station and o.component = rise.component
           and o.rule = rise.rule and o.occurrence <> rise.name
           and (o.epoch, o.term) > (name_by_rank.epoch, name_by_rank.term)
           and leitstand.may_be_one(o.raised_at, o.value, rise.body)
           and not leitstand.has_told(name_by_rank.writer, o.occurrence)
         order by abs(extract(epoch from o.raised_at - rise.raised_at))
         limit 1;
    end loop;
end
$$;

-- What somebody saw that decided for itself, and the names that an owner gave to it; if none
-- did, the one that another gave who decided for itself. Messages that were queued come at once
-- over links of which one is slower, so what overlaps by less than 2 s may be one rise as well.
-- A rise is looked up when it is told first. What concerns leitstand itself is of one instance.
create function leitstand.name_alone(writer uuid, rows jsonb) returns void
language plpgsql set search_path = pg_catalog, pg_temp set enable_seqscan = off as $$
declare
    rise record;
begin
    for rise in select * from leitstand.rises(rows) as r where r.station <> 'leitstand' loop
        update leitstand.rise_alone as a set returned_at = rise.returned_at
         where a.occurrence = rise.name and a.writer = name_alone.writer;
        continue when found;
        insert into leitstand.rise_alone
        values (rise.name, name_alone.writer, rise.station, rise.component, rise.rule,
                rise.raised_at, rise.returned_at, (rise.body->>'value')::double precision);
        continue when leitstand.is_settled(rise.name);
        insert into leitstand.twin (occurrence, stands_as, writer)
        select rise.name, o.occurrence, name_alone.writer from leitstand.occurrence as o
         where o.raised_at between rise.raised_at - interval '6 s'
                               and rise.raised_at + interval '6 s'
           and o.station = rise.station and o.component = rise.component
           and o.rule = rise.rule and (o.epoch, o.term) > (0, 0)
           and coalesce(o.returned_at + interval '2 s' > rise.raised_at, true)
           and coalesce(rise.returned_at + interval '2 s' > o.raised_at, true)
           and leitstand.may_be_one(o.raised_at, o.value, rise.body)
           and not leitstand.has_told(name_alone.writer, o.occurrence)
         order by abs(extract(epoch from o.raised_at - rise.raised_at))
         limit 1;
        continue when found or exists (
            select from leitstand.rise_alone as a
             where a.occurrence = rise.name and a.writer <> name_alone.writer);
        insert into leitstand.twin (occurrence, stands_as, writer)
        select rise.name, a.occurrence, name_alone.writer from leitstand.rise_alone as a
         where a.raised_at between rise.raised_at - interval '6 s'
                               and rise.raised_at + interval '6 s'
           and a.station = rise.station and a.component = rise.component
           and a.rule = rise.rule and a.writer <> name_alone.writer
           and coalesce(a.returned_at + interval '2 s' > rise.raised_at, true)
           and coalesce(rise.returned_at + interval '2 s' > a.raised_at, true)
           and leitstand.may_be_one(a.raised_at, a.value, rise.body)
           and not leitstand.is_settled(a.occurrence)
           and not leitstand.has_told(name_alone.writer, a.occurrence)
         order by abs(extract(epoch from a.raised_at - rise.raised_at))
         limit 1;
    end loop;
end
$$;

-- What an owner names stands under that name again, when it only stood as what somebody called
-- it that decided for itself.
create function leitstand.name_by_owner(rows jsonb) returns void
language sql volatile set search_path = pg_catalog, pg_temp as $$
    delete from leitstand.twin as t using jsonb_array_elements(rows) as r
     where t.occurrence = (r->>'occurrence')::uuid
       and exists (select from leitstand.rise_alone as a where a.occurrence = t.stands_as)
       and not exists (select from leitstand.occurrence as o where o.occurrence = t.stands_as);
$$;

-- The same where an owner tells that it rose, whatever it was taken for, unless that is what a
-- later owner called it.
create function leitstand.name_own(epoch bigint, term bigint, lines jsonb) returns void
language plpgsql set search_path = pg_catalog, pg_temp set enable_seqscan = off as $$
begin
    delete from leitstand.twin as t using jsonb_array_elements(lines) as l
     where l->>'event' = 'raised' and t.occurrence = (l->>'occurrence')::uuid
       and not exists (select from leitstand.occurrence as o
                        where o.occurrence = t.stands_as
                          and (o.epoch, o.term) > (name_own.epoch, name_own.term));
end
$$;

-- Whether anybody who decided for itself saw something at about the time of these rises.
create function leitstand.saw_alone(rows jsonb) returns boolean
language plpgsql stable set search_path = pg_catalog, pg_temp as $$
declare
    first timestamptz;
    last timestamptz;
begin
    if not exists (select from leitstand.rise_alone) then
        return false;
    end if;
    select min((r->>'raised_at')::timestamptz), max((r->>'raised_at')::timestamptz)
      into first, last from jsonb_array_elements(rows) as r;
    return exists (
        select from leitstand.rise_alone as a
         where a.raised_at between first - interval '6 s' and last + interval '6 s');
end
$$;

-- The owner's names of what those saw rise that decided for themselves, and told it before: of
-- each the closest. Their lines stand under the owner's name as they were told.
create function leitstand.name_as_owner(writer uuid, rows jsonb) returns void
language plpgsql set search_path = pg_catalog, pg_temp set enable_seqscan = off as $$
declare
    rise record;
    seen record;
    told jsonb; -- an object: the names of thousands are looked up in it
begin
    select jsonb_object_agg(r->>'occurrence', null) into told
      from jsonb_array_elements(rows) as r;
    for rise in select * from leitstand.rises(rows) loop
        continue when leitstand.is_settled(rise.name);
        for seen in
            select a.occurrence, a.writer from leitstand.rise_alone as a
             where a.raised_at between rise.raised_at - interval '6 s'
                                   and rise.raised_at + interval '6 s'
               and a.station = rise.station and a.component = rise.component
               and a.rule = rise.rule and a.writer <> name_as_owner.writer
               and coalesce(a.returned_at + interval '2 s' > rise.raised_at, true)
               and coalesce(rise.returned_at + interval '2 s' > a.raised_at, true)
               and leitstand.may_be_one(a.raised_at, a.value, rise.body)
               and not told ? a.occurrence::text
               and not leitstand.is_settled(a.occurrence)
             order by abs(extract(epoch from a.raised_at - rise.raised_at))
        loop
            continue when leitstand.has_told(seen.writer, rise.name);
            update leitstand.twin as t set stands_as = rise.name
             where t.stands_as = seen.occurrence;
            insert into leitstand.twin (occurrence, stands_as, writer)
            values (seen.occurrence, rise.name, seen.writer)
                on conflict do nothing;
            update leitstand.journal_line as j set occurrence = rise.name
             where j.occurrence = seen.occurrence;
        end loop;
    end loop;
end
$$;

-- As before, by these names.
drop function leitstand.untold(bigint, bigint, jsonb);
create function leitstand.untold(epoch bigint, term bigint, writer uuid, body jsonb)
returns jsonb
language plpgsql volatile set search_path = pg_catalog, pg_temp as $$
declare
    answer jsonb := body;
begin
    perform leitstand.name_by_rank(epoch, term, writer, body->'occurrences');
    if (epoch, term) = (0, 0) then
        perform leitstand.name_alone(writer, body->'alone');
    end if;
    if body ? 'journal' then
        answer := answer || jsonb_build_object('journal', (
            select coalesce(jsonb_agg(
                       case when t.stands_as is null then l
                            else jsonb_set(l, '{occurrence}', to_jsonb(t.stands_as)) end
                       order by place), '[]')
              from jsonb_array_elements(body->'journal') with ordinality as j(l, place)
              left join leitstand.twin as t on t.occurrence = (l->>'occurrence')::uuid
             where not leitstand.told_again(untold.epoch, untold.term, l)
               and (t.occurrence is null or l->>'event' in ('acked', 'parked'))));
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

-- As before; and once between two that decided for themselves, who have one rank.
create or replace function leitstand.put_journal(log_id bigint, fenced boolean, epoch bigint,
    term bigint, writer uuid, number bigint, instance text, lines jsonb) returns void
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
     where (l.body->>'actor' is null
            or not leitstand.done_again(put_journal.epoch, put_journal.term, l.body))
       and not exists (
            select from leitstand.journal_line as j
             where l.body->>'event' in ('raised', 'returned')
               and l.body->>'from' <> 'latched_unacked' and l.body->>'to' not like 'latched%'
               and j.occurrence = (l.body->>'occurrence')::uuid
               and j.body->>'event' = l.body->>'event'
               and j.body->>'from' <> 'latched_unacked' and j.body->>'to' not like 'latched%'
               and (j.epoch, j.term, j.writer)
                   <> (put_journal.epoch, put_journal.term, put_journal.writer))
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

-- As before, and the names of what somebody saw that decided for itself.
create or replace function leitstand.put_change(fenced boolean, epoch bigint, term bigint,
    writer uuid, number bigint, instance text, body jsonb) returns bigint
language plpgsql set search_path = pg_catalog, pg_temp as $$
#variable_conflict use_column
declare
    log_id bigint;
    floor_epoch bigint;
    floor_term bigint;
    is_due boolean := leitstand.is_due(fenced, epoch);
    is_state boolean;
    saw_alone boolean;
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
    saw_alone := (epoch, term) > (0, 0) and leitstand.saw_alone(body->'occurrences');
    if saw_alone then
        perform leitstand.name_by_owner(body->'occurrences');
    end if;
    if (epoch, term) > (0, 0) then
        perform leitstand.name_own(epoch, term, body->'journal');
    end if;
    if not put_change.fenced then
        body := leitstand.untold(epoch, term, put_change.writer, body);
    end if;
    is_state := is_due and (epoch, term) >= (floor_epoch, floor_term);
    if is_state then
        perform leitstand.name_anew(epoch, term, body->'occurrences');
    end if;
    if saw_alone then
        perform leitstand.name_as_owner(put_change.writer, body->'occurrences');
    end if;
    perform leitstand.put_journal(log_id, fenced, epoch, term, writer, number, instance,
                                  body->'journal');
    if is_state then
        perform leitstand.put_occurrences(epoch, term, writer, number,
                                          leitstand.standing(body->'occurrences'));
        perform leitstand.put_state('alarms', epoch, term, writer, number, body->'alarms');
        perform leitstand.put_state('maintenance', epoch, term, writer, number,
                                    body->'maintenance');
        perform leitstand.put_state('parked', epoch, term, writer, number, body->'parked');
        if body->'whole' = 'true' then
            perform leitstand.put_whole(epoch, term, writer, number);
        end if;
    elsif is_due then
        perform leitstand.put_occurrences(epoch, term, writer, number, (
            select jsonb_agg(jsonb_set(r, '{state}', '"normal"') order by place)
              from jsonb_array_elements(body->'occurrences') with ordinality as x(r, place)
             where r->>'state' = 'normal'
                or not exists (select from leitstand.occurrence as o
                                where o.occurrence = (r->>'occurrence')::uuid)));
    end if;
    perform pg_notify('leitstand', '');
    return log_id;
end
$$;

-- As before, and what was seen alone: whoever had it to name has been here since.
create or replace function leitstand.prune_log(epoch bigint, grant_id uuid, days integer)
returns bigint
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
    delete from leitstand.rise_alone as a where a.stored_at < cut;
    return gone;
end
$$;

revoke all on function
    leitstand.has_told(uuid, uuid),
    leitstand.is_settled(uuid),
    leitstand.rises(jsonb),
    leitstand.name_by_rank(bigint, bigint, uuid, jsonb),
    leitstand.name_alone(uuid, jsonb),
    leitstand.name_by_owner(jsonb),
    leitstand.name_own(bigint, bigint, jsonb),
    leitstand.saw_alone(jsonb),
    leitstand.name_as_owner(uuid, jsonb),
    leitstand.untold(bigint, bigint, uuid, jsonb)
    from public;
