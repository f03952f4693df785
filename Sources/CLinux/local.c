#include "CLinux/local.h"

#include <errno.h>
#include <stddef.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "address.h"

/// Returns the length, or a negative errno when `path` does not fit.
static int32_t write_path(struct sockaddr_un *address, const char *path) {
    size_t length = strlen(path);
    memset(address, 0, sizeof *address);
    address->sun_family = AF_UNIX;
    if (length == 0) return -ENOENT;
    if (length >= sizeof address->sun_path) return -ENAMETOOLONG;
    memcpy(address->sun_path, path, length);
    return (int32_t)(offsetof(struct sockaddr_un, sun_path) + length);
}

static int32_t open_socket(int type) {
    int fd = socket(AF_UNIX, type, 0);
    return fd < 0 ? -errno : tko_prepare_descriptor(fd);
}

static int is_abandoned_socket(const char *path) {
    struct stat status;
    if (lstat(path, &status) < 0 || !S_ISSOCK(status.st_mode)) return 0;
    int32_t fd = tko_local_connect(path);
    if (fd >= 0) close(fd);
    return fd == -ECONNREFUSED;
}

static int32_t bind_path(int32_t fd, const char *path, const struct sockaddr_un *address, socklen_t length) {
    if (bind(fd, (const struct sockaddr *)address, length) == 0) return 0;
    if (errno != EADDRINUSE || !is_abandoned_socket(path)) return -errno;
    if (unlink(path) < 0) return -errno;
    return bind(fd, (const struct sockaddr *)address, length) < 0 ? -errno : 0;
}

int32_t tko_local_listen(const char *path) {
    struct sockaddr_un address;
    int32_t length = write_path(&address, path);
    if (length < 0) return length;
    int32_t fd = open_socket(SOCK_STREAM);
    if (fd < 0) return fd;
    // Before bind(2), so that the file never has a wider mode; again after it, past the umask.
    fchmod(fd, 0660);
    int32_t failure = bind_path(fd, path, &address, (socklen_t)length);
    if (failure == 0 && (chmod(path, 0660) < 0 || listen(fd, 8) < 0)) {
        failure = -errno;
        unlink(path);
    }
    if (failure == 0) return fd;
    close(fd);
    return failure;
}

int32_t tko_local_accept(int32_t fd) {
    int connection;
    do {
        connection = accept(fd, NULL, NULL);
    } while (connection < 0 && (errno == EINTR || errno == ECONNABORTED));
    return connection < 0 ? -errno : tko_prepare_descriptor(connection);
}

int32_t tko_local_connect(const char *path) {
    struct sockaddr_un address;
    int32_t length = write_path(&address, path);
    if (length < 0) return length;
    int32_t fd = open_socket(SOCK_STREAM);
    if (fd < 0) return fd;
    if (connect(fd, (struct sockaddr *)&address, (socklen_t)length) == 0) return fd;
    int error = errno;
    close(fd);
    return -error;
}

int32_t tko_local_peer(int32_t fd, uint32_t *user, uint32_t *group) {
    struct ucred credentials;
    socklen_t length = sizeof credentials;
    if (getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &credentials, &length) < 0) return -errno;
    *user = credentials.uid;
    *group = credentials.gid;
    return 0;
}

int32_t tko_local_send(int32_t fd, const uint8_t *bytes, int32_t length) {
    ssize_t count;
    do {
        count = send(fd, bytes, (size_t)length, MSG_NOSIGNAL);
    } while (count < 0 && errno == EINTR);
    return count < 0 ? -errno : (int32_t)count;
}

int32_t tko_local_notify(const char *path, const uint8_t *bytes, int32_t length) {
    struct sockaddr_un address;
    int32_t address_length = write_path(&address, path);
    if (address_length < 0) return address_length;
    if (path[0] == '@') address.sun_path[0] = 0;
    int32_t fd = open_socket(SOCK_DGRAM);
    if (fd < 0) return fd;
    ssize_t sent =
        sendto(fd, bytes, (size_t)length, MSG_NOSIGNAL, (struct sockaddr *)&address, (socklen_t)address_length);
    int32_t failure = sent < 0 ? -errno : 0;
    close(fd);
    return failure;
}
