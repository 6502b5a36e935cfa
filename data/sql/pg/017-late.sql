-- SPDX-License-Identifier: GPL-3.0-or-later
--
-- The central store, step 17: what was on its way when the next owner came.
--
-- A link that stalls keeps what an owner told under the fence, and lets it through when the owner
-- is dead and another one was made by the broker: under the same epoch, whose grant is good as
-- long as nobody has acquired. So that it came through the fence does not say that the next owner
-- knew it. And who parked an action did not know what it is for, so that it has a line about a
-- rise does not say that it knew that rise.

-- As before, but for what is parked.
create or replace function leitstand.has_told(writer uuid, occurrence uuid) returns boolean
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
             where j.occurrence = has_told.occurrence and j.writer = has_told.writer
               and j.body->>'event' <> 'parked');
end
$$;

-- As before. What an owner of an earlier epoch told under its fence, the next one by the store
-- knew; unless it closes it without a word, or leaves it out of its whole state: then it is what
-- it goes on with by another name. What is fenced of the same epoch may have been on its way.
-- Whose link is slow names a rise late, and never early.
drop function leitstand.earlier_name(bigint, bigint, jsonb);
create function leitstand.earlier_name(epoch bigint, term bigint, closed uuid[], whole boolean,
                                       body jsonb) returns uuid
language plpgsql stable set search_path = pg_catalog, pg_temp set enable_seqscan = off as $$
declare
    name uuid := body->>'occurrence';
    at_station text := body->>'station';
    at_component text := coalesce(body->>'component', '');
    by_rule text := body->>'rule';
    rose timestamptz := body->>'raised_at';
    returned timestamptz := body->>'returned_at';
begin
    return (
        select o.occurrence from leitstand.occurrence as o
         where o.raised_at between rose - interval '6 s' and rose + interval '6 s'
           and o.station = at_station
           and o.component = at_component
           and o.rule = by_rule
           and o.occurrence <> name
           and leitstand.may_be_one(o.raised_at, o.value, earlier_name.body)
           and (o.returned_at is null or o.returned_at > rose)
           and (returned is null or o.raised_at < returned)
           and ((o.epoch, o.term) < (earlier_name.epoch, earlier_name.term)
                or o.state = 'normal')
           and exists (
            select from leitstand.journal_line as j
             where j.occurrence = o.occurrence and j.body->>'event' = 'raised')
           and not exists (
            select from leitstand.journal_line as j
             where j.occurrence = o.occurrence and j.body->>'event' <> 'parked'
               and ((j.epoch, j.term) >= (earlier_name.epoch, earlier_name.term)
                    or j.fenced
                   and (rose > o.raised_at + interval '2 s'
                        or j.epoch < earlier_name.epoch
                       and not (earlier_name.whole
                                or o.occurrence = any (earlier_name.closed)))))
         order by abs(extract(epoch from o.raised_at - rose))
         limit 1);
end
$$;

-- As before.
drop function leitstand.name_anew(bigint, bigint, jsonb);
create function leitstand.name_anew(epoch bigint, term bigint, whole boolean, rows jsonb,
                                    lines jsonb) returns void
language plpgsql set search_path = pg_catalog, pg_temp set enable_seqscan = off as $$
declare
    told uuid[] := leitstand.names(rows);
    closed uuid[] := array(
        select unnest(leitstand.names(jsonb_path_query_array(
                   rows, '$[*] ? (@.state == "normal" && @.returned_at == null)')))
        except select unnest(leitstand.names(lines)));
    open uuid[] := leitstand.names(
        jsonb_path_query_array(rows, '$[*] ? (@.state != "normal" && @.state != null)'));
    pair record;
begin
    delete from leitstand.twin as t
     where t.occurrence = any (open)
       and not exists (select from leitstand.occurrence as o
                        where o.occurrence = t.stands_as
                          and (o.epoch, o.term) > (name_anew.epoch, name_anew.term));
    for pair in
        with found as materialized (
            select leitstand.earlier_name(name_anew.epoch, name_anew.term, closed,
                                          name_anew.whole, r) as earlier,
                   (r->>'occurrence')::uuid as name, (r->>'raised_at')::timestamptz as at
              from jsonb_array_elements(rows) as r
             where not leitstand.is_settled((r->>'occurrence')::uuid)
        )
        select distinct on (f.earlier) f.earlier, f.name
          from found as f join leitstand.occurrence as o on o.occurrence = f.earlier
         where f.earlier not in (select unnest(told)) -- hashed, however many
            or f.earlier in (select unnest(closed))
         order by f.earlier, abs(extract(epoch from o.raised_at - f.at)), f.name
    loop
        update leitstand.twin as t set stands_as = pair.name where t.stands_as = pair.earlier;
        insert into leitstand.twin (occurrence, stands_as) values (pair.earlier, pair.name)
            on conflict (occurrence) do update set stands_as = excluded.stands_as;
        update leitstand.journal_line as j set occurrence = pair.name
         where j.occurrence = pair.earlier;
        delete from leitstand.occurrence as o where o.occurrence = pair.earlier;
    end loop;
end
$$;

-- As before; late: it came through the fence, and has names that may be late.
drop function leitstand.name_by_rank(bigint, bigint, uuid, jsonb);
create function leitstand.name_by_rank(epoch bigint, term bigint, writer uuid, late boolean,
                                       rows jsonb) returns void
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
           and not (late and rise.raised_at < o.raised_at - interval '2 s')
           and not leitstand.has_told(name_by_rank.writer, o.occurrence)
         order by abs(extract(epoch from o.raised_at - rise.raised_at))
         limit 1;
    end loop;
end
$$;

drop function leitstand.untold(bigint, bigint, uuid, jsonb);
create function leitstand.untold(epoch bigint, term bigint, writer uuid, late boolean, body jsonb)
returns jsonb
language plpgsql volatile set search_path = pg_catalog, pg_temp as $$
declare
    answer jsonb := body;
begin
    perform leitstand.name_by_rank(epoch, term, writer, late, body->'occurrences');
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

-- The highest rank that told anything.
alter table leitstand.log_head
    add column told_epoch bigint not null default 0,
    add column told_term bigint not null default 0;
update leitstand.log_head set told_epoch = epoch, told_term = term;

-- As before; when another owner of the same epoch has told anything, what comes through the fence
-- was on its way, and is no word of the owner of its time.
create or replace function leitstand.put_change(fenced boolean, epoch bigint, term bigint,
    writer uuid, number bigint, instance text, body jsonb) returns bigint
language plpgsql set search_path = pg_catalog, pg_temp as $$
#variable_conflict use_column
declare
    log_id bigint;
    floor_epoch bigint;
    floor_term bigint;
    is_due boolean := leitstand.is_due(fenced, epoch);
    is_late boolean;
    is_state boolean;
    saw_alone boolean;
    told_epoch bigint;
    told_term bigint;
begin
    perform from leitstand.log_head for update;
    if leitstand.change_is_known(put_change.writer, put_change.number, put_change.body) then
        return 0;
    end if;
    update leitstand.log_head as h set last = greatest(h.last, leitstand.log_floor()) + 1
    returning h.last, h.epoch, h.term, h.told_epoch, h.told_term
         into strict log_id, floor_epoch, floor_term, told_epoch, told_term;
    if is_due and (epoch, term) > (told_epoch, told_term) then
        update leitstand.log_head as h
           set told_epoch = put_change.epoch, told_term = put_change.term;
    end if;
    is_late := fenced and (epoch, term) < (told_epoch, told_term);
    fenced := fenced and not is_late;
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
        body := leitstand.untold(epoch, term, put_change.writer, is_late, body);
    end if;
    is_state := is_due and (epoch, term) >= (floor_epoch, floor_term);
    if is_state then
        perform leitstand.name_anew(epoch, term, coalesce(body->'whole' = 'true', false),
                                    body->'occurrences', body->'journal');
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

revoke all on function
    leitstand.earlier_name(bigint, bigint, uuid[], boolean, jsonb),
    leitstand.name_anew(bigint, bigint, boolean, jsonb, jsonb),
    leitstand.name_by_rank(bigint, bigint, uuid, boolean, jsonb),
    leitstand.untold(bigint, bigint, uuid, boolean, jsonb)
    from public;
