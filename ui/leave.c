/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Leaving the console: what is asked before. */
#include "src/core/i18n.h"
#include "ui/screen.h"
#include "ui/views.h"

/* What is said before this console goes; false: nothing is left undone by it. */
static bool
leaving_text(const struct screen *s, char *dst, size_t cap)
{
    const struct health *h = s->snap == NULL ? NULL : &s->snap->health;
    if (h == NULL || s->config->demo) {
        return false;
    }
    if (s->unanswered > 0) {
        snprintf(
            dst, cap,
            ngettext("%u action has not been answered yet. Quit?  y yes   any other key no",
                     "%u actions have not been answered yet. Quit?  y yes   any other key "
                     "no",
                     s->unanswered),
            s->unanswered);
        return true;
    }
    if (h->role == ROLE_OWNER) {
        snprintf(dst, cap, "%s",
                 _("this console looks after the alarms. Quit?  y yes   any other key no"));
        return true;
    }
    bool unsent = h->postgres.configured && !h->postgres.connected && h->postgres.pending > 0;
    if (unsent) {
        snprintf(dst, cap,
                 _("%llu readings wait for the central store. Quit?  y yes   any other key no"),
                 (unsigned long long)h->postgres.pending);
    }
    return unsent;
}

static void
choose_leave(struct screen *s, int key)
{
    s->quit = key == 'y' || key == 'Y' || key == (int)g_utf8_get_char(_("y"));
}

void
screen_leave(struct screen *s)
{
    char label[200];
    if (!s->typed && leaving_text(s, label, sizeof(label))) {
        prompt_choose(s, label, choose_leave);
    } else {
        s->quit = true;
    }
}
