/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Writer: a thread of its own that writes, removes and reads the user's files, so that the
 * screen waits for no disk. Orders are carried out one after another as they came; what came of
 * each is a sentence for the user. Of two orders for one of the user's own files that wait, the
 * older is left out.
 *
 * Threads: all functions are the ui thread's.
 * Limits:  WRITER_ORDERS wait at most, on a disk that stands; more are refused, with a
 * sentence.
 */
#ifndef UI_WRITER_H
#define UI_WRITER_H

#include <stdbool.h>

#include <glib.h>

#include "src/core/clock.h"
#include "src/core/error.h"

#define WRITER_ORDERS 32

enum writer_how {
    WRITER_NEW,     /* never over a file that is there */
    WRITER_REPLACE, /* whole and atomically; only over a file */
    WRITER_REMOVE,  /* none there is fine */
    WRITER_READ,    /* a file of somebody else: its disk may stand, too */
};

/* The strings are copied. */
struct writer_order {
    enum writer_how how;
    const char *path;
    const char *text, *done; /* bytes; what is told when it stands there, NULL: nothing */
    const char *exists;     /* WRITER_NEW: what is told when there is one; NULL: as any error */
    const char *instead_of; /* own: a file that is removed when this one stands; NULL */
    size_t len;             /* of text; WRITER_READ: at most */
    const char *name;       /* WRITER_READ: what the answer says again; NULL: nothing */
    bool own;  /* of the user's settings: for nobody else, its directory is made when missing */
    bool once; /* that it failed is told once, and again only after it went well */
};

struct writer_answer {
    bool good;
    char text[512];
    /* What was read, of which order; NULL: nothing was. */
    GString *read;
    char *path, *name;
};

struct writer;

/* Without a thread, should none be to be had: each order is carried out at once then. */
struct writer *writer_new(void);
/* What was ordered is written before, unless that takes longer than patience_us: then it is
 * left behind, which is logged, as is what failed. NULL is fine. */
void writer_free(struct writer *w, int64_t patience_us);

void writer_put(struct writer *w, const struct writer_order *order);

int writer_fd(const struct writer *w); /* readable: an answer waits */
/* The next one, for writer_answer_fini(); false: none waits. */
bool writer_take(struct writer *w, struct writer_answer *ret);
void writer_answer_fini(struct writer_answer *a);

#endif
