-- SPDX-License-Identifier: GPL-3.0-or-later
--
-- The central store, step 16: what a change costs when many come.
--
-- After an hour without the store some ten thousand changes come, one after the other. A plan that
-- was made when the tables were empty read all of them for each, and was kept. So what a change
-- has is looked up one by one here, or as an array: by the index, whatever is thought of the
-- tables. The array, and what is looked for, is in a variable: else it may be made for each row.

-- As before, planned once.
create or replace function leitstand.is_due(fenced boolean, epoch bigint) returns boolean
language plpgsql stable set search_path = pg_catalog, pg_temp as $$
begin
    return is_due.fenced
        or is_due.epoch <= coalesce((select nullif(max(l.epoch), 0) from leitstand.lease as l),
                                    is_due.epoch);
end
$$;

create or replace function leitstand.done_again(epoch bigint, term bigint, body jsonb)
returns boolean
language plpgsql stable set search_path = pg_catalog, pg_temp set enable_seqscan = off as $$
begin
    return coalesce(exists (
        select from leitstand.journal_line as j
         where j.body->>'action' = done_again.body->>'action'
           and j.body->>'event' = done_again.body->>'event'
           and j.body->>'station' is not distinct from done_again.body->>'station'
           and j.body->>'component' is not distinct from done_again.body->>'component'
           and j.body->>'rule' is not distinct from done_again.body->>'rule'
           and (j.occurrence is not distinct from (done_again.body->>'occurrence')::uuid
                or done_again.body->>'event' not in ('raised', 'returned', 'acked'))
           and (j.epoch, j.term) <> (done_again.epoch, done_again.term))
       or done_again.body->>'event' = 'acked' and exists (
        select from leitstand.journal_line as j
         where j.occurrence = (done_again.body->>'occurrence')::uuid
           and j.body->>'event' = 'acked'
           and j.body->>'step' = done_again.body->>'step'
           and j.body->>'actor' = done_again.body->>'actor'
           and j.body->>'detail' is not distinct from done_again.body->>'detail'
           and (j.body->>'action' is null or done_again.body->>'action' is null)
           and (j.epoch, j.term) <> (done_again.epoch, done_again.term)), false);
end
$$;

-- The names in these rows or lines.
create function leitstand.names(list jsonb) returns uuid[]
language plpgsql immutable set search_path = pg_catalog, pg_temp as $$
begin
    return array(select (x->>'occurrence')::uuid from jsonb_array_elements(list) as x);
end
$$;

-- As before.
create or replace function leitstand.name_by_owner(rows jsonb) returns void
language plpgsql volatile set search_path = pg_catalog, pg_temp set enable_seqscan = off as $$
declare
    told uuid[] := leitstand.names(rows);
begin
    delete from leitstand.twin as t
     where t.occurrence = any (told)
       and exists (select from leitstand.rise_alone as a where a.occurrence = t.stands_as)
       and not exists (select from leitstand.occurrence as o where o.occurrence = t.stands_as);
end
$$;

-- As before: what stands by the name of a higher rank stays so.
create or replace function leitstand.name_own(epoch bigint, term bigint, lines jsonb) returns void
language plpgsql set search_path = pg_catalog, pg_temp set enable_seqscan = off as $$
declare
    rose uuid[] := leitstand.names(
        jsonb_path_query_array(lines, '$[*] ? (@.event == "raised")'));
begin
    delete from leitstand.twin as t
     where t.occurrence = any (rose)
       and not exists (select from leitstand.occurrence as o
                        where o.occurrence = t.stands_as
                          and (o.epoch, o.term) > (name_own.epoch, name_own.term));
end
$$;

-- As before.
create or replace function leitstand.earlier_name(epoch bigint, term bigint, body jsonb)
returns uuid
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
             where j.occurrence = o.occurrence
               and (j.fenced or (j.epoch, j.term) >= (earlier_name.epoch, earlier_name.term)))
         order by abs(extract(epoch from o.raised_at - rose))
         limit 1);
end
$$;

-- As before; most rises have one name only, and are done with quickly.
create or replace function leitstand.name_anew(epoch bigint, term bigint, rows jsonb)
returns void
language plpgsql set search_path = pg_catalog, pg_temp set enable_seqscan = off as $$
declare
    told uuid[] := leitstand.names(rows);
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
            select leitstand.earlier_name(name_anew.epoch, name_anew.term, r) as earlier,
                   (r->>'occurrence')::uuid as name, (r->>'raised_at')::timestamptz as at
              from jsonb_array_elements(rows) as r
             where not leitstand.is_settled((r->>'occurrence')::uuid)
        )
        select distinct on (f.earlier) f.earlier, f.name
          from found as f join leitstand.occurrence as o on o.occurrence = f.earlier
         where f.earlier not in (select unnest(told)) -- hashed, however many
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

-- As before.
create function leitstand.stands(occurrence uuid) returns boolean
language plpgsql stable set search_path = pg_catalog, pg_temp set enable_seqscan = off as $$
begin
    return not exists (select from leitstand.twin as t where t.occurrence = stands.occurrence)
        or exists (select from leitstand.occurrence as o
                    where o.occurrence = stands.occurrence);
end
$$;

create or replace function leitstand.standing(rows jsonb) returns jsonb
language plpgsql stable set search_path = pg_catalog, pg_temp as $$
begin
    return (
        select coalesce(jsonb_agg(r order by place), '[]')
          from jsonb_array_elements(rows) with ordinality as x(r, place)
         where r->>'state' <> 'normal' or leitstand.stands((r->>'occurrence')::uuid));
end
$$;

-- As before: that it rose, or returned, is told by one; a latch may do so several times. Few have
-- told it already, and they are looked up at once, in an object: rises come by thousands.
create or replace function leitstand.put_journal(log_id bigint, fenced boolean, epoch bigint,
    term bigint, writer uuid, number bigint, instance text, lines jsonb) returns void
language plpgsql set search_path = pg_catalog, pg_temp set enable_seqscan = off as $$
#variable_conflict use_column
declare
    names uuid[] := leitstand.names(lines);
    told jsonb;
begin
    select jsonb_object_agg(j.body->>'event' || ' ' || j.occurrence, null) into told
      from leitstand.journal_line as j
     where j.occurrence = any (names)
       and j.body->>'event' in ('raised', 'returned')
       and j.body->>'from' <> 'latched_unacked' and j.body->>'to' not like 'latched%'
       and (j.epoch, j.term, j.writer)
           <> (put_journal.epoch, put_journal.term, put_journal.writer);
    insert into leitstand.journal_line (writer, number, line, log_id, at, epoch, term, fenced,
                                        instance, occurrence, value, body)
    select put_journal.writer, put_journal.number, l.line, put_journal.log_id,
           (l.body->>'at')::timestamptz, put_journal.epoch, put_journal.term,
           put_journal.fenced, put_journal.instance, (l.body->>'occurrence')::uuid,
           (l.body->>'value')::double precision, l.body
      from jsonb_array_elements(lines) with ordinality as l(body, line)
     where (l.body->>'actor' is null
            or not leitstand.done_again(put_journal.epoch, put_journal.term, l.body))
       and (l.body->>'from' <> 'latched_unacked' and l.body->>'to' not like 'latched%'
            and told ? ((l.body->>'event') || ' ' || (l.body->>'occurrence')::uuid))
           is not true
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

-- Several changes of one writer in one transaction: all of them, or none. What a change is made
-- of is known in one place, and the transaction, the log's lock and what tells of it are the
-- same for all.

create function leitstand.append_page(writer uuid, instance text, numbers bigint[],
                                      epochs bigint[], terms bigint[], bodies text[])
returns void
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
begin
    for i in 1 .. cardinality(numbers) loop
        perform leitstand.append_changes(writer, numbers[i], instance, epochs[i], terms[i],
                                         bodies[i]::jsonb);
    end loop;
end
$$;

create function leitstand.write_page(grant_id uuid, writer uuid, instance text,
    numbers bigint[], epochs bigint[], terms bigint[], bodies text[]) returns void
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
begin
    for i in 1 .. cardinality(numbers) loop
        perform leitstand.write_changes(epochs[i], grant_id, terms[i], writer, numbers[i],
                                        instance, bodies[i]::jsonb);
    end loop;
end
$$;

revoke all on function
    leitstand.names(jsonb),
    leitstand.stands(uuid),
    leitstand.append_page(uuid, text, bigint[], bigint[], bigint[], text[]),
    leitstand.write_page(uuid, uuid, text, bigint[], bigint[], bigint[], text[])
    from public;
revoke execute on function
    leitstand.write_changes(bigint, uuid, bigint, uuid, bigint, text, jsonb),
    leitstand.append_changes(uuid, bigint, text, bigint, bigint, jsonb)
    from leitstand_instance;
grant execute on function
    leitstand.append_page(uuid, text, bigint[], bigint[], bigint[], text[]),
    leitstand.write_page(uuid, uuid, text, bigint[], bigint[], bigint[], text[])
    to leitstand_instance;
