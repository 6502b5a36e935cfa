/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Alarming: the evaluator in the engine. What comes in is handed to it, what it says goes where
 * it belongs: journal and records into the batch of the readings that caused them, the board to
 * screens and to the retained topics, the loud ones to popups.
 *
 * Deciding or following: alarming_open() decides. One that follows shows what another instance
 * decides, as it comes; its evaluator goes on as a shadow (alarms/evaluator.h), whose output
 * goes nowhere. Both ways the records of whoever decides are kept (src/app/kept.h), and
 * annunciations count up over all changes of role: a screen rings for what is new, by whomever
 * it was decided.
 *
 * Threads: the engine's only (made by main before the engine's thread starts).
 */
#ifndef SRC_APP_ALARMING_H
#define SRC_APP_ALARMING_H

#include "alarms/evaluator.h"
#include "src/app/kept.h"
#include "src/app/popup.h"
#include "src/app/rises.h"
#include "src/config/config.h"
#include "src/core/model.h"
#include "src/core/rank.h"

struct alarming {
    struct evaluator *evaluator;
    const struct plant *plant; /* the evaluator's, which has a reference */
    struct alarm_board *board; /* as last asked for */
    uint8_t *told;             /* each station: what the evaluator knows of its silence */
    uint32_t n_told;
    uint64_t evaluated;        /* readings */
    struct popup *popup;       /* NULL: none are shown; ended by alarming_close() */
    unsigned popup_priorities; /* 1u << enum alarm_priority, or-ed */
    bool following;
    struct kept *kept;
    struct rises rises;
    bool behind;        /* what comes had waited at the broker, */
    wall_us away_since; /* … since then at the earliest: when what had not came last */
    mono_us followed;   /* when a change of the owner came last */
    struct evaluator_settings settings;
    uint64_t version_base; /* what alarming_version() is ahead of evaluator's or kept's */
    uint64_t annunciated_base[ALARM_PRIORITIES]; /* before this evaluator decided */
};

/*
 * Compile the rules of the plant, take up what the cache at path kept, derive every alarm anew
 * from the newest values of the model. Rules that cannot be followed are logged.
 */
MUST_USE enum rc alarming_open(struct alarming *a, const struct config *config,
                               const struct model *model, const char *path, struct now now,
                               struct err *err);
void alarming_close(struct alarming *a); /* of zeros is fine */

/* What an evaluator is to do, as configured; of this start of the machine. */
struct evaluator_settings alarming_settings(const struct config *config);

/* The model has another plant now. */
void alarming_set_plant(struct alarming *a, const struct model *model, struct now now);

/*
 * A reading was applied to the model, which appended these records (from first on) to store:
 * its own, and those of components derived from it.
 */
void alarming_readings(struct alarming *a, const struct model *model, const struct reading *r,
                       const GArray *records, guint first, struct now now);

/* The broker is there, or gone: nobody is silent or stale for want of it. */
void alarming_link(struct alarming *a, struct model *model, bool connected, struct now now);

/* What comes from now on had waited for us at the broker, or has not: when that changes. */
void alarming_behind(struct alarming *a, bool behind);

/* Time passed: after model_tick(), which appended records from first on. */
void alarming_tick(struct alarming *a, const struct model *model, const GArray *records,
                   guint first, struct now now);

/* There is something to take. */
bool alarming_changed(const struct alarming *a);
/* Everything that was decided since last asked, to the end of to, and into what is kept; loud
 * lines open popups. Nothing while following. */
void alarming_take(struct alarming *a, struct alarm_changes *to);

/* ---- roles ---- */

/*
 * Follow from now on. What was decided and not taken is lost: take it before. At the start of a
 * program, when somebody else is owner, right after alarming_open().
 */
void alarming_demote(struct alarming *a);

/*
 * Decide from now on, under this rank: the shadow hands over to a new evaluator, which goes on
 * from what is kept; what follows from that is there to be taken. heard: the owner's signs of
 * life, on the boot clock; what it was followed in is known here. One that decides already only
 * gets the rank.
 */
void alarming_promote(struct alarming *a, const struct model *model, struct rank rank,
                      struct owner_heard heard, struct now now);

/* What the owner decided, when following. Lines that told people tell the ones here, too,
 * unless they are older than FOLLOW_TELL_US: they count for the bell, but open no popup. */
#define FOLLOW_TELL_US (300 * US_PER_S)
void alarming_follow(struct alarming *a, const struct alarm_changes *c, struct now now);
/* A whole state in place of what is kept; as kept_replace(). */
void alarming_replace(struct alarming *a, const struct alarm_changes *state,
                      struct alarm_changes *diff);

/* Rises whenever the board would look different, over changes of role as well. */
uint64_t alarming_version(const struct alarming *a);
/* How often people were told, since the start, by whomever it was decided. */
uint64_t alarming_annunciated(const struct alarming *a);

/* The board as it is now, made anew only when something changed; no reference is given. */
struct alarm_board *alarming_board(struct alarming *a);

#endif
