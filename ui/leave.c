/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Leaving: what is asked before. */
#include "src/core/i18n.h"
#include "ui/views.h"

/* What would be left undone were this console to go; "" nothing. */
static void
leaving_text(const struct screen *s, char *dst, size_t cap)
{
    const struct health *h = s->snap == NULL ? NULL : &s->snap->health;
    *dst = '\0';
    if (s->unanswered > 0) {
        snprintf(dst, cap,
                 ngettext("%u action has not been answered yet.",
                          "%u actions have not been answered yet.", s->unanswered),
                 s->unanswered);
    } else if (h != NULL && h->role == ROLE_OWNER && !s->config->demo) {
        snprintf(dst, cap, "%s", _("This console looks after the alarms."));
    } else if (h != NULL && h->postgres.configured && !h->postgres.connected &&
               h->postgres.pending > 0) {
        snprintf(dst, cap, _("%llu readings wait for the central store."),
                 (unsigned long long)h->postgres.pending);
    }
}

static void
choose_leave(struct screen *s, int key)
{
    s->quit = key == 'y' || key == 'Y' || key == (int)g_utf8_get_char(_("y"));
}

void
screen_leave(struct screen *s)
{
    char why[120], label[200];
    leaving_text(s, why, sizeof(why));
    if (!s->typed && *why != '\0') {
        snprintf(label, sizeof(label), "%s %s", why, _("Quit?  y yes   any other key no"));
        prompt_choose(s, label, choose_leave);
    } else {
        s->quit = true;
    }
}
