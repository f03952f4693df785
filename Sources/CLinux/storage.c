#include "CLinux/storage.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

static int32_t result(int value) { return value < 0 ? -errno : value; }

int32_t tko_storage_open(const char *path) { return result(open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY)); }

int32_t tko_storage_is_public(int32_t fd) {
    struct stat status;
    if (fstat(fd, &status) < 0) return -errno;
    return (status.st_mode & S_IRWXO) != 0;
}

int32_t tko_storage_create(const char *path) {
    int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0644);
    if (fd < 0) return -errno;
    // Whatever the umask: others may read what is kept.
    if (fchmod(fd, 0644) == 0) return fd;
    int error = errno;
    close(fd);
    return -error;
}

int32_t tko_storage_append(const char *path) {
    return result(open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC | O_NOCTTY, 0644));
}

int32_t tko_storage_sync(int32_t fd) { return result(fsync(fd)); }

int32_t tko_storage_sync_folder(const char *path) {
    int fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fd < 0) return -errno;
    int32_t failure = result(fsync(fd));
    close(fd);
    // Some file systems have no such thing.
    return failure == -EINVAL ? 0 : failure;
}

int32_t tko_storage_rename(const char *from, const char *to) { return result(rename(from, to)); }
int32_t tko_storage_unlink(const char *path) { return result(unlink(path)); }
int32_t tko_storage_link(const char *from, const char *to) { return result(link(from, to)); }

int32_t tko_storage_names(const char *path) {
    struct stat status;
    if (lstat(path, &status) < 0) return errno == ENOENT ? 0 : -errno;
    return S_ISREG(status.st_mode) ? (int32_t)status.st_nlink : -EEXIST;
}

int32_t tko_storage_make_folder(const char *path) {
    if (mkdir(path, 0755) == 0) return 0;
    int error = errno;
    struct stat status;
    if (error == EEXIST && stat(path, &status) == 0 && S_ISDIR(status.st_mode)) return 0;
    return -error;
}

int32_t tko_storage_lock(const char *path) {
    int fd = open(path, O_RDWR | O_CREAT | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK | O_NOCTTY, 0644);
    if (fd < 0) return -errno;
    if (flock(fd, LOCK_EX | LOCK_NB) == 0) return fd;
    int error = errno;
    close(fd);
    return error == EWOULDBLOCK ? -EAGAIN : -error;
}

int32_t tko_storage_truncate(int32_t fd) { return result(ftruncate(fd, 0)); }

int32_t tko_storage_is_same(int32_t fd, const char *path) {
    struct stat opened, named;
    if (fstat(fd, &opened) < 0 || lstat(path, &named) < 0) return -errno;
    return opened.st_dev == named.st_dev && opened.st_ino == named.st_ino;
}
