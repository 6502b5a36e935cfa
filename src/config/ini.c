/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "src/config/config_private.h"

#include <iniparser/dictionary.h>

#include "src/core/file.h"

#define FILE_MAX_BYTES (1u << 20)
#define LINE_MAX_BYTES 1000

struct reader {
    struct settings *ret;
    struct problems *problems;
    const char *path;
    int line;
    char *section;    /* NULL before the first */
    dictionary *keys; /* of the present section: key → line */
};

static void
complain(struct reader *r, const char *text, const char *what)
{
    problems_add(r->problems, "%s:%d: \"%.200s\" %s", r->path, r->line, text, what);
}

/* About the value of a key; the section is known. */
static void
complain_value(struct reader *r, const char *key, const char *value, const char *what)
{
    problems_add(r->problems, "%s:%d: [%s] %s: \"%.200s\" %s", r->path, r->line, r->section,
                 key, value, what);
}

static bool
is_blank(char c)
{
    return c == ' ' || c == '\t';
}

/* Nothing but blanks, or blanks and a comment. */
static bool
is_rest_empty(const char *text)
{
    text += strspn(text, " \t");
    return *text == '\0' || *text == '#' || *text == ';';
}

/* "[name]": the text is changed in place. */
static void
read_section(struct reader *r, char *text)
{
    char *end = strchr(text, ']');
    if (end == NULL) {
        complain(r, text, "has no ]");
        return;
    }
    if (!is_rest_empty(end + 1)) {
        complain(r, text, "has text after the ]");
        return;
    }
    *end = '\0';
    char *name = g_strstrip(text + 1);
    if (*name == '\0') {
        complain(r, name, "is not the name of a section");
        return;
    }
    g_free(r->section);
    r->section = g_strdup(name);
    dictionary_del(r->keys);
    r->keys = dictionary_new(0);
    settings_add(r->ret, r->path, r->line, name, "", "");
}

/* A value in quotes: everything between them. NULL: it was said what is wrong. */
static char *
unquote(struct reader *r, const char *key, char *value)
{
    char *end = strchr(value + 1, *value);
    if (end == NULL) {
        complain_value(r, key, value, "has no closing quote");
        return NULL;
    }
    if (!is_rest_empty(end + 1)) {
        complain_value(r, key, value, "has text after the closing quote");
        return NULL;
    }
    *end = '\0';
    return value + 1;
}

/* A bare value: up to a blank that is followed by # or ;. */
static char *
cut_comment(struct reader *r, const char *key, char *value)
{
    if ((*value == '#' || *value == ';') && is_blank(value[1])) {
        complain_value(r, key, value,
                       "is not clear: a value or a comment? Quote it or leave it out");
        return NULL;
    }
    for (char *p = value; *p != '\0'; p++) {
        if (is_blank(*p) && (p[1] == '#' || p[1] == ';')) {
            *p = '\0';
            break;
        }
    }
    g_strchomp(value);
    size_t len = strlen(value);
    if (len > 0 && value[len - 1] == '\\') {
        complain_value(r, key, value, "goes on in the next line, which is not possible here");
        return NULL;
    }
    return value;
}

/* "key = value": the text is changed in place. */
static void
read_pair(struct reader *r, char *text)
{
    char *equals = strchr(text, '=');
    if (equals == NULL) {
        complain(r, text, "is not of the form key = value");
        return;
    }
    *equals = '\0';
    char *key = g_strstrip(text), *value = g_strstrip(equals + 1);
    if (*key == '\0') {
        complain(r, value, "has no key in front of the =");
        return;
    }
    if (r->section == NULL) {
        complain(r, key, "stands before the first [section]");
        return;
    }
    value =
        *value == '"' || *value == '\'' ? unquote(r, key, value) : cut_comment(r, key, value);
    if (value == NULL) {
        return;
    }
    const char *first = dictionary_get(r->keys, key, NULL);
    if (first != NULL) {
        problems_add(r->problems, "%s:%d: [%s] %s: \"%.200s\" stands twice, first in line %s",
                     r->path, r->line, r->section, key, value, first);
        return;
    }
    char line[16];
    snprintf(line, sizeof(line), "%d", r->line);
    dictionary_set(r->keys, key, line);
    settings_add(r->ret, r->path, r->line, r->section, key, value);
}

/* Bytes that no line of text may have. */
static const char *
find_fault(const char *line, size_t len)
{
    if (len > LINE_MAX_BYTES) {
        return "is longer than 1,000 bytes";
    }
    if (memchr(line, '\0', len) != NULL) {
        return "contains a NUL byte";
    }
    if (!g_utf8_validate(line, (gssize)len, NULL)) {
        return "is not valid UTF-8";
    }
    for (size_t i = 0; i < len; i++) {
        unsigned char c = (unsigned char)line[i];
        if ((c < 0x20 && c != '\t') || c == 0x7f) {
            return "contains a control character";
        }
    }
    return NULL;
}

static void
read_line(struct reader *r, const char *bytes, size_t len)
{
    char *copy = g_strndup(bytes, len);
    char *text = g_strstrip(copy);
    const char *fault = find_fault(bytes, len);
    if (fault != NULL) {
        complain(r, text, fault);
    } else if (*text == '[') {
        read_section(r, text);
    } else if (*text != '\0' && *text != '#' && *text != ';') {
        read_pair(r, text);
    }
    g_free(copy);
}

static void
read_lines(struct reader *r, const char *p, const char *end)
{
    if (end - p >= 3 && memcmp(p, "\xef\xbb\xbf", 3) == 0) {
        p += 3;
    }
    while (p < end) {
        const char *stop = memchr(p, '\n', (size_t)(end - p));
        const char *next = stop != NULL ? stop + 1 : end;
        stop = stop != NULL ? stop : end;
        if (stop > p && stop[-1] == '\r') {
            stop--;
        }
        r->line++;
        read_line(r, p, (size_t)(stop - p));
        p = next;
    }
}

void
ini_parse(struct settings *ret, const char *path, const char *bytes, size_t len,
          struct problems *problems)
{
    struct reader r = {
        .ret = ret, .problems = problems, .path = path, .keys = dictionary_new(0)};
    read_lines(&r, bytes, bytes + len);
    dictionary_del(r.keys);
    g_free(r.section);
}

enum rc
ini_read(struct settings *ret, const char *path, struct problems *problems, struct err *err)
{
    GString *text = g_string_new(NULL);
    enum rc rc = file_read(text, path, FILE_MAX_BYTES, err);
    if (rc == RC_OK) {
        size_t before = problems->n;
        ini_parse(ret, path, text->str, text->len, problems);
        if (problems->n > before) {
            rc = err_set(err, RC_INVALID, "\"%s\" has errors", path);
        }
    }
    g_string_free(text, TRUE);
    return rc;
}
