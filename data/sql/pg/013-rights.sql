-- SPDX-License-Identifier: GPL-3.0-or-later
--
-- The central store, step 13: no right that nobody needs.
--
-- The fence is taken by what an owner calls, as the schema's owner. By itself it would only let
-- whoever has the grant keep the lease from the next one without writing anything. Who was owner
-- stands in the journal and in the readings; the program does not ask for it here.

revoke execute on function leitstand.fence(bigint, uuid) from leitstand_instance;
revoke select on leitstand.tenure from leitstand_instance;
