-- SPDX-License-Identifier: GPL-3.0-or-later
--
-- The central store, step 12: how far back a broker may deliver once more.
--
-- There is no bound to it that was agreed. mosquitto 2.0.11 takes a window's worth of messages
-- from the queue with each PUBACK, so a backlog is soon under way as a whole, and it reads one
-- PUBACK for the hundreds of messages that it writes. What it has not read, 4 bytes each, is what
-- the sockets between us hold. 20,000 is well above the most that was seen, 7,454, and two such
-- windows beside each other are fewer messages than there are packet ids.

create or replace function leitstand.message_window() returns bigint
language sql immutable parallel safe as $$ select 20000::bigint $$;

-- As before, but up to where so many messages are together: what comes again are the last ones
-- over the session, whoever had it. Segments that are short, because owners were, were asked for
-- a hundred of them.
create or replace function leitstand.segments_before(s leitstand.segment)
returns setof leitstand.segment
language plpgsql stable set search_path = pg_catalog, pg_temp as $$
declare
    p leitstand.segment;
    held bigint := 0;
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
        held := held + p.messages;
        exit when p.fresh or held >= leitstand.message_window();
    end loop;
end
$$;

create or replace function leitstand.segments_after(s leitstand.segment)
returns setof leitstand.segment
language plpgsql stable set search_path = pg_catalog, pg_temp as $$
declare
    f leitstand.segment;
    held bigint := 0;
begin
    for f in select * from leitstand.segment as x
              where (x.epoch, x.term, x.begun, x.id) > (s.epoch, s.term, s.begun, s.id)
                and (x.messages > 0 or x.fresh)
              order by x.epoch, x.term, x.begun, x.id limit 100
    loop
        exit when f.fresh;
        return next f;
        held := held + f.messages;
        exit when held >= leitstand.message_window();
    end loop;
end
$$;
