/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "src/app/control_access.h"

#include <errno.h>
#include <grp.h>
#include <pwd.h>
#include <sys/stat.h>
#include <unistd.h>

#include "src/core/alarm.h"
#include "src/core/text.h"

#define ENTRY_MAX (1024 * 1024) /* of a group with all its members */

static enum rc
find_group(const char *name, gid_t *ret, struct err *err)
{
    struct group entry, *found = NULL;
    char *space = NULL;
    int why = ERANGE;
    for (size_t size = 4096; why == ERANGE && size <= ENTRY_MAX; size *= 2) {
        space = g_realloc(space, size);
        why = getgrnam_r(name, &entry, space, size, &found);
    }
    if (found != NULL) {
        *ret = found->gr_gid;
    }
    g_free(space);
    if (found != NULL) {
        return RC_OK;
    }
    return why == 0 ? err_set(err, RC_INVALID, "there is no group \"%s\"", name)
                    : err_set(err, RC_IO, "could not look up the group \"%s\": %s", name,
                              g_strerror(why));
}

/* To go through a directory is enough; listing it, or changing what is in it, is not needed. */
static bool
open_directory(const char *dir, gid_t gid)
{
    struct stat info;
    if (stat(dir, &info) != 0) {
        return false;
    }
    if ((info.st_mode & S_IXOTH) != 0 ||
        (info.st_gid == gid && (info.st_mode & S_IXGRP) != 0)) {
        return true;
    }
    mode_t mode = (info.st_mode & 07777 & ~(mode_t)S_IRWXG) | S_IXGRP;
    return chown(dir, (uid_t)-1, gid) == 0 && chmod(dir, mode) == 0;
}

enum rc
control_admit_group(const char *path, const char *group, struct err *err)
{
    gid_t gid = (gid_t)-1;
    enum rc rc = find_group(group, &gid, err);
    if (rc != RC_OK) {
        return err_wrap(err, rc, "control socket \"%s\"", path);
    }
    char *dir = g_path_get_dirname(path);
    if (chown(path, (uid_t)-1, gid) != 0 || chmod(path, 0660) != 0 ||
        !open_directory(dir, gid)) {
        rc = err_set(err, RC_IO, "could not open the control socket \"%s\" to group \"%s\": %s",
                     path, group, g_strerror(errno));
    }
    g_free(dir);
    return rc;
}

bool
control_may_ask(const struct control_peer *peer, const json_t *request)
{
    static const char *const commands[] = {"status", "alarms", "act", NULL};
    const char *command = json_string_value(json_object_get(request, "command"));
    const char *action = json_string_value(json_object_get(request, "action"));
    bool test = g_strcmp0(action, alarm_action_name(ACTION_TEST)) == 0 ||
                g_strcmp0(action, alarm_action_name(ACTION_TEST_END)) == 0;
    return peer->admin || (command != NULL && g_strv_contains(commands, command) && !test);
}

void
control_user_name(char *dst, size_t cap, uid_t uid)
{
    struct passwd entry, *found = NULL;
    char space[16384];
    if (getpwuid_r(uid, &entry, space, sizeof(space), &found) == 0 && found != NULL) {
        text_sanitize(dst, cap, found->pw_name, strlen(found->pw_name));
    } else {
        snprintf(dst, cap, "uid %u", (unsigned)uid);
    }
}
