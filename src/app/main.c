/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <fcntl.h>
#include <locale.h>
#include <signal.h>
#include <stdlib.h>

#include "src/app/cli.h"
#include "src/app/paths.h"
#include "src/core/i18n.h"

/*
 * Whoever started us may have closed one of the three; the next file we open would then take
 * its number and receive our messages. stdout is replaced by something that cannot be written,
 * so that lost output is noticed.
 */
static void
hold_standard_files(void)
{
    static const int modes[] = {O_RDONLY, O_RDONLY, O_RDWR};
    for (int fd = 0; fd < (int)G_N_ELEMENTS(modes); fd++) {
        if (fcntl(fd, F_GETFD) < 0 && open("/dev/null", modes[fd]) < 0) {
            exit(CLI_FAILED);
        }
    }
}

/* LC_NUMERIC stays "C": with a German one "1.5" would read as 1. */
static void
set_language(void)
{
    setlocale(LC_CTYPE, "");
    setlocale(LC_MESSAGES, "");
    /* It may change while threads run: then only its value is another one, never the table. */
    setenv("LANGUAGE", "", 0);
    char *dir = paths_locale();
    bindtextdomain("leitstand", dir);
    bind_textdomain_codeset("leitstand", "UTF-8");
    textdomain("leitstand");
    g_free(dir);
}

int
main(int argc, char **argv)
{
    hold_standard_files();
    signal(SIGPIPE, SIG_IGN); /* a reader that goes away is an error of write(), not our end */
    set_language();
    return cli_main(argc, argv);
}
