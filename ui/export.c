/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "ui/export.h"

#include <errno.h>
#include <fcntl.h>
#include <math.h>
#include <unistd.h>

#include "src/core/csv.h"
#include "src/core/i18n.h"
#include "src/core/text.h"
#include "src/core/timestamp.h"

static char *
default_name(const struct screen *s, const char *what)
{
    time_t seconds = (time_t)(s->now.wall / US_PER_S);
    struct tm tm;
    gmtime_r(&seconds, &tm);
    return g_strdup_printf("leitstand-%s-%04d%02d%02d-%02d%02d%02d.csv", what,
                           tm.tm_year + 1900, tm.tm_mon + 1, tm.tm_mday, tm.tm_hour, tm.tm_min,
                           tm.tm_sec);
}

/* 0, or an errno. */
static int
write_all(int fd, const GString *text)
{
    for (gsize done = 0; done < text->len;) {
        ssize_t n = write(fd, text->str + done, text->len - done);
        if (n < 0 && errno != EINTR) {
            return errno;
        }
        done += n > 0 ? (gsize)n : 0;
    }
    return 0;
}

static int
write_file(const char *path, bool replace, const GString *text)
{
    /* Who opens a pipe that nobody reads would wait, were it not for O_NONBLOCK. */
    int how = O_WRONLY | O_CREAT | O_CLOEXEC | O_NONBLOCK | (replace ? O_TRUNC : O_EXCL);
    int fd = open(path, how, 0644);
    if (fd < 0) {
        return errno;
    }
    int code = write_all(fd, text);
    if (close(fd) != 0 && code == 0) {
        code = errno;
    }
    return code;
}

void
export_write(struct screen *s, const char *what, const char *argument, const GString *text,
             guint rows)
{
    bool replace = *argument == '!';
    const char *given = argument + (replace ? 1 : 0);
    given += strspn(given, " ");
    char *path = *given == '\0' ? default_name(s, what) : g_strdup(given);
    int code = write_file(path, replace, text);
    char *clean = text_sanitize_dup(path, strlen(path));
    if (code == 0) {
        screen_notice(s, ngettext("%u row written to %s", "%u rows written to %s", rows), rows,
                      clean);
    } else if (code == EEXIST) {
        screen_notice(s, _("\"%s\" is there already; :export !%s writes over it"), clean,
                      clean);
    } else {
        screen_notice(s, _("could not write \"%s\": %s"), clean, g_strerror(code));
    }
    g_free(clean);
    g_free(path);
}

void
export_time(GString *to, wall_us at, bool first)
{
    char text[TIMESTAMP_SIZE] = "";
    if (at != WALL_NONE) {
        timestamp_format(text, at);
    }
    csv_cell_append(to, text, first);
}

void
export_number(GString *to, double value, bool first)
{
    char text[32] = "";
    if (isfinite(value)) {
        text_from_double(text, sizeof(text), value);
    }
    csv_cell_append(to, text, first);
}
