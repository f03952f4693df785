#ifndef TKO_SNAPSHOT_H
#define TKO_SNAPSHOT_H

#include <stdint.h>

/// A value that one thread changes and any number of others read, none waiting for a lock (a sequence lock).
typedef struct tko_snapshot tko_snapshot;

/// With a value of `size` octets, all zero; null without memory.
tko_snapshot *tko_snapshot_create(int32_t size);
void tko_snapshot_destroy(tko_snapshot *snapshot);

void tko_snapshot_write(tko_snapshot *snapshot, const void *value);
void tko_snapshot_read(tko_snapshot *snapshot, void *value);

#endif
