#ifndef TKO_ADDRESS_H
#define TKO_ADDRESS_H

#include <sys/socket.h>

#include "CLinux/socket.h"

/// Whether `address` is an IPv4 one.
int tko_address_is_v4(const tko_address *address);

/// Returns the length of what was written to `storage`.
socklen_t tko_address_write(const tko_address *address, struct sockaddr_storage *storage);

/// Returns 0 for families other than IPv4 and IPv6.
int tko_address_read(tko_address *address, const struct sockaddr *storage);

void tko_address_set_v4(tko_address *address, const void *octets);
void tko_address_set_v6(tko_address *address, const void *octets);
void tko_address_octets(const tko_address *address, uint8_t octets[16]);

/// Makes `fd` close-on-exec and non-blocking with fcntl(2), since flags at socket(2) fail under simulators; closes it
/// on failure.
int32_t tko_prepare_descriptor(int32_t fd);

#endif
