#include "CLinux/i2c.h"

#include <errno.h>
#include <fcntl.h>
#include <i2c/smbus.h>
#include <linux/i2c-dev.h>
#include <linux/i2c.h>
#include <sys/ioctl.h>
#include <unistd.h>

_Static_assert(I2C_FUNC_I2C == 0x00000001 && I2C_FUNC_SMBUS_READ_BYTE_DATA == 0x00080000
                   && I2C_FUNC_SMBUS_WRITE_BYTE_DATA == 0x00100000 && I2C_FUNC_SMBUS_WRITE_BYTE == 0x00040000
                   && I2C_FUNC_SMBUS_READ_I2C_BLOCK == 0x04000000 && I2C_FUNC_SMBUS_WRITE_I2C_BLOCK == 0x08000000,
               "the header's constants are the kernel's");

int32_t tko_i2c_open(const char *path) {
    int fd = open(path, O_RDWR | O_CLOEXEC);
    return fd < 0 ? -errno : fd;
}

int32_t tko_i2c_functions(int32_t fd, uint32_t *functions) {
    unsigned long bits = 0;
    if (ioctl(fd, I2C_FUNCS, &bits) < 0) return -errno;
    *functions = (uint32_t)bits;
    return 0;
}

int32_t tko_i2c_select(int32_t fd, uint8_t address) {
    return ioctl(fd, I2C_SLAVE, (unsigned long)address) < 0 ? -errno : 0;
}

int32_t tko_i2c_limits(int32_t fd, int32_t timeout, int32_t retries) {
    if (ioctl(fd, I2C_TIMEOUT, (unsigned long)timeout) < 0) return -errno;
    return ioctl(fd, I2C_RETRIES, (unsigned long)retries) < 0 ? -errno : 0;
}

int32_t tko_i2c_transfer(int32_t fd, uint8_t address, const uint8_t *written, uint16_t write_length, uint8_t *read,
                         uint16_t read_length) {
    struct i2c_msg messages[2];
    struct i2c_rdwr_ioctl_data transfer = {.msgs = messages, .nmsgs = 0};
    // The kernel reads a write message's buffer and never writes to it.
    if (write_length > 0) {
        messages[transfer.nmsgs++] =
            (struct i2c_msg){.addr = address, .flags = 0, .len = write_length, .buf = (uint8_t *)written};
    }
    if (read_length > 0) {
        messages[transfer.nmsgs++] =
            (struct i2c_msg){.addr = address, .flags = I2C_M_RD, .len = read_length, .buf = read};
    }
    if (transfer.nmsgs == 0) return -EINVAL;
    return ioctl(fd, I2C_RDWR, &transfer) < 0 ? -errno : 0;
}

int32_t tko_smbus_read_block(int32_t fd, uint8_t command, uint8_t *bytes, uint8_t length) {
    uint8_t block[I2C_SMBUS_BLOCK_MAX];
    if (length < 1 || length > sizeof block) return -EINVAL;
    int32_t count = i2c_smbus_read_i2c_block_data(fd, command, length, block);
    if (count < 0) return count;
    if (count > length) count = length;
    for (int32_t i = 0; i < count; i++) bytes[i] = block[i];
    return count;
}

int32_t tko_smbus_write_block(int32_t fd, uint8_t command, const uint8_t *bytes, uint8_t length) {
    return length > I2C_SMBUS_BLOCK_MAX ? -EINVAL : i2c_smbus_write_i2c_block_data(fd, command, length, bytes);
}

int32_t tko_smbus_read_byte_data(int32_t fd, uint8_t command) { return i2c_smbus_read_byte_data(fd, command); }

int32_t tko_smbus_write_byte_data(int32_t fd, uint8_t command, uint8_t value) {
    return i2c_smbus_write_byte_data(fd, command, value);
}

int32_t tko_smbus_write_byte(int32_t fd, uint8_t value) { return i2c_smbus_write_byte(fd, value); }

int32_t tko_i2c_is_present(const char *path) { return access(path, F_OK) == 0; }
