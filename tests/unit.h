/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What every unit test includes first, in the order cmocka wants it. */
#ifndef TESTS_UNIT_H
#define TESTS_UNIT_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#endif
