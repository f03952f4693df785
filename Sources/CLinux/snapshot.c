#include "CLinux/snapshot.h"

#include <sched.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

struct tko_snapshot {
    /// Odd while the value is being written.
    atomic_uint sequence;
    size_t size;
    /// Atomic, since a reader may meet the writer; it then reads again.
    atomic_uintptr_t words[];
};

enum { word_size = sizeof(uintptr_t) };

tko_snapshot *tko_snapshot_create(int32_t size) {
    size_t words = ((size_t)size + word_size - 1) / word_size;
    tko_snapshot *snapshot = calloc(1, sizeof *snapshot + words * sizeof snapshot->words[0]);
    if (snapshot) snapshot->size = (size_t)size;
    return snapshot;
}

void tko_snapshot_destroy(tko_snapshot *snapshot) { free(snapshot); }

static size_t octets_of_word(const tko_snapshot *snapshot, size_t offset) {
    size_t rest = snapshot->size - offset;
    return rest < word_size ? rest : word_size;
}

void tko_snapshot_write(tko_snapshot *snapshot, const void *value) {
    unsigned sequence = atomic_load_explicit(&snapshot->sequence, memory_order_relaxed);
    atomic_store_explicit(&snapshot->sequence, sequence + 1, memory_order_relaxed);
    atomic_thread_fence(memory_order_release);
    for (size_t offset = 0; offset < snapshot->size; offset += word_size) {
        uintptr_t word = 0;
        memcpy(&word, (const char *)value + offset, octets_of_word(snapshot, offset));
        atomic_store_explicit(&snapshot->words[offset / word_size], word, memory_order_relaxed);
    }
    atomic_store_explicit(&snapshot->sequence, sequence + 2, memory_order_release);
}

/// The sequence's number while nobody writes.
static unsigned settled(tko_snapshot *snapshot) {
    for (;;) {
        unsigned sequence = atomic_load_explicit(&snapshot->sequence, memory_order_acquire);
        if (sequence % 2 == 0) return sequence;
        sched_yield();
    }
}

void tko_snapshot_read(tko_snapshot *snapshot, void *value) {
    unsigned sequence;
    do {
        sequence = settled(snapshot);
        for (size_t offset = 0; offset < snapshot->size; offset += word_size) {
            uintptr_t word = atomic_load_explicit(&snapshot->words[offset / word_size], memory_order_relaxed);
            memcpy((char *)value + offset, &word, octets_of_word(snapshot, offset));
        }
        atomic_thread_fence(memory_order_acquire);
    } while (atomic_load_explicit(&snapshot->sequence, memory_order_relaxed) != sequence);
}
