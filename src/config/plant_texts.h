/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A plant as the texts of its three files, in memory: how it travels through the central store.
 * Parsing what was made of a plant gives the same plant. */
#ifndef SRC_CONFIG_PLANT_TEXTS_H
#define SRC_CONFIG_PLANT_TEXTS_H

#include "src/config/plant_csv.h"

struct plant_texts {
    char *stations, *components, *rules;
};

void plant_texts_make(struct plant_texts *ret, const struct plant *plant);
void plant_texts_fini(struct plant_texts *t);

/*
 * As plant_csv_parse(). where stands in problems in place of a directory, such as "central
 * store". A plant that needs more than 64 MiB for a file is refused, like a file of that size.
 */
MUST_USE enum rc plant_texts_parse(struct plant **ret, const struct plant_texts *t,
                                   const char *where, struct problems *problems,
                                   struct err *err);

#endif
