-- SPDX-License-Identifier: GPL-3.0-or-later
--
-- The central store, step 2: who is owner.
--
-- One row is the lease. Who acquires it gets an epoch that nobody had before and a grant that
-- nobody can guess; leitstand.fence() lets through who has the present ones. The epoch is part
-- of a key: an acquisition waits for every transaction that has passed the fence (FOR KEY
-- SHARE), and those after it find their epoch gone. A renewal changes no key and waits for
-- nobody. All times are this server's.

create table leitstand.lease (
    scope text primary key,
    epoch bigint not null,
    grant_id uuid,                              -- null: given back
    holder text,
    mode text not null default 'full' check (mode in ('full', 'infra')),
    since timestamptz,
    valid_for interval not null default '0',    -- as its holder wants it
    expires_at timestamptz not null default '-infinity',
    offered_to text,                            -- others than this one hold back until then
    offered_until timestamptz not null default '-infinity',
    unique (scope, epoch)
);
comment on column leitstand.lease.mode is
    'full; infra: its holder has no broker, anybody who has one may take it';
insert into leitstand.lease (scope, epoch) values ('site', 0);

-- Everybody who ever was owner. A term above 0 was given by the broker while the store was away.
create table leitstand.tenure (
    epoch bigint not null,
    term bigint not null,
    instance text not null,
    arbiter text not null check (arbiter in ('postgres', 'broker')),
    since timestamptz not null,
    primary key (epoch, term, instance)
);

-- The present owner, or the last one.
create view leitstand.ownership as
select holder as instance, epoch, 0::bigint as term, since, expires_at as valid_until
  from leitstand.lease where scope = 'site' and holder is not null;

-- A channel of its own, for those who wait for the lease and for nothing else.
create function leitstand.lease_tell() returns void
language sql volatile set search_path = pg_catalog, pg_temp as $$
    select pg_notify('leitstand', 'lease'), pg_notify('leitstand_lease', '');
    select;
$$;
revoke all on function leitstand.lease_tell() from public;

-- What an instance is told of the lease. left_ms: until it may try to acquire it, 0: now.
create type leitstand.lease_state as (
    mine boolean,
    epoch bigint,
    grant_id uuid,   -- only when it is its own
    holder text,
    mode text,
    left_ms bigint,
    since_us bigint
);

-- How long until instance may acquire the lease. An expiry absurdly far ahead comes from a clock
-- that was set back since, and does not count.
create function leitstand.lease_left(l leitstand.lease, instance text, wanted text,
                                     valid_for interval) returns interval
language plpgsql volatile set search_path = pg_catalog, pg_temp as $$
declare
    now_at timestamptz := clock_timestamp();
    answer interval := '0';
begin
    if l.expires_at > now_at and l.expires_at <= now_at + 3 * greatest(valid_for, l.valid_for)
        and not (l.mode = 'infra' and wanted = 'full') then
        answer := l.expires_at - now_at;
    elsif l.offered_to <> instance and l.offered_until > now_at
        and l.offered_until <= now_at + interval '2 s' then
        answer := l.offered_until - now_at;
    end if;
    return answer;
end
$$;
revoke all on function leitstand.lease_left(leitstand.lease, text, text, interval) from public;

create function leitstand.lease_look(instance text, wanted text, valid_ms bigint)
returns leitstand.lease_state
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare
    l leitstand.lease;
    answer leitstand.lease_state;
begin
    select * into strict l from leitstand.lease as x where x.scope = 'site';
    answer.mine := false;
    answer.epoch := l.epoch;
    answer.holder := l.holder;
    answer.mode := l.mode;
    answer.left_ms := ceil(extract(epoch from leitstand.lease_left(l, instance, wanted,
        valid_ms * interval '1 ms')) * 1000);
    answer.since_us := extract(epoch from l.since) * 1000000;
    return answer;
end
$$;

-- The number of a new epoch: above every one that the lease had and that was seen anywhere. A
-- standby that was promoted may have lost the last ones, so its timeline stands in the upper
-- bits; as long as there never was such a fail-over epochs are 1, 2, 3 …
create function leitstand.next_epoch(epoch bigint, seen bigint) returns bigint
language sql volatile set search_path = pg_catalog, pg_temp as $$
    select greatest(epoch + 1, seen + 1,
        ((('x' || substr(pg_walfile_name(pg_current_wal_lsn()), 1, 8))::bit(32)::bigint - 1) << 40) + 1);
$$;
revoke all on function leitstand.next_epoch(bigint, bigint) from public;

-- mine tells whether it worked. The condition is looked at again after a wait, so of two callers
-- one gets it.
create function leitstand.lease_acquire(instance text, wanted text, valid_ms bigint, seen bigint)
returns leitstand.lease_state
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare
    l leitstand.lease;
    answer leitstand.lease_state;
    wanted_for interval := valid_ms * interval '1 ms';
begin
    if valid_ms is null or valid_ms not between 1 and 3600000 or seen not between 0 and 1::bigint << 53
        or wanted not in ('full', 'infra') or instance is null or length(instance) not between 1 and 255 then
        raise exception 'not a lease that anybody could want' using errcode = 'invalid_parameter_value';
    end if;
    update leitstand.lease as x
       set epoch = leitstand.next_epoch(x.epoch, seen), grant_id = gen_random_uuid(),
           holder = instance, mode = wanted, since = clock_timestamp(), valid_for = wanted_for,
           expires_at = clock_timestamp() + wanted_for, offered_to = null,
           offered_until = '-infinity'
     where x.scope = 'site' and leitstand.lease_left(x, instance, wanted, wanted_for) <= interval '0'
    returning * into l;
    if not found then
        return leitstand.lease_look(instance, wanted, valid_ms);
    end if;
    insert into leitstand.tenure (epoch, term, instance, arbiter, since)
    values (l.epoch, 0, instance, 'postgres', l.since);
    perform leitstand.lease_tell();
    answer.mine := true;
    answer.epoch := l.epoch;
    answer.grant_id := l.grant_id;
    answer.holder := l.holder;
    answer.mode := l.mode;
    answer.left_ms := valid_ms;
    answer.since_us := extract(epoch from l.since) * 1000000;
    return answer;
end
$$;

-- mine tells whether it is still its own; expiry alone takes it from nobody. A change to infra
-- is told, so that who has a broker takes it.
create function leitstand.lease_renew(instance text, epoch bigint, grant_id uuid, wanted text,
                                      valid_ms bigint)
returns leitstand.lease_state
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare
    was text;
    answer leitstand.lease_state;
begin
    if valid_ms is null or valid_ms not between 1 and 3600000 then
        raise exception 'not a lease that anybody could want' using errcode = 'invalid_parameter_value';
    end if;
    select x.mode into was from leitstand.lease as x where x.scope = 'site';
    update leitstand.lease as x
       set mode = wanted, valid_for = valid_ms * interval '1 ms',
           expires_at = clock_timestamp() + valid_ms * interval '1 ms'
     where x.scope = 'site' and x.epoch = lease_renew.epoch and x.grant_id = lease_renew.grant_id;
    if not found then
        return leitstand.lease_look(instance, wanted, valid_ms);
    end if;
    if was <> wanted and wanted = 'infra' then
        perform leitstand.lease_tell();
    end if;
    answer := leitstand.lease_look(instance, wanted, valid_ms);
    answer.mine := true;
    answer.grant_id := lease_renew.grant_id;
    return answer;
end
$$;

-- Given back; the grant is worth nothing from now on. offered: who shall have it, or null.
create function leitstand.lease_release(instance text, epoch bigint, grant_id uuid, offered text)
returns leitstand.lease_state
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
begin
    update leitstand.lease as x
       set grant_id = null, expires_at = clock_timestamp(), offered_to = offered,
           offered_until = case when offered is null then '-infinity'
                                else clock_timestamp() + interval '1 s' end
     where x.scope = 'site' and x.epoch = lease_release.epoch
       and x.grant_id = lease_release.grant_id;
    if found then
        perform leitstand.lease_tell();
    end if;
    return leitstand.lease_look(instance, 'full', 1000);
end
$$;

-- First in every transaction of an owner. Whoever it lets through is owner until commit.
create function leitstand.fence(epoch bigint, grant_id uuid) returns void
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
begin
    perform 1 from leitstand.lease as x
      where x.scope = 'site' and x.epoch = fence.epoch and x.grant_id = fence.grant_id
        for key share;
    if not found then
        raise exception 'fenced' using errcode = 'LS001',
            detail = format('epoch %s is over, or was somebody else''s', epoch);
    end if;
end
$$;

-- An owner by the broker's word tells of itself when the store is there again. Twice is once.
create function leitstand.tenure_add(epoch bigint, term bigint, instance text, since timestamptz)
returns void
language sql security definer set search_path = pg_catalog, pg_temp as $$
    insert into leitstand.tenure (epoch, term, instance, arbiter, since)
    select epoch, term, instance, 'broker', since where term > 0
        on conflict do nothing;
$$;

revoke all on function
    leitstand.lease_look(text, text, bigint),
    leitstand.lease_acquire(text, text, bigint, bigint),
    leitstand.lease_renew(text, bigint, uuid, text, bigint),
    leitstand.lease_release(text, bigint, uuid, text),
    leitstand.fence(bigint, uuid),
    leitstand.tenure_add(bigint, bigint, text, timestamptz)
    from public;
grant execute on function
    leitstand.lease_look(text, text, bigint),
    leitstand.lease_acquire(text, text, bigint, bigint),
    leitstand.lease_renew(text, bigint, uuid, text, bigint),
    leitstand.lease_release(text, bigint, uuid, text),
    leitstand.fence(bigint, uuid),
    leitstand.tenure_add(bigint, bigint, text, timestamptz)
    to leitstand_instance;
grant select on leitstand.ownership to leitstand_instance, leitstand_reader;
grant select on leitstand.tenure to leitstand_instance;
