/// The lengths of the driver's transfers in bit times, from which measured durations are taken apart.
///
/// START, repeated START and STOP count as one bit each, every octet as nine with its acknowledge (DS3231 datasheet,
/// "I2C Serial Data Bus").
package enum TransferTiming {
    /// `readSeconds`: START, address, pointer, START, address, one octet, STOP.
    package static let readSeconds = 39.0
    /// `readSnapshot`: the same with 19 octets.
    package static let readSnapshot = 201.0
    /// `writeTime`: START, address, pointer, seven octets, STOP.
    package static let writeTime = 83.0
    /// From the START of `writeTime` to the middle of the seconds octet's acknowledge, which restarts the chip's
    /// countdown chain: START, address, pointer, eight bits of the seconds, half of the acknowledge.
    package static let secondsAcknowledged = 27.5
    /// From the START of a read to its second START, at which the chip latches the time.
    package static let readLatch = 19.5
}
