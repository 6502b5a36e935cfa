-- SPDX-License-Identifier: GPL-3.0-or-later
-- What a store of version 2 may hold.
select leitstand.lease_acquire('pc1', 'full', 5000, 0);
select leitstand.tenure_add(1, 1, 'pc2', '2026-01-01 00:00:00Z');
