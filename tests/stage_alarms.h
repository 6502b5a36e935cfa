/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Alarms on the stage (ui_stage.c): a board that commands build.
 *
 *     alarm UID ID RULE PRIORITY STATE [WORD=VALUE …]     make or change one; ID "-": none
 *         age=SECONDS value=N limit=N type=TYPE count=N older=N step=N suppresses=N
 *         by=USER comment=TEXT name=TEXT guidance=TEXT group=TEXT parent=UID/ID/RULE
 *         shelved=REASON suppressed= service= test= suspect= chatter= first= never=
 *         (in a TEXT _ stands for a blank)
 *     unalarm UID ID RULE | board        the board goes on without it | an empty one
 *     flood COUNT | noflood | maintained UID ID REASON
 *     many N                             that many alarms of medium priority, in all stations
 *     reply TEXT                         an action was refused | reply: one was accepted
 */
#ifndef TESTS_STAGE_ALARMS_H
#define TESTS_STAGE_ALARMS_H

#include "src/core/snapshot.h"

struct stage_alarms;

struct stage_alarms *stage_alarms_new(void);
void stage_alarms_free(struct stage_alarms *a);

/* False: the line is no command of ours. */
bool stage_alarms_obey(struct stage_alarms *a, const char *line);
/* Into a snapshot whose plant is set. */
void stage_alarms_publish(const struct stage_alarms *a, struct snapshot *s);
/* An action in a line: "ack PW-0001/LEVEL/hihi step=2 occurrence 0 min: text". */
char *stage_alarms_tell(const struct alarm_action *action);

#endif
