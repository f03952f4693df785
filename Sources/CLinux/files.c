#include "CLinux/files.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

int32_t tko_open_for_reading(const char *path) {
    int descriptor = open(path, O_RDONLY | O_CLOEXEC);
    return descriptor < 0 ? -errno : descriptor;
}

int32_t tko_read(int32_t descriptor, uint8_t *buffer, uint32_t capacity) {
    ssize_t count;
    do {
        count = read(descriptor, buffer, capacity > INT32_MAX ? INT32_MAX : capacity);
    } while (count < 0 && errno == EINTR);
    return count < 0 ? -errno : (int32_t)count;
}

int32_t tko_write_all(int32_t descriptor, const uint8_t *bytes, uint32_t count) {
    while (count > 0) {
        ssize_t written = write(descriptor, bytes, count);
        if (written < 0 && errno == EINTR)
            continue;
        if (written < 0)
            return -errno;
        bytes += written;
        count -= (uint32_t)written;
    }
    return 0;
}

void tko_close(int32_t descriptor) { close(descriptor); }

int32_t tko_error_no_such_file(void) { return ENOENT; }

const char *tko_error_text(int32_t code) {
    const char *text = strerrordesc_np(code);
    return text ? text : "unknown error";
}
