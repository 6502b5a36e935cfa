-- SPDX-License-Identifier: GPL-3.0-or-later
--
-- A stand-in for TimescaleDB, which Debian does not have: what our schema calls of it, with the
-- names and the order of arguments that its documentation gives, on one plain table. It shows
-- that our statements for hypertables are what they should be, and nothing of the extension.

create schema ts;
set allow_system_table_mods = on;
insert into pg_extension (oid, extname, extowner, extnamespace, extrelocatable, extversion)
values (16000, 'timescaledb', 10, 'ts'::regnamespace, false, '2.99.0');
reset allow_system_table_mods;

create table ts.call (what text, relation regclass, detail text);

create function ts.create_hypertable(relation regclass, time_column_name name,
    partitioning_column name default null, number_partitions integer default null,
    associated_schema_name name default null, associated_table_prefix name default null,
    chunk_time_interval anyelement default null::bigint,
    create_default_indexes boolean default true) returns integer
language plpgsql as $$
begin
    insert into ts.call values ('create_hypertable', relation,
        time_column_name || ' ' || chunk_time_interval || ' ' || create_default_indexes);
    return 1;
end
$$;

-- Chunks that end before older_than.
create function ts.drop_chunks(relation regclass, older_than timestamptz) returns setof text
language plpgsql as $$
begin
    insert into ts.call values ('drop_chunks', relation, older_than::text);
    execute format('delete from %s where ts < date_bin(''1 day'', $1, ''epoch'')', relation)
      using older_than;
end
$$;
