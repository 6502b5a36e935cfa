-- SPDX-License-Identifier: GPL-3.0-or-later
--
-- The central store, step 10: a clock that is wrong takes no history away.
--
-- Days that ended more than retention_days ago go for good. If ago were by this server's clock
-- alone, one that is years ahead for a moment would take all of them. So it counts from the last
-- day that has a reading at most: whoever sent that had a clock of its own. TimescaleDB's chunks
-- go by the server's clock as before.

-- Null: no day has any, or they are chunks.
create function leitstand.newest_day() returns integer
language plpgsql stable set search_path = pg_catalog, pg_temp as $$
declare
    day integer;
    holds boolean;
begin
    for day in select d from leitstand.days() as d order by d desc loop
        execute format('select exists (select from leitstand.%I)', leitstand.day_name(day))
           into holds;
        if holds then
            return day;
        end if;
    end loop;
    return null;
end
$$;
revoke all on function leitstand.newest_day() from public;

create or replace function leitstand.maintain_readings(epoch bigint, grant_id uuid,
    retention_days integer) returns void
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
            perform leitstand.drop_days(
                least(leitstand.today(), leitstand.newest_day()) - retention_days);
        exception when lock_not_available then
            null; -- next time
        end;
    end if;
end
$$;
