#ifndef TKO_STORAGE_H
#define TKO_STORAGE_H

#include <stdint.h>

/// Opens a file for reading, close-on-exec; a FIFO does not block.
int32_t tko_storage_open(const char *path);

/// Whether others than its owner and group may do anything with an open file.
int32_t tko_storage_is_public(int32_t fd);

/// Makes a new file of mode 0644 for writing, close-on-exec; never follows a link (O_EXCL, O_NOFOLLOW).
int32_t tko_storage_create(const char *path);

/// Opens a file for appending, close-on-exec; makes it with mode 0644 if it is missing.
int32_t tko_storage_append(const char *path);

/// fsync(2).
int32_t tko_storage_sync(int32_t fd);

/// fsync(2) of a folder, so that a rename in it lasts.
int32_t tko_storage_sync_folder(const char *path);

int32_t tko_storage_rename(const char *from, const char *to);
int32_t tko_storage_unlink(const char *path);

/// link(2): `to` becomes another name of `from`.
int32_t tko_storage_link(const char *from, const char *to);

/// How many names the regular file `path` has; 0 when there is nothing, -EEXIST when it is something else.
int32_t tko_storage_names(const char *path);

/// mkdir(2) with mode 0755; an existing folder is fine.
int32_t tko_storage_make_folder(const char *path);

/// Opens and locks (flock(2)) a pid file: its descriptor, or -EAGAIN when another process has it.
int32_t tko_storage_lock(const char *path);

/// Empties the file.
int32_t tko_storage_truncate(int32_t fd);

/// Whether `path` still names the file behind `fd`.
int32_t tko_storage_is_same(int32_t fd, const char *path);

#endif
