/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the tables of columns are written with. Shared by plant_columns.c and rule_columns.c. */
#ifndef SRC_CONFIG_PLANT_COLUMNS_PRIVATE_H
#define SRC_CONFIG_PLANT_COLUMNS_PRIVATE_H

#include <math.h>

#include "src/config/plant_columns.h"

/* The rest of a struct column behind its offset, or behind its name for IS_OWN. */
#define IS_OWN(word)              COLUMN_OWN, 0, 0, 0, 0, read_##word, write_##word
#define IS_TEXT(n)                0, (n), 0, NULL, NULL
#define IS_NUMBER(a, b)           (a), (b), NAN, NULL, NULL
#define IS_WHOLE(a, b, otherwise) (a), (b), (otherwise), NULL, NULL
#define IS_TIME(max_s)            0, (max_s), 0, NULL, NULL

#endif
