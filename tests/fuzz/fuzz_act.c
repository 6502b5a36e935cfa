/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Operator actions as they may come from a socket: what is taken is bounded, harmless text, and
 * says the same when it is written and read again. */
#include <assert.h>
#include <string.h>

#include "src/app/act_json.h"
#include "src/core/text.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
check_text(const char *text, size_t size)
{
    char clean[ALARM_TEXT_MAX];
    assert(memchr(text, '\0', size) != NULL);
    text_sanitize(clean, sizeof(clean), text, strlen(text));
    assert(strcmp(clean, text) == 0);
}

static void
check_action(const struct alarm_action *a)
{
    assert((unsigned)a->kind < ALARM_ACTIONS);
    assert(a->duration_us >= 0 && a->duration_us <= ACT_SECONDS_MAX * US_PER_S);
    check_text(a->station, sizeof(a->station));
    check_text(a->component, sizeof(a->component));
    check_text(a->rule, sizeof(a->rule));
    check_text(a->text, sizeof(a->text));
    check_text(a->user, sizeof(a->user));
    assert(*a->origin == '\0');
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    json_t *request = json_loadb((const char *)data, size, JSON_REJECT_DUPLICATES, NULL);
    struct alarm_action a, back;
    struct err err = {.text = ""};
    if (json_is_object(request) && act_from_json(&a, request, "fuzz", &err)) {
        check_action(&a);
        json_t *again = act_to_json(&a);
        assert(again != NULL);
        bool good = act_from_json(&back, again, "fuzz", &err);
        assert(good);
        assert(back.kind == a.kind && back.step == a.step && back.seen_at == a.seen_at);
        assert(back.duration_us == a.duration_us && back.one_shot == a.one_shot);
        assert(uuid_equal(&back.occurrence, &a.occurrence));
        assert(strcmp(back.text, a.text) == 0 && strcmp(back.station, a.station) == 0);
        json_decref(again);
    } else if (json_is_object(request)) {
        assert(*err.text != '\0');
    }
    json_decref(request);
    return 0;
}
