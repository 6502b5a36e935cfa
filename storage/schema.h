/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Schema of the cache file, and how it grew: numbered migrations, forward only, each applied
 * with its number (user_version) in one transaction.
 *
 *   series        a number for every (station, component) that ever was; never given twice
 *   readings      every record in order of arrival; id counts from 1 without a gap, so the last
 *                 id is the number of records ever stored, and a cursor that stays valid
 *   slice         SLICE_ROWS ids each, slice n holding n * SLICE_ROWS + 1 and on: what times
 *                 are in it. Rows after the last slice are the tail
 *   slice_series  key = slice << 32 | series; where in the slice the rows of a series stand,
 *                 two bytes each. A slice without it is read whole
 *   latest        newest record of a series by ts, over all slices; the tail stands above it
 *   ring          identities of QoS 1 messages, one row a transaction, oldest first
 *   stations, components, rules   the plant
 *   journal       what happened to alarms, in order of arrival; id counts from 1 without a gap,
 *                 and stays valid as a cursor: the newest line never goes. Triggers refuse any
 *                 change of a line, and its end before its time. Columns as struct
 *                 journal_record; enumerations by their names, a UUID as its 16 bytes, NULL for
 *                 nil, NaN and no text
 *   occurrences   as struct occurrence_record, one row a UUID; NULL also for WALL_NONE, but for
 *                 raised_at
 *   alarms        as struct alarm_record, one row for each that is not plain normal
 *   maintenance   as struct maintenance_record
 *   parked        as struct parked_record, one row a UUID
 *   alarm_outbox  what this instance decided, each batch with its number, counting without a
 *                 gap: JSON of src/app/changes_json.h. Waits for the central store, when there
 *                 is one; the newest thousand stay for other instances
 *   followed      one row an instance: up to which number its changes are applied here, in the
 *                 transaction of the rows
 *   actions       operator actions of this instance that nobody has answered, as JSON
 *   handled       actions that were done by this instance as owner, or by others: n counts up
 *   heard         the newest thousand spans of time in which the broker was listened to
 *                 without a break; the end of that of now is behind
 *   meta          slices, indexed, pruned: how many slices there ever were, have their
 *                 slice_series, are dropped; digest: of the plant's files; journal_pruned: up
 *                 to here the journal's lines may be gone; writer: a UUID of this file, made
 *                 once; change_cursor: the last entry of the store's log applied here;
 *                 plant_version: the store's; seen_epoch, seen_term: the highest rank heard of;
 *                 outbox_sent: up to here the store has the alarm outbox
 *
 * An appended row so costs one insert and no index; latest and slice_series are brought up to
 * date a slice at a time, in memory's order and in one run of the disk, and history is dropped
 * a slice at a time: no step takes longer than some ten milliseconds.
 */
#ifndef STORAGE_SCHEMA_H
#define STORAGE_SCHEMA_H

#include <stddef.h>

#include <sqlite3.h>

#include "src/core/error.h"

#define SLICE_SHIFT 14
#define SLICE_ROWS  (INT64_C(1) << SLICE_SHIFT)

#define SCHEMA_APPLICATION 0x4c454954 /* "LEIT": the file is ours */

/* Up to this size the start waits for a check of the whole file. */
#define SCHEMA_SMALL_BYTES (8 << 20)

/* What stands in the file. */
enum schema_state {
    SCHEMA_EMPTY,   /* no table yet */
    SCHEMA_OLDER,   /* ours, to be migrated */
    SCHEMA_CURRENT, /* ours */
    SCHEMA_NEWER,   /* ours, of a later program */
    SCHEMA_FOREIGN, /* a database of somebody else */
    SCHEMA_DAMAGED, /* not readable as a database, or not what it says it is */
};

/* RC_IO: it could not be read for another reason than its content. */
MUST_USE enum rc schema_look(sqlite3 *db, enum schema_state *ret, struct err *err);

/* Bring an empty or older file to the present version. */
MUST_USE enum rc schema_migrate(sqlite3 *db, struct err *err);

/* The same with other steps: migrations[0] makes version 1. For tests. */
MUST_USE enum rc schema_apply(sqlite3 *db, const char *const *migrations, size_t n,
                              struct err *err);

#endif
