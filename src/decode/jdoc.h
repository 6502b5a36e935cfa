/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * JSON of one message: a strict one-pass scanner into an array that is allocated once.
 *
 * Strict:  RFC 8259, nothing after the value, valid UTF-8, no lone surrogates. Of the RFC's
 *          freedoms: a member name with U+0000 is refused, as jansson does; a member that
 *          stands twice is found by its last value.
 * Threads: a document belongs to one thread. Nothing is allocated after jdoc_new().
 * Bounds:  JDOC_BYTES_MAX, JDOC_DEPTH_MAX containers inside each other, JDOC_NODES_MAX values.
 *
 * It exists because decoding is what leitstand does all day: no library is as fast by a factor
 * of three. tests/fuzz/fuzz_json.c holds it against jansson.
 */
#ifndef SRC_DECODE_JDOC_H
#define SRC_DECODE_JDOC_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define JDOC_BYTES_MAX (256 * 1024)
#define JDOC_DEPTH_MAX 32
#define JDOC_NODES_MAX 65536

enum jtype { J_NULL, J_FALSE, J_TRUE, J_NUMBER, J_TEXT, J_ARRAY, J_OBJECT };
#define JTYPES (J_OBJECT + 1)

/* A value. Children stand behind their container: the first at +1, the following at next. */
struct jnode {
    const char *key;  /* of a member, not ended by NUL; NULL for others */
    uint32_t key_len; /* bytes */
    uint32_t next;    /* index after this value and all that is in it */
    uint32_t len;     /* J_TEXT: bytes; containers: children */
    enum jtype type;
    union {
        double num;       /* J_NUMBER; infinite when too large for a double */
        const char *text; /* J_TEXT, unescaped, may hold NUL, not ended by one */
    };
};

struct jdoc {
    struct jnode *nodes; /* [0] is the root */
    uint32_t n;
    char *text; /* what had to be unescaped */
    size_t text_used;
    const char *why; /* what is wrong, fixed English words; NULL after success */
    size_t where;    /* and at which byte */
};

/* Ended with jdoc_free(). */
struct jdoc *jdoc_new(void);
void jdoc_free(struct jdoc *doc); /* NULL is fine */

/*
 * Scan all of bytes. The nodes point into bytes and into doc, good until either changes.
 * On false there is no tree and doc->why says why.
 */
bool jdoc_parse(struct jdoc *doc, const void *bytes, size_t len);

/* The member of that name (the last, if several), or NULL. fold: ASCII case is ignored. */
const struct jnode *jdoc_member(const struct jdoc *doc, const struct jnode *object,
                                const char *key, size_t key_len, bool fold);

/* The i-th child of a container, or NULL. */
const struct jnode *jdoc_child(const struct jdoc *doc, const struct jnode *container,
                               uint32_t i);

#endif
