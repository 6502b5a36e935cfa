/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Operator actions and answers as they may come from a broker: what is taken is clean and
 * bounded, and says the same when it is written and read again. */
#include <assert.h>
#include <string.h>

#include "src/app/actions_json.h"
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
check_action(const struct remote_action *a)
{
    struct action_order order;
    struct remote_action back;
    struct err err = {.text = ""};
    check_text(a->instance, sizeof(a->instance));
    check_text(a->user, sizeof(a->user));
    check_text(a->origin, sizeof(a->origin));
    assert(strlen(a->id) == UUID_SIZE - 1 && *a->instance != '\0');
    bool good = action_order_read(&order, a, &err);
    assert(good);
    check_text(order.to, sizeof(order.to));
    char *text = remote_action_format(a);
    assert(text != NULL);
    if (strlen(text) <= ACTIONS_BYTES_MAX) { /* numbers may be longer when written again */
        good = remote_action_parse(&back, text, strlen(text), &err);
        assert(good && json_equal(a->body, back.body) && a->at == back.at);
        assert(strcmp(a->user, back.user) == 0 && strcmp(a->id, back.id) == 0);
        remote_action_clear(&back);
    }
    g_free(text);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct err err = {.text = ""};
    struct remote_action a;
    struct remote_answer answer, back;
    if (remote_action_parse(&a, (const char *)data, size, &err)) {
        check_action(&a);
        remote_action_clear(&a);
    } else {
        assert(*err.text != '\0');
    }
    if (remote_answer_parse(&answer, (const char *)data, size, &err)) {
        check_text(answer.text, sizeof(answer.text));
        char *text = remote_answer_format(&answer);
        bool good = remote_answer_parse(&back, text, strlen(text), &err);
        assert(good && strcmp(back.text, answer.text) == 0 && back.ok == answer.ok);
        g_free(text);
    }
    return 0;
}
