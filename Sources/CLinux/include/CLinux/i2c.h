#ifndef TKO_I2C_H
#define TKO_I2C_H

#include <stdint.h>

// I2C_FUNCS bits.
static const uint32_t TKO_I2C_PLAIN = 0x00000001, TKO_I2C_READ_BYTE_DATA = 0x00080000,
                      TKO_I2C_WRITE_BYTE_DATA = 0x00100000, TKO_I2C_WRITE_BYTE = 0x00040000,
                      TKO_I2C_READ_BLOCK = 0x04000000, TKO_I2C_WRITE_BLOCK = 0x08000000;

/// Opens a character device like /dev/i2c-1, close-on-exec.
int32_t tko_i2c_open(const char *path);

/// Whether there is a file at `path`: 1 or 0.
int32_t tko_i2c_is_present(const char *path);

/// I2C_FUNCS.
int32_t tko_i2c_functions(int32_t fd, uint32_t *functions);

/// I2C_SLAVE: -EBUSY when a kernel driver owns the address.
int32_t tko_i2c_select(int32_t fd, uint8_t address);

/// I2C_TIMEOUT, in units of 10 ms, and I2C_RETRIES.
int32_t tko_i2c_limits(int32_t fd, int32_t timeout, int32_t retries);

/// One I2C_RDWR: a write message unless `write_length` is 0, then a read message unless `read_length` is 0.
int32_t tko_i2c_transfer(int32_t fd, uint8_t address, const uint8_t *written, uint16_t write_length, uint8_t *read,
                         uint16_t read_length);

// libi2c's functions, on the address selected.

/// Reads 1–32 octets: the number read.
int32_t tko_smbus_read_block(int32_t fd, uint8_t command, uint8_t *bytes, uint8_t length);
int32_t tko_smbus_write_block(int32_t fd, uint8_t command, const uint8_t *bytes, uint8_t length);
/// The octet, 0–255.
int32_t tko_smbus_read_byte_data(int32_t fd, uint8_t command);
int32_t tko_smbus_write_byte_data(int32_t fd, uint8_t command, uint8_t value);
int32_t tko_smbus_write_byte(int32_t fd, uint8_t value);

#endif
