/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "ui/status.h"

#include <assert.h>

#include "src/core/i18n.h"

#define QUEUE_NOTABLE                                                                          \
    1000 /* rows on their way to the store: less is normal and would only flicker */
#define BEHIND_NOTABLE 50                /* changes at first: the same */
#define STALLED_US     (3 * US_PER_S)    /* a store that is well answers much sooner */
#define SIGN_US        (3 * US_PER_S)    /* an owner is heard every second */
#define OWNERLESS_US   (30 * US_PER_S)   /* by then another one would have taken its place */
#define SECONDS_US     (10 * US_PER_MIN) /* so long an age is told to the second */
#define WIDE           110 /* columns from which it is told that all is well, too */

/* Nothing may come from the engine any more that would have the screen drawn again. */
static void
look_again(struct screen *s, mono_us when)
{
    s->status_at = s->status_at == 0 ? when : MIN(s->status_at, when);
}

void
status_age(struct screen *s, char dst[FORMAT_SIZE], mono_us since)
{
    int64_t age = MAX(s->now.mono - since, 0);
    if (age >= SECONDS_US) {
        format_age(dst, FORMAT_SIZE, age);
        return;
    }
    mono_us next = since + (age / US_PER_S + 1) * US_PER_S;
    look_again(s, next);
    int seconds = (int)(age / US_PER_S);
    snprintf(dst, FORMAT_SIZE, "%d:%02d", seconds / 60, seconds % 60);
}

/* ---- the central store ---- */

static void
down_text(struct screen *s, struct status_part *p)
{
    const struct health *h = &s->snap->health;
    uint64_t waiting = h->postgres.pending + h->postgres.pending_changes;
    char age[FORMAT_SIZE], count[FORMAT_SIZE];
    status_age(s, age, h->postgres.since);
    snprintf(p->brief, sizeof(p->brief), _("pg DOWN %s"), age);
    GString *text = g_string_new(p->brief);
    if (waiting > 0) {
        format_shown(count, sizeof(count), 20, NULL, (double)waiting);
        g_string_append_printf(text, _(", %s waiting"), count);
    }
    g_strlcpy(p->why, h->postgres.problem, sizeof(p->why));
    g_strlcpy(p->text, text->str, sizeof(p->text));
    g_string_free(text, TRUE);
}

/* It still counts as connected, but has owed an answer for longer than it ever should. */
static bool
is_stalled(struct screen *s)
{
    mono_us waiting = s->snap->health.postgres.waiting;
    if (waiting != 0 && s->now.mono - waiting < STALLED_US) {
        look_again(s, waiting + STALLED_US);
    }
    return waiting != 0 && s->now.mono - waiting >= STALLED_US;
}

static void
stalled_text(struct screen *s, struct status_part *p)
{
    char age[FORMAT_SIZE];
    p->bad = true;
    status_age(s, age, s->snap->health.postgres.waiting);
    snprintf(p->text, sizeof(p->text), _("pg STALLED %s"), age);
}

struct status_part
status_postgres(struct screen *s)
{
    const struct health *h = &s->snap->health;
    struct status_part p = {.worth = 2};
    if (!h->postgres.configured) {
        snprintf(p.text, sizeof(p.text), "%s", _("pg none"));
    } else if (!h->postgres.connected) {
        p.bad = true;
        down_text(s, &p);
    } else if (is_stalled(s)) {
        stalled_text(s, &p);
    } else if (h->postgres.pending >= QUEUE_NOTABLE) {
        char count[FORMAT_SIZE];
        format_count(count, sizeof(count), (double)h->postgres.pending);
        snprintf(p.text, sizeof(p.text), _("pg UP, %s waiting"), count);
    } else {
        snprintf(p.text, sizeof(p.text), "%s", _("pg UP"));
    }
    return p;
}

struct status_part
status_behind(const struct screen *s)
{
    uint64_t behind = s->snap->health.postgres.behind;
    uint64_t first = s->snap->health.postgres.behind_at_first;
    struct status_part p = {.bad = true};
    if (behind > 0 && first >= BEHIND_NOTABLE) {
        uint64_t done = first > behind ? first - behind : 0;
        snprintf(p.text, sizeof(p.text), _("catching up %u %%"),
                 (unsigned)((double)done * 100 / (double)first));
    }
    return p;
}

struct status_part
status_quarantine(const struct screen *s)
{
    const struct health *h = &s->snap->health;
    uint64_t n = h->postgres.quarantined + h->postgres.refused_changes;
    struct status_part p = {.bad = true};
    if (n > 0) {
        char count[FORMAT_SIZE];
        format_shown(count, sizeof(count), 12, NULL, (double)n);
        snprintf(p.text, sizeof(p.text), _("%s in quarantine"), count);
    }
    return p;
}

/* ---- ownership ---- */

/* Nobody is known to be owner: no word of it for the moments that an election takes. */
static void
nobody_text(struct screen *s, struct status_part *p)
{
    const struct health *h = &s->snap->health;
    mono_us since = h->owner.heard != 0 ? h->owner.heard : h->started;
    if (s->now.mono - since < SIGN_US) {
        snprintf(p->text, sizeof(p->text), "%s", _("looking for the owner"));
        look_again(s, since + SIGN_US);
        return;
    }
    char age[FORMAT_SIZE];
    status_age(s, age, since);
    p->bad = true;
    snprintf(p->text, sizeof(p->text), _("NO OWNER %s"), age);
}

/* Who, by which rank, made so by whom. The broker decides where there is no central store, and
 * that is normal; with one it is the way out, and never goes unsaid. */
static void
rank_text(const struct screen *s, struct status_part *p)
{
    static const char *const roles[] = {[ROLE_OWNER] = N_("owner"),
                                        [ROLE_STANDBY] = N_("standby"),
                                        [ROLE_VIEWER] = N_("viewer"),
                                        [ROLE_UNARBITRATED] = N_("unarbitrated")};
    static_assert(G_N_ELEMENTS(roles) == ROLES, "a role has no word");
    const struct health *h = &s->snap->health;
    char rank[FORMAT_SIZE], full[FORMAT_SIZE + 32];
    const char *name = *h->owner.instance != '\0' ? h->owner.instance : h->instance;
    snprintf(rank, sizeof(rank), "e%llu.%llu", (unsigned long long)h->owner.rank.epoch,
             (unsigned long long)h->owner.rank.term);
    bool fallback = h->owner.arbiter == ARBITER_BROKER;
    snprintf(full, sizeof(full), "%s%s", rank,
             fallback                               ? _(", broker decides")
             : h->owner.arbiter == ARBITER_POSTGRES ? _(" pg")
                                                    : "");
    p->bad = fallback && h->postgres.configured;
    if (h->role == ROLE_OWNER) {
        snprintf(p->text, sizeof(p->text), _("owner %s %s"), name, full);
    } else {
        snprintf(p->text, sizeof(p->text), _("%s, owner %s %s"), _(roles[h->role]), name, full);
    }
    if (p->bad) {
        snprintf(p->brief, sizeof(p->brief), "%s", _("broker decides"));
    } else {
        snprintf(p->brief, sizeof(p->brief), "%s %s", _(roles[h->role]), rank);
    }
}

/* Of an owner elsewhere: when it was heard last. */
static void
add_sign(struct screen *s, struct status_part *p)
{
    const struct health *h = &s->snap->health;
    if (h->role == ROLE_OWNER) {
        return;
    }
    size_t len = strlen(p->text);
    if (s->now.mono - h->owner.heard >= SIGN_US) {
        char age[FORMAT_SIZE];
        status_age(s, age, h->owner.heard);
        p->bad = true;
        snprintf(p->text + len, sizeof(p->text) - len, _(", heard %s ago"), age);
        snprintf(p->brief, sizeof(p->brief), _("owner not heard %s"), age);
        return;
    }
    look_again(s, h->owner.heard + SIGN_US);
    if (s->columns >= WIDE) {
        snprintf(p->text + len, sizeof(p->text) - len, "%s", _(", heard now"));
    }
}

/* Without the broker an owner may well be there, and not be heard. */
static bool
is_gone(const struct screen *s)
{
    const struct health *h = &s->snap->health;
    return h->mqtt.connected && s->now.mono - h->owner.heard >= OWNERLESS_US;
}

struct status_part
status_owner(struct screen *s)
{
    const struct health *h = &s->snap->health;
    struct status_part p = {.worth = 3};
    if (h->role == ROLE_UNARBITRATED) {
        p.bad = true;
        snprintf(p.text, sizeof(p.text), "%s", _("not arbitrated: alone"));
    } else if (h->role != ROLE_OWNER && (*h->owner.instance == '\0' || is_gone(s))) {
        nobody_text(s, &p);
    } else {
        rank_text(s, &p);
        add_sign(s, &p);
    }
    return p;
}
