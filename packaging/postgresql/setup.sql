-- SPDX-License-Identifier: GPL-3.0-or-later
--
-- The central store of leitstand: database and roles. Once, as a superuser, on the server that
-- may be written (PostgreSQL 15 or later):
--
--     sudo -u postgres psql -f setup.sql
--
-- Then, with [postgres] conninfo = "… user=leitstand_admin dbname=leitstand":
--
--     leitstand --config=admin.ini db init
--
-- and the same after every update of leitstand ("db migrate"). See leitstand-ha(7).
\set ON_ERROR_STOP on

-- What an instance may do, and what a report may read. Nobody logs in as these.
create role leitstand_instance nologin;
create role leitstand_reader nologin;

-- Owns the schema; needed for "db init" and "db migrate" only. No instance uses it.
create role leitstand_admin login;

create database leitstand owner leitstand_admin encoding 'UTF8' template template0;
revoke all on database leitstand from public;
grant connect on database leitstand to leitstand_instance, leitstand_reader;

-- One login for each instance, named like it. Passwords: \password pc1, and PGPASSFILE there.
create role pc1 login in role leitstand_instance;
create role pc2 login in role leitstand_instance;
create role reports login in role leitstand_reader;

-- Settings do not pass from a role to its members: repeat these for every login of an instance.
-- A frozen owner must not hold up its successor; a cut connection must be noticed; what was
-- confirmed must be on disk, and on the synchronous standby if there is one.
alter role pc1 in database leitstand set idle_in_transaction_session_timeout = '5s';
alter role pc1 in database leitstand set tcp_user_timeout = '10s';
alter role pc1 in database leitstand set synchronous_commit = 'on';
alter role pc2 in database leitstand set idle_in_transaction_session_timeout = '5s';
alter role pc2 in database leitstand set tcp_user_timeout = '10s';
alter role pc2 in database leitstand set synchronous_commit = 'on';

-- A report must not run for ever beside the owner's work.
alter role reports in database leitstand set statement_timeout = '5min';
alter role reports in database leitstand set default_transaction_read_only = on;

-- With TimescaleDB installed, before "db init": readings become a hypertable.
-- \connect leitstand
-- create extension timescaledb;
