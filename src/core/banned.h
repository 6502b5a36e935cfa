/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Functions nobody calls here. Included before every source file by the compiler's -include.
 * The system headers that declare them come first, because a poisoned name may not even be
 * declared afterwards.
 */
#ifndef SRC_CORE_BANNED_H
#define SRC_CORE_BANNED_H

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <glib.h>

/* Unbounded copies; conversions that cannot report an error; shared static buffers. */
#pragma GCC poison strcpy strcat strncpy strncat strtok
#pragma GCC poison sprintf vsprintf gets
#pragma GCC poison atoi atol atof
#pragma GCC poison localtime gmtime ctime asctime

#endif
