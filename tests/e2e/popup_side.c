/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Posts popups: each line of stdin is "PRIORITY SUMMARY|BODY". At its end the popups are
 * stopped; fails when that takes more than a second, or when there is no session bus (then it
 * says so). Run by popup.sh.
 */
#include <stdio.h>

#include "src/app/popup.h"

int
main(void)
{
    struct popup *p = popup_start();
    char line[1024];
    if (p == NULL) {
        printf("no session bus\n");
        return 1;
    }
    while (fgets(line, sizeof(line), stdin) != NULL) {
        char **words = g_strsplit(g_strchomp(line), " ", 2);
        char **texts = g_strsplit(words[1], "|", 2);
        enum alarm_priority priority = ALARM_LOW;
        if (alarm_priority_from_name(words[0], &priority)) {
            popup_post(p, priority, texts[0], texts[1]);
        }
        g_strfreev(texts);
        g_strfreev(words);
    }
    mono_us before = clock_now().mono;
    popup_stop(p);
    return clock_now().mono - before < 5 * US_PER_S ? 0
                                                    : 1; /* it does not wait for a desktop */
}
