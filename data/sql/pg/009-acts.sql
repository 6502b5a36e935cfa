-- SPDX-License-Identifier: GPL-3.0-or-later
--
-- The central store, step 9: what an operator did stands in the journal once.
--
-- An owner may do what an operator asked for, and end before the store hears of it. Whoever is
-- owner then gets the same action again and does it, too; and the first one tells of it when it
-- comes back, before that one or after. So a line is looked at whoever writes it, and against
-- lines of lower ranks as well. The one that came first stays: the journal only grows. An action
-- has a name of its own, "action" of a line, wherever it is done. Lines of before have none.
-- The same holds for rises and returns, of which told_again() knows one order only.

create index journal_line_action on leitstand.journal_line ((body->>'action'))
 where body->>'action' is not null;

-- Whether another rank told of the same act. One action may acknowledge several occurrences of
-- an alarm; all else it does to an alarm once, by whatever name the occurrence goes. Without a
-- name of the action: a step of an occurrence is acknowledged once, so the same by the same
-- person and in the same words is the same.
create function leitstand.done_again(epoch bigint, term bigint, body jsonb) returns boolean
language sql stable set search_path = pg_catalog, pg_temp as $$
    select exists (
        select from leitstand.journal_line as j
         where j.body->>'action' = done_again.body->>'action'
           and j.body->>'event' = done_again.body->>'event'
           and j.body->>'station' is not distinct from done_again.body->>'station'
           and j.body->>'component' is not distinct from done_again.body->>'component'
           and j.body->>'rule' is not distinct from done_again.body->>'rule'
           and (j.occurrence is not distinct from (done_again.body->>'occurrence')::uuid
                or done_again.body->>'event' not in ('raised', 'returned', 'acked'))
           and (j.epoch, j.term) <> (done_again.epoch, done_again.term))
       or exists (
        select from leitstand.journal_line as j
         where done_again.body->>'event' = 'acked'
           and j.occurrence = (done_again.body->>'occurrence')::uuid
           and j.body->>'event' = 'acked'
           and j.body->>'step' = done_again.body->>'step'
           and j.body->>'actor' = done_again.body->>'actor'
           and j.body->>'detail' is not distinct from done_again.body->>'detail'
           and (j.body->>'action' is null or done_again.body->>'action' is null)
           and (j.epoch, j.term) <> (done_again.epoch, done_again.term));
$$;

-- What the evaluators saw, and no act.
create or replace function leitstand.told_again(epoch bigint, term bigint, body jsonb)
returns boolean
language sql stable set search_path = pg_catalog, pg_temp as $$
    select exists (
        select from leitstand.journal_line as j
         where j.occurrence = (told_again.body->>'occurrence')::uuid
           and j.body->>'event' = told_again.body->>'event'
           and j.body->>'step' = told_again.body->>'step'
           and (j.epoch, j.term) > (told_again.epoch, told_again.term)
           and told_again.body->>'event' in ('raised', 'returned', 'severity', 'realarm'));
$$;

-- As named_apart(), which it takes the place of: the name that the next owner gave to the rise;
-- null: none did.
drop function leitstand.named_apart(bigint, bigint, jsonb);
create function leitstand.other_name(epoch bigint, term bigint, body jsonb) returns uuid
language sql stable set search_path = pg_catalog, pg_temp as $$
    select o.occurrence from leitstand.occurrence as o
     where o.station = other_name.body->>'station'
       and o.component = coalesce(other_name.body->>'component', '')
       and o.rule = other_name.body->>'rule'
       and o.occurrence <> (other_name.body->>'occurrence')::uuid
       and o.raised_at between (other_name.body->>'raised_at')::timestamptz - interval '6 s'
                           and (other_name.body->>'raised_at')::timestamptz + interval '6 s'
       and (o.raised_at between (other_name.body->>'raised_at')::timestamptz - interval '2 s'
                            and (other_name.body->>'raised_at')::timestamptz + interval '2 s'
            or o.value = (other_name.body->>'value')::double precision)
       and (o.epoch, o.term) > (other_name.epoch, other_name.term)
       and not exists (
        select from leitstand.occurrence as x
         where x.occurrence = (other_name.body->>'occurrence')::uuid)
     order by abs(extract(epoch from o.raised_at - (other_name.body->>'raised_at')::timestamptz))
     limit 1;
$$;

-- Null: of before.
alter table leitstand.twin add column stands_as uuid;

-- As before; what was acknowledged under the other name is told under the one that stands.
create or replace function leitstand.untold(epoch bigint, term bigint, body jsonb) returns jsonb
language plpgsql volatile set search_path = pg_catalog, pg_temp as $$
declare
    answer jsonb := body;
begin
    insert into leitstand.twin (occurrence, stands_as)
    select distinct on (1) (r->>'occurrence')::uuid, n
      from jsonb_array_elements(body->'occurrences') as r
     cross join lateral leitstand.other_name(untold.epoch, untold.term, r) as n
     where n is not null
     order by 1
        on conflict do nothing;
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

-- As before, without what is done again; and an occurrence begins once and ends once, unless its
-- alarm is latched, which rises and returns in it again.
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
               and (j.epoch, j.term) <> (put_journal.epoch, put_journal.term))
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

revoke all on function
    leitstand.done_again(bigint, bigint, jsonb),
    leitstand.other_name(bigint, bigint, jsonb)
    from public;
