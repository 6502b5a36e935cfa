-- SPDX-License-Identifier: GPL-3.0-or-later
-- What a store of version 1 may hold; rows/NNN.sql likewise, after migration NNN.
select leitstand.series_ids(array['PS-01', 'PS-01', 'PS-02'], array['P1', 'P2', 'P1']);
