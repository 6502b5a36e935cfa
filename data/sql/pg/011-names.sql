-- SPDX-License-Identifier: GPL-3.0-or-later
--
-- The central store, step 11: two names of one rise, whichever comes first.
--
-- Of one rise that two owners named, the name that the higher rank gave stands. other_name() has
-- seen to that where it comes first. But the owner before may come back, and tell what it had
-- named, before the next one's way to the store has let its own name through. Then that rise is
-- named anew here: its lines stand under the new name as they were told, and what is told later
-- under the old one is told again.

create index twin_stands_as on leitstand.twin (stands_as);

-- For those beside a rise, when thousands rose at once.
create index occurrence_alarm on leitstand.occurrence (station, component, rule, raised_at);

-- Whether two names may be of one rise. Who got a reading late named it late, so what is one rise
-- has one value: without that, two rises that a slow owner heard of at once would be taken for
-- one, and one be lost. Where there is no value, the time alone has to do.
create function leitstand.may_be_one(raised_at timestamptz, value double precision, body jsonb)
returns boolean
language sql immutable set search_path = pg_catalog, pg_temp as $$
    select case when may_be_one.value is null and may_be_one.body->>'value' is null
                then raised_at between (body->>'raised_at')::timestamptz - interval '2 s'
                                   and (body->>'raised_at')::timestamptz + interval '2 s'
                else coalesce(may_be_one.value = (body->>'value')::double precision, false)
                 and raised_at between (body->>'raised_at')::timestamptz - interval '6 s'
                                   and (body->>'raised_at')::timestamptz + interval '6 s' end;
$$;

create or replace function leitstand.other_name(epoch bigint, term bigint, body jsonb) returns uuid
language sql stable set search_path = pg_catalog, pg_temp as $$
    select o.occurrence from leitstand.occurrence as o
     where o.raised_at between (other_name.body->>'raised_at')::timestamptz - interval '6 s'
                           and (other_name.body->>'raised_at')::timestamptz + interval '6 s'
       and o.station = other_name.body->>'station'
       and o.component = coalesce(other_name.body->>'component', '')
       and o.rule = other_name.body->>'rule'
       and o.occurrence <> (other_name.body->>'occurrence')::uuid
       and leitstand.may_be_one(o.raised_at, o.value, other_name.body)
       and (o.epoch, o.term) > (other_name.epoch, other_name.term)
       and not exists (
        select from leitstand.occurrence as x
         where x.occurrence = (other_name.body->>'occurrence')::uuid)
     order by abs(extract(epoch from o.raised_at - (other_name.body->>'raised_at')::timestamptz))
     limit 1;
$$;

-- The name that an owner before gave to this rise, and told as an owner no longer, when nobody
-- of this rank or a higher one has said a word of it, or has it in its state; null: none did. A
-- rise that was over when this one came is another one, and so is one that came when this one
-- was over. What the whole state of a new owner did not have is normal by then.
create function leitstand.earlier_name(epoch bigint, term bigint, body jsonb) returns uuid
language sql stable set search_path = pg_catalog, pg_temp as $$
    select o.occurrence from leitstand.occurrence as o
     where o.raised_at between (earlier_name.body->>'raised_at')::timestamptz - interval '6 s'
                           and (earlier_name.body->>'raised_at')::timestamptz + interval '6 s'
       and o.station = earlier_name.body->>'station'
       and o.component = coalesce(earlier_name.body->>'component', '')
       and o.rule = earlier_name.body->>'rule'
       and o.occurrence <> (earlier_name.body->>'occurrence')::uuid
       and leitstand.may_be_one(o.raised_at, o.value, earlier_name.body)
       and (o.returned_at is null
            or o.returned_at > (earlier_name.body->>'raised_at')::timestamptz)
       and (earlier_name.body->>'returned_at' is null
            or o.raised_at < (earlier_name.body->>'returned_at')::timestamptz)
       and ((o.epoch, o.term) < (earlier_name.epoch, earlier_name.term) or o.state = 'normal')
       and exists (
        select from leitstand.journal_line as j
         where j.occurrence = o.occurrence and j.body->>'event' = 'raised')
       and not exists (
        select from leitstand.journal_line as j
         where j.occurrence = o.occurrence
           and (j.fenced or (j.epoch, j.term) >= (earlier_name.epoch, earlier_name.term)))
     order by abs(extract(epoch from o.raised_at - (earlier_name.body->>'raised_at')::timestamptz))
     limit 1;
$$;

-- What these occurrences were called by an owner before is called after them, of several after
-- the closest; but for what stands beside them here, which their owner knows. A line's body
-- stays as it was told. Who is owner may give a name again that had stood under another one.
create function leitstand.name_anew(epoch bigint, term bigint, rows jsonb) returns void
language plpgsql set search_path = pg_catalog, pg_temp as $$
declare
    old uuid[];
    new uuid[];
begin
    delete from leitstand.twin as t using jsonb_array_elements(rows) as r
     where t.occurrence = (r->>'occurrence')::uuid and r->>'state' <> 'normal'
       and not exists (select from leitstand.occurrence as o
                        where o.occurrence = t.stands_as
                          and (o.epoch, o.term) > (name_anew.epoch, name_anew.term));
    with told as materialized (
        select distinct (r->>'occurrence')::uuid as name from jsonb_array_elements(rows) as r
    ), found as materialized (
        select leitstand.earlier_name(name_anew.epoch, name_anew.term, r) as earlier,
               (r->>'occurrence')::uuid as name, (r->>'raised_at')::timestamptz as at
          from jsonb_array_elements(rows) as r
         where not exists (select from leitstand.occurrence as o
                            where o.occurrence = (r->>'occurrence')::uuid)
           and not exists (select from leitstand.twin as t
                            where t.occurrence = (r->>'occurrence')::uuid)
    ), pair as (
        select distinct on (f.earlier) f.earlier, f.name
          from found as f join leitstand.occurrence as o on o.occurrence = f.earlier
         where f.earlier not in (select t.name from told as t) -- hashed, however many
         order by f.earlier, abs(extract(epoch from o.raised_at - f.at)), f.name
    )
    select array_agg(p.earlier), array_agg(p.name) into old, new from pair as p;
    update leitstand.twin as t set stands_as = p.name from unnest(old, new) as p(earlier, name)
     where t.stands_as = p.earlier;
    insert into leitstand.twin (occurrence, stands_as) select * from unnest(old, new)
        on conflict (occurrence) do update set stands_as = excluded.stands_as;
    update leitstand.journal_line as j set occurrence = p.name
      from unnest(old, new) as p(earlier, name) where j.occurrence = p.earlier;
    delete from leitstand.occurrence as o where o.occurrence = any (old);
end
$$;

-- Without what is closed under a name that does not stand: an owner that learned of both names
-- closes one of them.
create function leitstand.standing(rows jsonb) returns jsonb
language sql stable set search_path = pg_catalog, pg_temp as $$
    select coalesce(jsonb_agg(r order by place), '[]')
      from jsonb_array_elements(rows) with ordinality as x(r, place)
     where r->>'state' <> 'normal'
        or not exists (select from leitstand.twin as t
                        where t.occurrence = (r->>'occurrence')::uuid)
        or exists (select from leitstand.occurrence as o
                    where o.occurrence = (r->>'occurrence')::uuid);
$$;

-- Whether the alarm state may follow what was decided under this rank without the fence: nobody
-- was ever owner under an epoch that the lease has not come to, once it is used. If it is the
-- store that is behind, because it was restored, the next owner tells its whole state.
create function leitstand.is_due(fenced boolean, epoch bigint) returns boolean
language sql stable set search_path = pg_catalog, pg_temp as $$
    select is_due.fenced
        or is_due.epoch <= coalesce((select nullif(max(l.epoch), 0) from leitstand.lease as l),
                                    is_due.epoch)
$$;

-- As before, but for name_anew(), standing() and is_due(); and what is open by the word of an
-- owner before, and comes when a whole state has told that it is not, is over as it would be had
-- it come earlier.
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
    is_state := is_due and (epoch, term) >= (floor_epoch, floor_term);
    if is_state then
        perform leitstand.name_anew(epoch, term, body->'occurrences');
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

-- As before, under the name that a line stands by.
create or replace function leitstand.journal_after(after bigint, last bigint, since_us bigint,
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
           jsonb_build_object('journal', jsonb_agg(
               case when j.occurrence is null then j.body
                    else jsonb_set(j.body, '{occurrence}', to_jsonb(j.occurrence)) end
               order by j.line))::text
      from leitstand.journal_line as j
     where j.log_id in (select w.log_id from wanted as w)
     group by j.log_id, j.writer, j.number
     order by j.log_id;
$$;

revoke all on function
    leitstand.may_be_one(timestamptz, double precision, jsonb),
    leitstand.earlier_name(bigint, bigint, jsonb),
    leitstand.name_anew(bigint, bigint, jsonb),
    leitstand.standing(jsonb),
    leitstand.is_due(boolean, bigint)
    from public;
