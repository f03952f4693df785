import CLinux
import NTPTime
import NetworkAddress

/// Datagrams received or to be sent together (recvmmsg(2), sendmmsg(2)), in memory that is used again and again.
///
/// Where those calls are missing or refused, recvmsg(2) and sendmsg(2) do the work. One thread at a time.
package final class DatagramBatch {
    private let storage: OpaquePointer
    /// How many datagrams there is room for.
    package let capacity: Int
    /// How many octets each may have.
    package let octets: Int
    /// Received, or waiting to be sent.
    package private(set) var count = 0

    /// - Throws: ENOMEM.
    package init(capacity: Int = 32, octets: Int = 2_048) throws(LinuxError) {
        guard let storage = tko_batch_create(Int32(clamping: capacity), Int32(clamping: octets)) else {
            throw LinuxError(code: TKO_ENOMEM, operation: "allocate a batch of \(capacity) datagrams")
        }
        self.storage = storage
        self.capacity = capacity
        self.octets = octets
    }

    deinit { tko_batch_destroy(storage) }

    private func datagram(_ index: Int) -> UnsafeMutablePointer<tko_datagram> {
        precondition((0..<count).contains(index))
        return tko_batch_datagram(storage, Int32(index))
    }
}

// MARK: - Receiving

extension DatagramBatch {
    /// Replaces the content by what has come in, without waiting; 0 when nothing has.
    ///
    /// - Throws: on a connected socket ECONNREFUSED and other ICMP errors, each once; the socket stays usable.
    @discardableResult
    package func receive(from socket: UDPSocket) throws(LinuxError) -> Int {
        count = 0
        let received = tko_batch_receive(storage, socket.fd)
        guard received != -TKO_EAGAIN else { return 0 }
        count = Int(try checked(received, "recvmmsg"))
        return count
    }

    package func source(_ index: Int) -> SocketAddress? {
        let datagram = datagram(index)
        return datagram.pointee.has_remote == 0 ? nil : SocketAddress(datagram.pointee.remote)
    }

    /// The local address that a reply has to leave from; its port is 0. nil on client sockets.
    package func localAddress(_ index: Int) -> SocketAddress? {
        let datagram = datagram(index)
        return datagram.pointee.has_local == 0 ? nil : SocketAddress(datagram.pointee.local)
    }

    /// The index of the interface that it came in on, 0 if unknown.
    package func interfaceIndex(_ index: Int) -> UInt32 { datagram(index).pointee.interface }

    /// When the kernel received it, on `CLOCK_REALTIME`; nil if it did not say.
    package func kernelStamp(_ index: Int) -> NTPDate? {
        let datagram = datagram(index)
        return datagram.pointee.has_stamp == 0 ? nil : NTPDate(datagram.pointee.stamp)
    }

    /// Whether it was longer than there was room for.
    package func isTruncated(_ index: Int) -> Bool { datagram(index).pointee.truncated != 0 }

    package func length(_ index: Int) -> Int { Int(datagram(index).pointee.length) }

    /// Calls `body` with the octets, which are good until the batch is used again.
    package func withBytes<Result, Failure: Error>(
        _ index: Int,
        _ body: (Span<UInt8>) throws(Failure) -> Result
    ) throws(Failure) -> Result {
        let datagram = datagram(index)
        let length = Swift.min(Int(datagram.pointee.length), octets)
        return try body(UnsafeBufferPointer(start: datagram.pointee.bytes, count: length).span)
    }

    package func bytes(_ index: Int) -> [UInt8] {
        withBytes(index) { span in
            var bytes: [UInt8] = []
            bytes.reserveCapacity(span.count)
            for position in span.indices { bytes.append(span[position]) }
            return bytes
        }
    }
}

// MARK: - Sending

/// What became of a batch.
package struct SendOutcome: Equatable, Sendable {
    package let sent: Int
    /// The last error of those that were not sent; EAGAIN when the send buffer was full.
    package let failure: LinuxError?
}

extension DatagramBatch {
    package func removeAll() { count = 0 }

    /// Adds a datagram; false when the batch is full or `bytes` too long.
    ///
    /// - Parameters:
    ///   - destination: nil on a connected socket.
    ///   - source: the local address to send from; nil leaves it to the routing table.
    @discardableResult
    package func append(
        _ bytes: Span<UInt8>,
        to destination: SocketAddress? = nil,
        from source: SocketAddress? = nil
    ) -> Bool {
        guard count < capacity, bytes.count <= octets else { return false }
        count += 1
        let datagram = datagram(count - 1)
        bytes.withUnsafeBufferPointer { tko_datagram_fill(datagram, $0.baseAddress, UInt32($0.count)) }
        datagram.pointee.has_remote = destination == nil ? 0 : 1
        datagram.pointee.has_local = source == nil ? 0 : 1
        datagram.pointee.wants_stamp = 0
        if let destination { datagram.pointee.remote = tko_address(destination) }
        if let source { datagram.pointee.local = tko_address(source) }
        return true
    }

    /// Sends all without waiting and empties the batch. What the kernel does not take is dropped, as the network would.
    @discardableResult
    package func send(on socket: UDPSocket) -> SendOutcome {
        var error: Int32 = 0
        let sent = tko_batch_send(storage, socket.fd, Int32(count), &error)
        count = 0
        return SendOutcome(
            sent: Int(sent),
            failure: error == 0 ? nil : LinuxError(code: error, operation: "sendmmsg")
        )
    }
}

// MARK: - Answering

extension DatagramBatch {
    /// Writes the answer over a received datagram, to go back where that came from, from the address that it came to.
    ///
    /// - Parameter isStamped: whether its departure is asked for, on a socket that does not ask for all.
    /// - Precondition: the datagram has a source, neither it nor a later one has an answer yet, and there is room.
    package func answer(_ index: Int, _ bytes: Span<UInt8>, isStamped: Bool = false) {
        precondition(bytes.count <= octets)
        let datagram = datagram(index)
        bytes.withUnsafeBufferPointer { tko_datagram_fill(datagram, $0.baseAddress, UInt32($0.count)) }
        datagram.pointee.wants_stamp = isStamped ? 1 : 0
        tko_batch_answer(storage, Int32(index))
    }

    /// Sends the answers without waiting; the received datagrams stay. What the kernel does not take is dropped.
    @discardableResult
    package func sendAnswers(on socket: UDPSocket) -> SendOutcome {
        var error: Int32 = 0
        let sent = tko_batch_send_answers(storage, socket.fd, &error)
        return SendOutcome(
            sent: Int(sent),
            failure: error == 0 ? nil : LinuxError(code: error, operation: "sendmmsg")
        )
    }
}

// MARK: - Transmit stamps

/// When a datagram left, and the datagram, by which it is known.
package struct TransmitStamp: Equatable, Sendable {
    /// On `CLOCK_REALTIME`.
    package let stamp: NTPDate
    /// The UDP payload, cut to what there is room for.
    package let payload: [UInt8]
}

extension DatagramBatch {
    /// Messages on the error queue that are passed over in one call.
    private static let attempts = 16

    /// Takes the next transmit stamp off `socket`'s error queue, by way of this batch; nil when there is none.
    ///
    /// To be called when poll(2) reports an error or priority data, before `receive`, which takes pending ICMP errors.
    package func receiveTransmitStamp(from socket: UDPSocket) throws(LinuxError) -> TransmitStamp? {
        for _ in 0..<Self.attempts {
            count = 0
            let received = tko_batch_receive_error(storage, socket.fd)
            guard received != -TKO_EAGAIN else { return nil }
            guard try checked(received, "recvmsg MSG_ERRQUEUE") == 1 else { continue }
            count = 1
            defer { count = 0 }
            guard let stamp = kernelStamp(0) else { continue }
            let packet = bytes(0)
            guard let payload = UDPPayload.range(in: packet) else { continue }
            return TransmitStamp(stamp: stamp, payload: Array(packet[payload]))
        }
        return nil
    }
}
