-- SPDX-License-Identifier: GPL-3.0-or-later
-- What a store of version 4 may hold.
select leitstand.append_changes('11111111-1111-4111-8111-111111111111', 1, 'pc1', 1, 0, '{
    "journal":[{"at":"2026-01-01T00:00:01Z","event":"raised","occurrence":"0fe1f2a0-0000-5000-8000-000000000001",
        "station":"PS-01","component":"P1","rule":"hi","actor":"anna","value":1.5}],
    "occurrences":[{"occurrence":"0fe1f2a0-0000-5000-8000-000000000001","station":"PS-01","component":"P1",
        "rule":"hi","type":"hi","priority":"high","state":"unacked","overlays":["shelved"],
        "raised_at":"2026-01-01T00:00:00Z","returned_at":null,"acked_at":null,"value":1.5,"count":1}],
    "alarms":[{"station":"PS-01","component":"P1","rule":"hi","occurrence":"0fe1f2a0-0000-5000-8000-000000000001"}],
    "maintenance":[{"station":"PS-02","component":""}],
    "parked":[{"occurrence":"0fe1f2a0-0000-5000-8000-000000000002"}]}');
select leitstand.submit_action('0fe1f2a0-0000-5000-8000-00000000000a', 0, 'pc2', 'anna', 'cli pc2', '{}');
select leitstand.store_plant(0, 'uid', 'id', 'rule', 'anna');
insert into leitstand.twin (occurrence) values ('0fe1f2a0-0000-5000-8000-000000000003');
update leitstand.log_head set epoch = 1; -- as a whole state leaves it
