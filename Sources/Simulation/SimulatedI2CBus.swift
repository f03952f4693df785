import HAL
import NTPTime

/// A device on a `SimulatedI2CBus`. Every call says when it happens, never earlier than the call before.
package protocol I2CDevice: AnyObject {
    /// A START or repeated START, followed by this device's address.
    ///
    /// - Parameter moment: when the START condition came, before the address.
    /// - Returns: whether the device acknowledges its address.
    func start(reading: Bool, at moment: MonotonicTime) -> Bool
    /// An octet from the master, at the time of the acknowledge.
    ///
    /// - Returns: whether the device acknowledges it.
    func receive(_ octet: UInt8, at moment: MonotonicTime) -> Bool
    /// The octet that the device sends, of which the first bit is due at `moment`.
    func send(at moment: MonotonicTime) -> UInt8
    func stop(at moment: MonotonicTime)
}

/// An I2C bus in simulated time: every bit takes its time on the clock, every device sees every octet when it is due.
///
/// START, repeated START and STOP take one bit time each, octets nine with the acknowledge.
package final class SimulatedI2CBus: I2CBus {
    /// What state the wires and the controller are in.
    package enum Condition: Hashable, Sendable {
        case working
        /// Each transfer takes this long and then fails with `I2CError.timedOut`.
        case hung(NTPDuration)
        /// A device holds a line low: each transfer fails at once with `I2CError.busFault`.
        case heldLow
        /// No device acknowledges its address.
        case silent
    }

    private struct Fault {
        var transfer: Int64
        var octet: Int64
        var error: I2CError
    }

    private let clock: any MonotonicClock
    private var devices: [I2CAddress: any I2CDevice] = [:]
    private var faults: [Fault] = []

    /// Bits per second.
    package var bitRate: Double
    package var condition = Condition.working
    /// How many transfers have begun, failed ones included; the number of the next one.
    package private(set) var transfers: Int64 = 0

    /// How often one of the faults asked for came about.
    package private(set) var faultsMet = 0

    /// What the controller and its driver take before START and after STOP; drawn for each transfer.
    package var overhead: () -> (before: NTPDuration, after: NTPDuration) = { (.zero, .zero) }
    /// The devices' time at a time of the clock, for simulations in which the clock's oscillator is not perfect.
    package var deviceTime: (MonotonicTime) -> MonotonicTime = { $0 }

    package init(clock: any MonotonicClock, bitRate: Double = 100_000) {
        self.clock = clock
        self.bitRate = bitRate
    }

    package func attach(_ device: any I2CDevice, at address: I2CAddress) {
        devices[address] = device
    }

    /// Lets octet number `octet` of transfer number `transfer` fail with `error`, both counted from 0; the address is
    /// an octet, too, also the second one of a read. The device does not see the octet.
    package func fail(transfer: Int64, octet: Int64, with error: I2CError) {
        faults.append(Fault(transfer: transfer, octet: octet, error: error))
    }

    /// Lets no transfer fail any more of those that were to.
    package func forgetFaults() { faults.removeAll() }

    package func write(_ bytes: Span<UInt8>, to address: I2CAddress) throws(I2CError) {
        var transfer = try begin()
        defer { end(&transfer) }
        let device = try start(address, reading: false, &transfer)
        try send(bytes, to: device, &transfer)
    }

    package func read(
        into buffer: inout MutableSpan<UInt8>,
        after bytes: Span<UInt8>,
        from address: I2CAddress
    ) throws(I2CError) {
        var transfer = try begin()
        defer { end(&transfer) }
        let device = try start(address, reading: false, &transfer)
        try send(bytes, to: device, &transfer)
        _ = try start(address, reading: true, &transfer)
        for index in buffer.indices {
            let octet = device.send(at: moment(transfer, transfer.bits))
            transfer.bits += 9
            try check(&transfer)
            buffer[index] = octet
        }
    }
}

extension SimulatedI2CBus {
    /// One transfer under way.
    private struct Transfer {
        var number: Int64
        var began: MonotonicTime
        /// Bit times since `began`.
        var bits = 0.0
        var octets: Int64 = 0
        var device: (any I2CDevice)?
        var after: NTPDuration
    }

    private func begin() throws(I2CError) -> Transfer {
        let number = transfers
        transfers += 1
        switch condition {
        case .working, .silent:
            let overhead = overhead()
            return Transfer(number: number, began: clock.now + overhead.before, after: overhead.after)
        case .hung(let duration):
            clock.sleep(until: clock.now + duration)
            throw .timedOut
        case .heldLow:
            throw .busFault
        }
    }

    /// The devices' time, `bits` bit times after the transfer began.
    private func moment(_ transfer: Transfer, _ bits: Double) -> MonotonicTime {
        deviceTime(transfer.began + .seconds(bits / bitRate))
    }

    private func start(
        _ address: I2CAddress,
        reading: Bool,
        _ transfer: inout Transfer
    ) throws(I2CError) -> any I2CDevice {
        let started = moment(transfer, transfer.bits + 0.5)
        transfer.bits += 10
        try check(&transfer)
        guard condition != .silent, let device = devices[address], device.start(reading: reading, at: started) else {
            throw .notAcknowledged
        }
        transfer.device = device
        return device
    }

    private func send(
        _ bytes: Span<UInt8>,
        to device: any I2CDevice,
        _ transfer: inout Transfer
    ) throws(I2CError) {
        for index in bytes.indices {
            let acknowledge = moment(transfer, transfer.bits + 8.5)
            transfer.bits += 9
            try check(&transfer)
            guard device.receive(bytes[index], at: acknowledge) else { throw .notAcknowledged }
        }
    }

    /// Counts an octet and throws if a fault is due on it.
    private func check(_ transfer: inout Transfer) throws(I2CError) {
        let octet = transfer.octets
        transfer.octets += 1
        for fault in faults where fault.transfer == transfer.number && fault.octet == octet {
            faultsMet += 1
            throw fault.error
        }
    }

    private func end(_ transfer: inout Transfer) {
        transfer.device?.stop(at: moment(transfer, transfer.bits + 0.5))
        transfer.bits += 1
        clock.sleep(until: transfer.began + .seconds(transfer.bits / bitRate) + transfer.after)
    }
}
