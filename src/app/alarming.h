/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Alarming: the evaluator in the engine. What comes in is handed to it, what it says goes where
 * it belongs: journal and records into the batch of the readings that caused them, the board to
 * screens and to the retained topics, the loud ones to popups.
 *
 * Threads: the engine's only (made by main before the engine's thread starts).
 */
#ifndef SRC_APP_ALARMING_H
#define SRC_APP_ALARMING_H

#include "alarms/evaluator.h"
#include "src/app/popup.h"
#include "src/config/config.h"
#include "src/core/model.h"

struct alarming {
    struct evaluator *evaluator;
    const struct plant *plant; /* the evaluator's, which has a reference */
    struct alarm_board *board; /* as last asked for */
    uint8_t *told;             /* each station: what the evaluator knows of its silence */
    uint32_t n_told;
    uint64_t evaluated;        /* readings */
    struct popup *popup;       /* NULL: none are shown; ended by alarming_close() */
    unsigned popup_priorities; /* 1u << enum alarm_priority, or-ed */
};

/*
 * Compile the rules of the plant, take up what the cache at path kept, derive every alarm anew
 * from the newest values of the model. Rules that cannot be followed are logged.
 */
MUST_USE enum rc alarming_open(struct alarming *a, const struct config *config,
                               const struct model *model, const char *path, struct now now,
                               struct err *err);
void alarming_close(struct alarming *a); /* of zeros is fine */

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

/* Time passed: after model_tick(), which appended records from first on. */
void alarming_tick(struct alarming *a, const struct model *model, const GArray *records,
                   guint first, struct now now);

/* Everything that changed since last asked, to the end of to; loud lines open popups. */
void alarming_take(struct alarming *a, struct alarm_changes *to);

/* The board as it is now, made anew only when something changed; no reference is given. */
struct alarm_board *alarming_board(struct alarming *a);

#endif
