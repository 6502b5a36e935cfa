/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The console on the stage of ui_stage, in the terminal of tests/term: what all of its tests
 * share. A test is a "play". Everything here that waits fails the test when nothing comes, and
 * prints the screen.
 *
 * What is asserted is behaviour: which station is selected, what can be read, how many bytes
 * it cost. Where exactly things stand may change without a change here.
 */
#ifndef TESTS_UI_FIXTURE_H
#define TESTS_UI_FIXTURE_H

#include "tests/unit.h"

#include "src/core/clock.h"
#include "src/core/error.h"
#include "tests/term/term.h"

struct play {
    struct term *t;
    int fd;        /* to the stage */
    GString *said; /* the lines that the stage told: what the user did */
};

struct play_options {
    int columns, rows;      /* 0: 80x24 */
    int stations;           /* 0: 40 */
    bool overview;          /* stay where the console opens; else go to the stations */
    const char *const *env; /* as for term_start() */
    bool no_utf8, no_reply;
    bool plain; /* the line mode: there are no frames; returns at its first line */
};

/* NULL: the defaults. Returns when the first frame is there. */
struct play *play_open(const struct play_options *o);
/* Leave by ":quit", whatever is open; the exit status must be 0 and the terminal given back. */
void play_close(struct play *p);
/* For a program that ends by itself: only free what belongs to it. */
void play_drop(struct play *p);

/* Commands for the stage, see there; one a line, the end of the last one is added. */
void play_tell(struct play *p, const char *fmt, ...) PRINTF_LIKE(2, 3);
void play_tell_bytes(struct play *p, const char *bytes, size_t len);
/* All of that is done by the stage (though not yet seen by the screen). */
void play_done(struct play *p);
/* Hand the state over and wait until a frame shows it. */
void play_publish(struct play *p);

/* The stage was told of an action, and it has text in its line. */
void play_acted(struct play *p, const char *text);

/* Press and wait for a frame. */
void play_press(struct play *p, const char *keys);

void play_see(struct play *p, const char *text);
void play_see_no(struct play *p, const char *text);
bool play_shows(const struct play *p, const char *text);

/* The id of the station in the row of the terminal's cursor, "" when there is none; valid
 * until the next call. */
const char *play_selected(const struct play *p);
void play_wait_selected(struct play *p, const char *uid);
/* The first station id on the screen from row y on, "" when there is none. */
const char *play_first_station(const struct play *p, int y);

/* The column where text begins in row y, -1: it is not there. */
int play_column(const struct play *p, int y, const char *text);

/* The bytes that what() makes the console write. The header's clock changes once a minute and
 * ages with it: should that happen meanwhile, all is done once more. */
size_t play_cost(struct play *p, void (*what)(struct play *p));

/* Processor time that the stage has used, its engine's included. */
int64_t play_cpu_us(const struct play *p);
/* Now by the boot clock, without the time that the program or this test were ready to run and
 * had to wait for others: what passes by it is what the program needs. */
mono_us play_clock(const struct play *p);

/* The program's memory in kilobytes; 0 where a sanitizer keeps what was freed. */
long play_memory(const struct play *p);

/* The screen equals a full paint of the same state. */
void play_equals_full_paint(struct play *p);

/* main() of a test: argv[1] is the stage. */
extern const char *play_stage;
#define PLAY_MAIN(name, tests)                                                                 \
    int main(int argc, char **argv)                                                            \
    {                                                                                          \
        if (argc != 2) {                                                                       \
            fprintf(stderr, "usage: test_%s STAGE\n", name);                                   \
            return 2;                                                                          \
        }                                                                                      \
        play_stage = argv[1];                                                                  \
        return cmocka_run_group_tests_name(name, tests, NULL, NULL);                           \
    }

#endif
