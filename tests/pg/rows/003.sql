-- SPDX-License-Identifier: GPL-3.0-or-later
-- What a store of version 3 may hold: a batch of two messages and their readings, of two days.
select leitstand.make_days(array[leitstand.today() - 1, leitstand.today()]);
select set_config('leitstand.batch', jsonb_build_object('segment', s.id, 'first', 1, 'last', 1,
           'grant', '', 'messages', 2, 'head', 2)::text, false),
       set_config('leitstand.ids', repeat('0001000000000000002a', 2), false)
  from leitstand.segment_open('22222222-2222-4222-8222-222222222222', 'pc1', 1, 0, 'postgres',
                              true, 0) as s;
insert into leitstand.reading (ts, received, value, series, segment, flags, state)
select leitstand.day_start(leitstand.today() - n), null, n, c.id, s.id, 1, null
  from generate_series(0, 1) as n, leitstand.series as c, leitstand.segment as s
 where c.station = 'PS-01' and c.component = 'P1';
