/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Changes of another instance as they may come from broker or store: what is taken says the
 * same when it is written and read again; what is refused leaves nothing behind. */
#include <assert.h>
#include <string.h>

#include "src/app/changes_json.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    json_t *body = json_loadb((const char *)data, size, JSON_REJECT_DUPLICATES, NULL);
    struct alarm_changes c, back;
    struct err err = {.text = ""};
    alarm_changes_init(&c);
    alarm_changes_init(&back);
    if (body != NULL && changes_from_json(&c, body, &err)) {
        json_t *once = changes_to_json(&c);
        bool good = changes_from_json(&back, once, &err);
        assert(good);
        json_t *twice = changes_to_json(&back);
        assert(json_equal(once, twice));
        json_decref(once);
        json_decref(twice);
    } else {
        assert(alarm_changes_empty(&c));
        assert(body == NULL || *err.text != '\0');
    }
    alarm_changes_fini(&c);
    alarm_changes_fini(&back);
    json_decref(body);
    return 0;
}
