/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Messages of leitstand/v1/changes/NAME, one a line: whatever comes, lines of the journal come
 * out by rising numbers of their writer. */
#include <assert.h>
#include <string.h>

#include "src/app/replica.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
take_steps(struct replica *r, GHashTable *marks)
{
    struct replica_step s;
    while (replica_next(r, &s)) {
        for (guint i = 0; i < s.marks->len; i++) {
            const struct followed_mark *m = &g_array_index(s.marks, struct followed_mark, i);
            const uint64_t *before = g_hash_table_lookup(marks, m->writer);
            assert(before == NULL || m->number > *before);
            g_hash_table_replace(marks, g_strdup(m->writer),
                                 g_memdup2(&m->number, sizeof(m->number)));
        }
        assert(s.snapshot || !(s.state || s.journal) || s.bodies->len == 1);
        replica_step_clear(&s);
    }
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    GHashTable *marks = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, g_free);
    const char *at = (const char *)data, *end = at + size;
    struct replica *r =
        replica_new("00000000-0000-4000-8000-0000000000ff", size > 0 && data[0] == '\n');
    while (at < end) {
        const char *stop = memchr(at, '\n', (size_t)(end - at));
        struct err err = {.text = ""};
        stop = stop == NULL ? end : stop;
        bool good = replica_message(r, at, (size_t)(stop - at), &err);
        assert(good || *err.text != '\0');
        take_steps(r, marks);
        at = stop + 1;
    }
    replica_free(r);
    g_hash_table_unref(marks);
    return 0;
}
