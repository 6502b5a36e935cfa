/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "src/app/cli.h"

#include <errno.h>
#include <poll.h>
#include <unistd.h>
#include <stdarg.h>

#include "src/app/cli_parse.h"
#include "src/app/commands.h"
#include "src/app/paths_tell.h"
#include "src/core/i18n.h"
#include "src/core/log.h"
#include "src/core/text.h"
#include "version.h"

static const struct cli_option global_options[] = {
    {.name = "config",
     .letter = 'c',
     .type = CLI_TEXT,
     .offset = offsetof(struct cli, config),
     .arg = "FILE",
     .help = N_("read this configuration file")},
    {.name = "log-level",
     .type = CLI_CHOICE,
     .offset = offsetof(struct cli, log_level),
     .choices = "error|warning|info|debug",
     .help = N_("how much is told on stderr")},
    {.name = "version",
     .letter = 'V',
     .type = CLI_FLAG,
     .offset = offsetof(struct cli, version),
     .help = N_("tell the version and leave")},
    {.name = "help",
     .letter = 'h',
     .type = CLI_FLAG,
     .offset = offsetof(struct cli, help),
     .help = N_("tell the usage and leave")},
    {.name = "paths",
     .type = CLI_FLAG,
     .offset = offsetof(struct cli, paths),
     .help = N_("tell which files and directories apply, and leave")},
    {.name = NULL},
};

const struct cli_option *
cli_global_options(void)
{
    return global_options;
}

void
cli_say(const char *fmt, ...)
{
    va_list args;
    va_start(args, fmt);
    char *text = g_strdup_vprintf(fmt, args);
    va_end(args);
    char *clean = text_sanitize_dup(text, strlen(text));
    fprintf(stderr, "%s\n", clean);
    g_free(clean);
    g_free(text);
}

void
cli_error(const char *fmt, ...)
{
    va_list args;
    va_start(args, fmt);
    char *text = g_strdup_vprintf(fmt, args);
    va_end(args);
    cli_say("leitstand: %s", text);
    g_free(text);
}

int
cli_outcome(enum rc rc, const struct err *err)
{
    if (rc == RC_OK) {
        return CLI_DONE;
    }
    char **lines = g_strsplit(err->text, "\n", -1);
    cli_error("%s", lines[0] == NULL ? "" : lines[0]);
    for (guint i = 1; i < g_strv_length(lines); i++) {
        cli_say("%s", lines[i]);
    }
    g_strfreev(lines);
    return rc == RC_INVALID ? CLI_USAGE : CLI_FAILED;
}

void
cli_problems(const struct problems *problems)
{
    size_t shown = MIN(problems->n, PROBLEMS_MAX);
    for (size_t i = 0; i < shown; i++) {
        cli_say("%s", problems->list[i]);
    }
    if (problems->n > shown) {
        cli_say(_("… and %zu more"), problems->n - shown);
    }
}

int
cli_config(const struct cli *cli, struct config **ret)
{
    char *path = config_find(cli->config);
    if (path == NULL) {
        *ret = config_defaults();
        return CLI_DONE;
    }
    struct problems problems;
    struct err err = {0};
    problems_init(&problems);
    enum rc rc = config_read(ret, path, &problems, &err);
    cli_problems(&problems);
    if (rc != RC_OK && problems.n == 0) {
        cli_error("%s", err.text);
    }
    problems_fini(&problems);
    g_free(path);
    return rc == RC_OK ? CLI_DONE : CLI_USAGE;
}

/* The other end of the pipe is closed. An earlier write may have failed for it, and its errno
 * is long gone. */
static bool
reader_gone(void)
{
    struct pollfd out = {.fd = STDOUT_FILENO, .events = POLLOUT};
    return poll(&out, 1, 0) > 0 && (out.revents & (POLLERR | POLLHUP)) != 0;
}

/* A reader that has seen enough is no failure; a full disk is. */
static int
finish_stdout(int status)
{
    errno = 0;
    bool failed = fflush(stdout) != 0;
    int why = errno;
    if ((!failed && !ferror(stdout)) || why == EPIPE || reader_gone()) {
        return status;
    }
    cli_error(_("could not write the output: %s"), g_strerror(why != 0 ? why : EIO));
    return status == CLI_DONE ? CLI_FAILED : status;
}

/* In a screen of 24 lines: names only, a command's own --help tells the rest. */
static void
print_help(void)
{
    size_t n;
    const struct cli_command *const *commands = commands_all(&n);
    const char *heading = commands_heading(commands[0]);
    printf(_("Usage: %s\n"), "leitstand [OPTION…] [COMMAND [OPTION…] [ARGUMENT…]]");
    printf("\n%s\n\n", _("A control room for water networks in the terminal."));
    printf("%s\n", _("Commands (without one: console):"));
    GString *names = g_string_new(NULL);
    for (size_t i = 0; i < n; i++) {
        g_string_append_printf(names, "%s%s", names->len > 0 ? ", " : "", commands[i]->name);
        const char *next = i + 1 < n ? commands_heading(commands[i + 1]) : "";
        if (next != NULL) {
            cli_print_row(_(heading), names->str);
            g_string_truncate(names, 0);
            heading = next;
        }
    }
    g_string_free(names, TRUE);
    printf("\n%s\n", _("Options:"));
    cli_print_options(global_options);
    printf("\n%s\n", _("More: leitstand COMMAND --help, leitstand(1), leitstand.ini(5)"));
}

static void
print_command_help(const struct cli_command *c)
{
    char *usage = g_strjoin(" ", "leitstand", c->name, c->options != NULL ? "[OPTION…]" : "",
                            c->arguments, NULL);
    g_strchomp(usage);
    printf(_("Usage: %s\n"), usage);
    g_free(usage);
    printf("\n%s\n", _(c->summary));
    if (c->notes != NULL) {
        cli_print_text(_(c->notes));
    }
    printf("\n%s\n", _("Options:"));
    if (c->options != NULL) {
        cli_print_options(c->options);
    }
    cli_print_options(global_options);
    if (c->more_help != NULL) {
        c->more_help();
    }
}

/* Those of two words that begin with this one. */
static void
print_family(const char *word)
{
    size_t n, len = strlen(word);
    const struct cli_command *const *commands = commands_all(&n);
    printf("%s\n", _("Commands:"));
    for (size_t i = 0; i < n; i++) {
        if (strncmp(commands[i]->name, word, len) == 0 && commands[i]->name[len] == ' ') {
            char *left = g_strjoin(" ", commands[i]->name, commands[i]->arguments, NULL);
            cli_print_row(g_strchomp(left), _(commands[i]->summary));
            g_free(left);
        }
    }
}

/* "plant import" is one command of two words; *ret_words says how many were taken. */
static const struct cli_command *
find_command(char **words, int *ret_words)
{
    size_t n;
    const struct cli_command *const *commands = commands_all(&n);
    const char *first = words[0] != NULL ? words[0] : "console";
    char *both = words[0] != NULL && words[1] != NULL
                     ? g_strconcat(words[0], " ", words[1], NULL)
                     : g_strdup("");
    const struct cli_command *found = NULL;
    for (size_t i = 0; i < n && found == NULL; i++) {
        if (strcmp(commands[i]->name, both) == 0) {
            found = commands[i];
            *ret_words = 2;
        } else if (strcmp(commands[i]->name, first) == 0) {
            found = commands[i];
            *ret_words = words[0] != NULL ? 1 : 0;
        }
    }
    g_free(both);
    return found;
}

static bool
is_help(const char *word)
{
    return word != NULL && (strcmp(word, "--help") == 0 || strcmp(word, "-h") == 0);
}

/*
 * No command of that name: if others begin with it ("plant"), those are what was meant. Returns
 * the exit status.
 */
static int
say_unknown(const char *word, bool help)
{
    size_t n;
    const struct cli_command *const *commands = commands_all(&n);
    GString *family = g_string_new(NULL);
    size_t len = strlen(word);
    for (size_t i = 0; i < n; i++) {
        if (strncmp(commands[i]->name, word, len) == 0 && commands[i]->name[len] == ' ') {
            g_string_append_printf(family, "%s\"%s\"", family->len > 0 ? ", " : "",
                                   commands[i]->name);
        }
    }
    int status = CLI_USAGE;
    if (family->len > 0 && help) {
        print_family(word);
        status = CLI_DONE;
    } else if (family->len > 0) {
        cli_error(_("\"%s\" is one of %s; see \"leitstand --help\""), word, family->str);
    } else {
        cli_error(_("\"%s\" is not a command; see \"leitstand --help\""), word);
    }
    g_string_free(family, TRUE);
    return status;
}

static bool
check_arguments(const struct cli_command *c, int argc, char **argv)
{
    if (argc < c->min_args) {
        cli_error(_("%s needs %s; see \"leitstand %s --help\""), c->name, c->arguments,
                  c->name);
        return false;
    }
    if (c->max_args >= 0 && argc > c->max_args) {
        cli_error(_("%s does not take \"%s\"; see \"leitstand %s --help\""), c->name,
                  argv[c->max_args], c->name);
        return false;
    }
    return true;
}

static void
set_log_level(const struct cli *cli)
{
    enum log_level level;
    if (cli->log_level != NULL && log_level_from_name(cli->log_level, &level)) {
        log_set_level(level);
    }
}

/* words[0] is skipped as a program's name is. */
static int
run_command(const struct cli_command *c, struct cli *cli, char ***words)
{
    void *args = g_malloc0(c->args_size + 1);
    const struct cli_set sets[2] = {{global_options, cli}, {c->options, args}};
    int argc, status = CLI_USAGE;
    cli_values_init(&sets[1]);
    if (!cli_parse(sets, false, &argc, words, cli->started.wall)) {
        cli_say(_("See \"leitstand %s --help\"."), c->name);
    } else if (cli->help) {
        print_command_help(c);
        status = CLI_DONE;
    } else if (cli->version) {
        printf("leitstand %s\n", LEITSTAND_VERSION);
        status = CLI_DONE;
    } else if (cli->paths) {
        status = paths_tell(cli);
    } else if (check_arguments(c, argc, *words + 1)) {
        set_log_level(cli);
        status = c->run(cli, args, argc, *words + 1);
    }
    cli_values_fini(&sets[1]);
    g_free(args);
    return status;
}

/* Global options first; then the command's name; then everything else. */
static int
dispatch(struct cli *cli, char ***words)
{
    const struct cli_set sets[2] = {{global_options, cli}, {NULL, NULL}};
    int argc, taken = 0;
    if (!cli_parse(sets, true, &argc, words, cli->started.wall)) {
        cli_say("%s", _("See \"leitstand --help\"."));
        return CLI_USAGE;
    }
    if (argc == 0 && cli->help) {
        print_help();
        return CLI_DONE;
    }
    if (argc == 0 && cli->version) {
        printf("leitstand %s\n", LEITSTAND_VERSION);
        return CLI_DONE;
    }
    if (argc == 0 && cli->paths) {
        return paths_tell(cli);
    }
    const struct cli_command *c = find_command(*words + 1, &taken);
    if (c == NULL) {
        /* The list ends in NULL, so the word after the last may be looked at. */
        return say_unknown((*words)[1], cli->help || is_help((*words)[2]));
    }
    for (int i = 1; i <= taken; i++) {
        g_free((*words)[i]);
    }
    memmove(*words + 1, *words + 1 + taken,
            (g_strv_length(*words + 1 + taken) + 1) * sizeof(**words));
    return run_command(c, cli, words);
}

int
cli_main(int argc, char **argv)
{
    struct cli cli = {.started = clock_now()};
    const struct cli_set globals = {global_options, &cli};
    char **words = g_new0(char *, (size_t)argc + 2);
    words[0] = g_strdup("leitstand");
    for (int i = 1; i < argc; i++) {
        words[i] = g_strdup(argv[i]);
    }
    int status = finish_stdout(dispatch(&cli, &words));
    cli_values_fini(&globals);
    g_strfreev(words);
    return status;
}
