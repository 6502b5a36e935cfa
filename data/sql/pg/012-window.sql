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
