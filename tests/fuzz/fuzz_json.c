/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Our scanner against jansson: both take it or both refuse it, and both see the same tree. */
#include <assert.h>
#include <jansson.h>
#include <math.h>
#include <stdint.h>

#include "src/decode/jdoc.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static struct jdoc *doc;

/* What only our bounds refuse, jansson may take. */
static bool
refused_by_bounds(void)
{
    static const char *const bounds[] = {"too large", "nested too deep", "too many values"};
    for (size_t i = 0; i < G_N_ELEMENTS(bounds); i++) {
        if (strcmp(doc->why, bounds[i]) == 0) {
            return true;
        }
    }
    return false;
}

/* jansson refuses a number beyond a double; we leave that to the entry that carries it. */
static bool
has_infinity(void)
{
    for (uint32_t i = 0; i < doc->n; i++) {
        if (doc->nodes[i].type == J_NUMBER && !isfinite(doc->nodes[i].num)) {
            return true;
        }
    }
    return false;
}

static void compare(const struct jnode *ours, const json_t *theirs);

static void
compare_object(const struct jnode *ours, const json_t *theirs)
{
    const struct jnode *child = ours + 1;
    for (uint32_t i = 0; i < ours->len; i++) {
        const json_t *other = json_object_getn(theirs, child->key, child->key_len);
        assert(other != NULL);
        const struct jnode *last = jdoc_member(doc, ours, child->key, child->key_len, false);
        assert(last >= child);
        if (last == child) {
            compare(child, other);
        }
        child = doc->nodes + child->next;
    }
    assert(json_object_size(theirs) <= ours->len);
    assert(child == doc->nodes + ours->next);
}

static void
compare_array(const struct jnode *ours, const json_t *theirs)
{
    const struct jnode *child = ours + 1;
    assert(json_array_size(theirs) == ours->len);
    for (uint32_t i = 0; i < ours->len; i++) {
        compare(child, json_array_get(theirs, i));
        child = doc->nodes + child->next;
    }
}

static void
compare(const struct jnode *ours, const json_t *theirs)
{
    double num;
    switch (ours->type) {
    case J_NULL:
        assert(json_is_null(theirs));
        break;
    case J_FALSE:
        assert(json_is_false(theirs));
        break;
    case J_TRUE:
        assert(json_is_true(theirs));
        break;
    case J_NUMBER:
        num = json_number_value(theirs);
        assert(json_is_number(theirs) && ours->num >= num && ours->num <= num);
        break;
    case J_TEXT:
        assert(json_is_string(theirs) && json_string_length(theirs) == ours->len);
        assert(memcmp(json_string_value(theirs), ours->text, ours->len) == 0);
        break;
    case J_ARRAY:
        assert(json_is_array(theirs));
        compare_array(ours, theirs);
        break;
    case J_OBJECT:
        assert(json_is_object(theirs));
        compare_object(ours, theirs);
        break;
    }
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (doc == NULL) {
        doc = jdoc_new();
    }
    if (memchr(data, '\0', size) != NULL) { /* jansson takes one behind the value for the end */
        assert(!jdoc_parse(doc, data, size));
        return 0;
    }
    json_t *theirs =
        json_loadb((const char *)data, size,
                   JSON_DECODE_ANY | JSON_ALLOW_NUL | JSON_DECODE_INT_AS_REAL, NULL);
    bool ours = jdoc_parse(doc, data, size);
    if (ours && theirs != NULL) {
        compare(&doc->nodes[0], theirs);
    } else if (ours) {
        assert(has_infinity());
    } else {
        assert(doc->why != NULL && doc->where <= size);
        assert(theirs == NULL || refused_by_bounds());
    }
    json_decref(theirs);
    return 0;
}
