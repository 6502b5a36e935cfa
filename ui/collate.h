/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The order of names as people look them up: without regard to case and accents, "ß" as "ss"
 * (DIN 5007-1, and close to what English readers expect), and numbers in names by their value:
 * "Pumpwerk 9" before "Pumpwerk 10". Works in every locale. Pure.
 */
#ifndef UI_COLLATE_H
#define UI_COLLATE_H

/* strcmp() of two keys is the order; free with g_free(). */
char *collate_key(const char *text);
/* The same of two texts: < 0, 0, > 0. For short lists; sorting many wants their keys once. */
int collate_compare(const char *a, const char *b);

#endif
