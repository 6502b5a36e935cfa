/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Room put by for the day the disk is full. Dropping history takes writing before it gives
 * room, so a file of some megabytes stands beside the cache, to be let go of at that moment.
 */
#ifndef STORAGE_RESERVE_H
#define STORAGE_RESERVE_H

#include <stdbool.h>

/* Make it, when the disk has plenty of room; true when it stands. */
bool reserve_make(const char *path);

/* Let go of it. */
void reserve_release(const char *path);

#endif
