-- SPDX-License-Identifier: GPL-3.0-or-later
--
-- The central store, step 6: a slow owner's rises.
--
-- An owner whose link is slow gets readings late, for as long as it takes until it notices that
-- it does not hear itself (echo_s), and names what rises by when it got them. So of the same
-- value it may be further apart from what the next owner named than two seconds.

create or replace function leitstand.named_apart(epoch bigint, term bigint, body jsonb) returns boolean
language sql stable set search_path = pg_catalog, pg_temp as $$
    select exists (
        select from leitstand.occurrence as o
         where o.station = named_apart.body->>'station'
           and o.component = coalesce(named_apart.body->>'component', '')
           and o.rule = named_apart.body->>'rule'
           and o.occurrence <> (named_apart.body->>'occurrence')::uuid
           and o.raised_at between (named_apart.body->>'raised_at')::timestamptz - interval '6 s'
                               and (named_apart.body->>'raised_at')::timestamptz + interval '6 s'
           and (o.raised_at between (named_apart.body->>'raised_at')::timestamptz - interval '2 s'
                                and (named_apart.body->>'raised_at')::timestamptz + interval '2 s'
                or o.value = (named_apart.body->>'value')::double precision)
           and (o.epoch, o.term) > (named_apart.epoch, named_apart.term))
       and not exists (
        select from leitstand.occurrence as o
         where o.occurrence = (named_apart.body->>'occurrence')::uuid);
$$;
