/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Errors: a code to branch on and a sentence to read.
 *
 * Wording: lower case, no full stop, names in double quotes with their kind, "could not" for
 * what may work next time. The sentence is made where the error arises; each level above may
 * put its context in front.
 */
#ifndef SRC_CORE_ERROR_H
#define SRC_CORE_ERROR_H

#define MUST_USE               __attribute__((warn_unused_result))
#define PRINTF_LIKE(fmt, args) __attribute__((format(printf, fmt, args)))

enum rc {
    RC_OK,
    RC_INVALID,  /* what came from outside is wrong */
    RC_IO,       /* the system, a disk or a peer failed; may work next time */
    RC_FULL,     /* a bound was reached; nothing was dropped */
    RC_NOTFOUND, /* there is no such thing */
    RC_BUSY,     /* somebody else holds it */
};

struct err {
    char text[512]; /* one line for people; "" when nothing failed */
};

/* Fill err (may be NULL) and return rc. */
enum rc err_set(struct err *err, enum rc rc, const char *fmt, ...) PRINTF_LIKE(3, 4);

/* Put "context: " in front of what err (may be NULL) says, and return rc. */
enum rc err_wrap(struct err *err, enum rc rc, const char *fmt, ...) PRINTF_LIKE(3, 4);

#endif
