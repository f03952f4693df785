#include "CUSE.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/fuse.h>
#include <linux/i2c-dev.h>
#include <linux/i2c.h>
#include <stdio.h>
#include <string.h>
#include <sys/uio.h>
#include <unistd.h>

// The kernel's side is fs/fuse/cuse.c: a message for each system call on the device, read from and answered at /dev/cuse.

const int32_t CUSE_NOT_ACKNOWLEDGED = -EREMOTEIO, CUSE_TIMED_OUT = -ETIMEDOUT, CUSE_FAULT = -EIO;

enum { message_limit = 1 << 16, data_limit = 4096 };

typedef struct {
    struct fuse_in_header header;
    union {
        struct cuse_init_in init;
        struct {
            struct fuse_ioctl_in head;
            uint8_t data[data_limit];
        } ioctl;
        uint8_t room[message_limit];
    };
} message;

static int32_t answer(int32_t fd, uint64_t request, int32_t error, const void *body, size_t body_length,
                      const void *data, size_t data_length) {
    struct fuse_out_header header = {
        .len = (uint32_t)(sizeof header + body_length + data_length), .error = error, .unique = request};
    struct iovec parts[] = {{&header, sizeof header}, {(void *)body, body_length}, {(void *)data, data_length}};
    return writev(fd, parts, 3) < 0 ? -errno : 0;
}

static int32_t answer_ioctl(int32_t fd, uint64_t request, const void *data, size_t length) {
    struct fuse_ioctl_out out = {.result = 0};
    return answer(fd, request, 0, &out, sizeof out, data, length);
}

/// Asks the kernel to send the ioctl again with the memory that `areas` name: first those to read, then those to write.
static int32_t fetch(int32_t fd, uint64_t request, const struct fuse_ioctl_iovec *areas, uint32_t in, uint32_t out) {
    struct fuse_ioctl_out retry = {.flags = FUSE_IOCTL_RETRY, .in_iovs = in, .out_iovs = out};
    return answer(fd, request, 0, &retry, sizeof retry, areas, (in + out) * sizeof *areas);
}

static struct fuse_ioctl_iovec area(const void *base, size_t length) {
    return (struct fuse_ioctl_iovec){.base = (uintptr_t)base, .len = length};
}

static int32_t give_functions(int32_t fd, const message *m) {
    unsigned long functions = I2C_FUNC_I2C;
    struct fuse_ioctl_iovec result = area((void *)m->ioctl.head.arg, sizeof functions);
    if (m->ioctl.head.out_size < sizeof functions) return fetch(fd, m->header.unique, &result, 0, 1);
    return answer_ioctl(fd, m->header.unique, &functions, sizeof functions);
}

/// Whether `messages` are a write, a read, or both in this order to one address; then their lengths are in `transfer`.
static int is_transfer(const struct i2c_msg *messages, uint32_t count, cuse_transfer *transfer) {
    const struct i2c_msg *last = &messages[count - 1];
    if (count == 2 && (messages[0].flags & I2C_M_RD || !(last->flags & I2C_M_RD) || messages[0].addr != last->addr))
        return 0;
    transfer->address = (uint8_t)last->addr;
    transfer->write_length = messages[0].flags & I2C_M_RD ? 0 : messages[0].len;
    transfer->read_length = last->flags & I2C_M_RD ? last->len : 0;
    return transfer->write_length <= CUSE_TRANSFER_LIMIT && transfer->read_length <= CUSE_TRANSFER_LIMIT;
}

/// The argument of I2C_RDWR points to a list of messages, which point to their octets: three tries until all is here.
static int32_t take_transfer(int32_t fd, const message *m, cuse_transfer *transfer) {
    const uint64_t request = m->header.unique;
    const uint32_t received = m->ioctl.head.in_size;
    struct i2c_rdwr_ioctl_data list;
    struct i2c_msg messages[2];
    struct fuse_ioctl_iovec areas[4] = {area((void *)m->ioctl.head.arg, sizeof list)};
    if (received < sizeof list) return fetch(fd, request, areas, 1, 0);

    memcpy(&list, m->ioctl.data, sizeof list);
    if (list.nmsgs < 1 || list.nmsgs > 2) return answer(fd, request, -EOPNOTSUPP, NULL, 0, NULL, 0);
    const size_t size = list.nmsgs * sizeof *messages;
    areas[1] = area(list.msgs, size);
    if (received < sizeof list + size) return fetch(fd, request, areas, 2, 0);

    memcpy(messages, m->ioctl.data + sizeof list, size);
    if (!is_transfer(messages, list.nmsgs, transfer)) return answer(fd, request, -EOPNOTSUPP, NULL, 0, NULL, 0);
    const size_t octets = sizeof list + size;
    uint32_t in = 2, out = 0;
    if (transfer->write_length > 0) areas[in++] = area(messages[0].buf, transfer->write_length);
    if (transfer->read_length > 0) areas[in + out++] = area(messages[list.nmsgs - 1].buf, transfer->read_length);
    if (received < octets + transfer->write_length || m->ioctl.head.out_size < transfer->read_length)
        return fetch(fd, request, areas, in, out);

    transfer->request = request;
    memcpy(transfer->written, m->ioctl.data + octets, transfer->write_length);
    return 1;
}

static int32_t take_ioctl(int32_t fd, const message *m, cuse_transfer *transfer) {
    switch (m->ioctl.head.cmd) {
    case I2C_RDWR: return take_transfer(fd, m, transfer);
    case I2C_FUNCS: return give_functions(fd, m);
    case I2C_SLAVE:
    case I2C_TIMEOUT:
    case I2C_RETRIES: return answer_ioctl(fd, m->header.unique, NULL, 0);
    default: return answer(fd, m->header.unique, -ENOTTY, NULL, 0, NULL, 0);
    }
}

static int32_t receive(int32_t fd, message *m) {
    ssize_t length = read(fd, m, sizeof *m);
    if (length < 0) return -errno;
    return (size_t)length < sizeof m->header ? -EIO : 0;
}

int32_t cuse_open(const char *name) {
    static message m;
    char device[64];
    int fd = open("/dev/cuse", O_RDWR | O_CLOEXEC);
    if (fd < 0) return -errno;
    int32_t result = receive(fd, &m);
    if (result < 0) return result;
    struct cuse_init_out init = {
        .major = FUSE_KERNEL_VERSION,
        .minor = FUSE_KERNEL_MINOR_VERSION,
        .flags = CUSE_UNRESTRICTED_IOCTL,
        .max_read = data_limit,
        .max_write = data_limit,
    };
    int length = snprintf(device, sizeof device, "DEVNAME=%s", name) + 1;
    if (length > (int)sizeof device) return -ENAMETOOLONG;
    result = answer(fd, m.header.unique, 0, &init, sizeof init, device, (size_t)length);
    return result < 0 ? result : fd;
}

int32_t cuse_next(int32_t fd, cuse_transfer *transfer) {
    static message m;
    int32_t result = receive(fd, &m);
    if (result < 0) return result;
    switch (m.header.opcode) {
    case FUSE_OPEN: {
        struct fuse_open_out opened = {.open_flags = FOPEN_DIRECT_IO};
        return answer(fd, m.header.unique, 0, &opened, sizeof opened, NULL, 0);
    }
    case FUSE_RELEASE:
    case FUSE_FLUSH: return answer(fd, m.header.unique, 0, NULL, 0, NULL, 0);
    case FUSE_IOCTL: return take_ioctl(fd, &m, transfer);
    case FUSE_INTERRUPT: return 0;
    default: return answer(fd, m.header.unique, -ENOSYS, NULL, 0, NULL, 0);
    }
}

int32_t cuse_answer(int32_t fd, const cuse_transfer *transfer, int32_t failure, const uint8_t *read) {
    if (failure < 0) return answer(fd, transfer->request, failure, NULL, 0, NULL, 0);
    return answer_ioctl(fd, transfer->request, read, transfer->read_length);
}
