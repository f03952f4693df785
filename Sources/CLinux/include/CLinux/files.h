#ifndef CLINUX_FILES_H
#define CLINUX_FILES_H

#include <stdint.h>

/// open(2) for reading. Returns the descriptor, or the negative errno.
int32_t tko_open_for_reading(const char *path);

/// read(2), again when interrupted. Returns how many octets were read, 0 at the end, or the negative errno.
int32_t tko_read(int32_t descriptor, uint8_t *buffer, uint32_t capacity);

/// write(2) until everything is written. Returns 0 or the negative errno.
int32_t tko_write_all(int32_t descriptor, const uint8_t *bytes, uint32_t count);

/// close(2).
void tko_close(int32_t descriptor);

/// ENOENT.
int32_t tko_error_no_such_file(void);

/// What strerrordesc_np(3) says of an errno; never NULL.
const char *tko_error_text(int32_t code);

#endif
