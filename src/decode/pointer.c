/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "src/decode/profile.h"

/* "~1" is "/", "~0" is "~"; any other "~" is wrong. In place. */
static bool
unescape(char *token)
{
    char *out = token;
    for (const char *p = token; *p != '\0'; p++) {
        if (*p != '~') {
            *out++ = *p;
        } else if (p[1] == '0' || p[1] == '1') {
            *out++ = *++p == '0' ? '~' : '/';
        } else {
            return false;
        }
    }
    *out = '\0';
    return true;
}

bool
pointer_parse(struct pointer *ret, const char *text)
{
    *ret = (struct pointer){0};
    if (strcmp(text, ".") == 0) {
        ret->text = g_strdup("");
        return true;
    }
    if (*text != '/') {
        return false;
    }
    ret->each = g_str_has_suffix(text, "/*");
    ret->text = g_strndup(text, strlen(text) - (ret->each ? 2 : 0));
    if (*ret->text == '\0') {
        return true;
    }
    ret->tokens = g_strsplit(ret->text + 1, "/", -1);
    ret->n = g_strv_length(ret->tokens);
    ret->len = g_new0(size_t, ret->n);
    for (size_t i = 0; i < ret->n; i++) {
        if (!unescape(ret->tokens[i])) {
            return false;
        }
        ret->len[i] = strlen(ret->tokens[i]);
    }
    return true;
}

void
pointer_fini(struct pointer *p)
{
    g_free(p->text);
    g_strfreev(p->tokens);
    g_free(p->len);
    *p = (struct pointer){0};
}

static const struct jnode *
element(const struct jdoc *doc, const struct jnode *array, const char *token, size_t len)
{
    uint32_t i = 0;
    if (len == 0 || len > 5) {
        return NULL;
    }
    for (size_t at = 0; at < len; at++) {
        if (!g_ascii_isdigit(token[at])) {
            return NULL;
        }
        i = i * 10 + (uint32_t)(token[at] - '0');
    }
    return jdoc_child(doc, array, i);
}

const struct jnode *
pointer_find(const struct pointer *p, const struct jdoc *doc, const struct jnode *from,
             bool fold)
{
    const struct jnode *node = from;
    for (size_t i = 0; i < p->n && node != NULL; i++) {
        node = node->type == J_ARRAY ? element(doc, node, p->tokens[i], p->len[i])
                                     : jdoc_member(doc, node, p->tokens[i], p->len[i], fold);
    }
    return node;
}

static bool
parse_source(struct source *ret, const char *text, const struct topic_pattern *topic)
{
    size_t len = strlen(text);
    *ret = (struct source){0};
    if (strcmp(text, ".") == 0) {
        ret->kind = SOURCE_SELF;
        return true;
    }
    if (strcmp(text, "@key") == 0) {
        ret->kind = SOURCE_KEY;
        return true;
    }
    if (*text == '=') {
        ret->kind = SOURCE_LITERAL;
        ret->text = g_strdup(text + 1);
        return len > 1;
    }
    if (*text == '{' && text[len - 1] == '}') {
        ret->kind = SOURCE_TOPIC;
        ret->text = g_strndup(text + 1, len - 2);
        return topic != NULL && topic_pattern_find(topic, ret->text, &ret->level);
    }
    ret->kind = *text == '^' ? SOURCE_ROOT : SOURCE_ENTRY;
    return pointer_parse(&ret->pointer, text + (*text == '^')) && !ret->pointer.each;
}

bool
sources_parse(struct sources *ret, const char *text, const struct topic_pattern *topic)
{
    char **words = g_strsplit(text, "|", -1);
    bool good = *text != '\0';
    ret->list = g_new0(struct source, g_strv_length(words) + 1);
    for (ret->n = 0; good && words[ret->n] != NULL; ret->n++) {
        good = parse_source(&ret->list[ret->n], g_strstrip(words[ret->n]), topic);
    }
    g_strfreev(words);
    return good;
}

void
sources_fini(struct sources *s)
{
    for (size_t i = 0; i < s->n; i++) {
        pointer_fini(&s->list[i].pointer);
        g_free(s->list[i].text);
    }
    g_free(s->list);
    *s = (struct sources){0};
}
