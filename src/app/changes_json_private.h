/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The tables that changes_json.c writes by and changes_read.c reads by; nobody else includes
 * it. */
#ifndef SRC_APP_CHANGES_JSON_PRIVATE_H
#define SRC_APP_CHANGES_JSON_PRIVATE_H

#include "src/app/changes_json.h"

#define CHANGES_TEXT_MAX 1024 /* bytes, with NUL, of any text */

enum form {
    FORM_NAME, /* a text of a key: never null in a row that is not gone */
    FORM_TEXT, /* null: none */
    FORM_BOOT, /* in the struct, "" none */
    FORM_TIME, /* null: WALL_NONE */
    FORM_MONO,
    FORM_VALUE, /* null: NAN */
    FORM_COUNT,
    FORM_COUNT64,
    FORM_BOOL,
    FORM_UUID, /* null: nil */
    FORM_EVENT,
    FORM_TYPE,
    FORM_PRIORITY,
    FORM_STATE,
    FORM_OVERLAYS,
    FORM_PENDING,
};

struct member {
    const char *name;
    enum form form;
    size_t offset;
    bool key;      /* also in a row that is gone */
    bool optional; /* of later date: absent is false, 0, none */
};

#define NEVER_GONE SIZE_MAX

struct list {
    const char *name;
    const struct member *members;
    size_t n, size;
    size_t gone;  /* offset of the flag */
    size_t array; /* offset in struct alarm_changes */
};
#define LISTS 5
extern const struct list changes_lists[LISTS];
extern const char *const changes_pending_names[PENDING_OFF + 1];

/* The list's rows. */
static inline GArray *
changes_array(const struct alarm_changes *c, const struct list *list)
{
    return *(GArray *const *)(const void *)((const char *)c + list->array);
}

#endif
