/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * GRefString as the thread sanitizer sees it. GLib is not built for the sanitizer, so the
 * atomics inside it are unseen, and the free() after the last release looks like a race. In
 * such a build, and only there, the same functions are ours; the layout is our own, so no such
 * string may be handed to GLib itself. Nothing else of GRefString is used in this program.
 */
#ifndef SRC_CORE_REFSTRING_H
#define SRC_CORE_REFSTRING_H

#include <glib.h>

#if defined(__has_feature)
#if __has_feature(thread_sanitizer)
#define REFSTRING_OWN 1
#endif
#elif defined(__SANITIZE_THREAD__)
#define REFSTRING_OWN 1
#endif

#ifdef REFSTRING_OWN

struct refstring {
    size_t len;
    int refs;
    char text[];
};

static inline struct refstring *
refstring_of(GRefString *text)
{
    return (struct refstring *)(void *)(text - G_STRUCT_OFFSET(struct refstring, text));
}

static inline GRefString *
refstring_new_len(const char *text, gssize len)
{
    struct refstring *r = g_malloc(sizeof(*r) + (size_t)len + 1);
    r->len = (size_t)len;
    r->refs = 1;
    memcpy(r->text, text, r->len);
    r->text[len] = '\0';
    return r->text;
}

static inline GRefString *
refstring_new(const char *text)
{
    return refstring_new_len(text, (gssize)strlen(text));
}

static inline size_t
refstring_length(GRefString *text)
{
    return refstring_of(text)->len;
}

static inline GRefString *
refstring_acquire(GRefString *text)
{
    g_atomic_int_inc(&refstring_of(text)->refs);
    return text;
}

static inline void
refstring_release(GRefString *text)
{
    struct refstring *r = refstring_of(text);
    if (g_atomic_int_dec_and_test(&r->refs)) {
        g_free(r);
    }
}

#define g_ref_string_new     refstring_new
#define g_ref_string_new_len refstring_new_len
#define g_ref_string_length  refstring_length
#define g_ref_string_acquire refstring_acquire
#define g_ref_string_release refstring_release

#endif
#endif
