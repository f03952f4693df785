import ClockDiscipline
import Linux
import NTPEngine
import NTPTime
import NTPWire
import NetworkAddress

/// What is told of the time: set by the engine's thread, read by all who answer.
struct ServingState: BitwiseCopyable, Sendable {
    var served: ServedTime
    var clock: ClockSnapshot
}

/// Answers what comes in on some sockets, a batch at a time; each thread that answers has one of its own.
struct TimeServer {
    var responder: Responder
    private let batch: DatagramBatch
    private let stamps = KernelStamps(clocks: SystemTimex())
    private let oscillator = OscillatorClock()
    private var pace = SendingPace()

    init(_ responder: Responder) throws(LinuxError) {
        self.responder = responder
        batch = try DatagramBatch(octets: Self.longestDatagram)
    }

    /// Changes the rules by which it answers.
    mutating func update(_ change: (inout Responder) -> Void) { change(&responder) }

    /// As long as an Ethernet frame carries; a request that is longer gets no answer.
    private static let longestDatagram = 1_472

    /// Answers all that has come in, but no more than a few batches, so that a flood does not keep the rest waiting.
    ///
    /// - Parameter query: takes each control message, which others answer.
    mutating func serve(
        _ socket: UDPSocket,
        after events: PollEvents,
        by state: ServingState,
        query: (_ octets: [UInt8], SocketAddress, _ local: SocketAddress?) -> Void
    ) throws(LinuxError) {
        if !events.isDisjoint(with: [.error, .priority]) { try takeDepartures(from: socket, by: state) }
        for _ in 0..<8 {
            let count = try batch.receive(from: socket)
            if count > 0 { try answerBatch(on: socket, by: state, query) }
            // Where several came, more have often come by now; looking for them is cheaper than waiting for the socket to
            // be ready. One comes alone.
            guard count > 1 else { return }
        }
    }

    /// The clock is read once; from then on the transmit timestamps are foretold.
    @_optimize(speed)
    private mutating func answerBatch(
        on socket: UDPSocket,
        by state: ServingState,
        _ query: ([UInt8], SocketAddress, SocketAddress?) -> Void
    ) throws(LinuxError) {
        let stamps = self.stamps.conversion(steppedUntil: state.clock.steppedUntil)
        let now = state.clock.reading(at: stamps.reading)
        let told = state.served.told(at: now)
        var departing = now.date
        var reply = NTPDatagram()
        var answers = 0
        var tracked: [NTPTimestamp] = []
        for index in 0..<batch.count {
            guard let client = batch.source(index), !batch.isTruncated(index) else { continue }
            guard !batch.withBytes(index, ControlQuery.isControlMessage) else {
                query(batch.bytes(index), client, batch.localAddress(index))
                continue
            }
            let age = batch.kernelStamp(index).flatMap(stamps.monotonic(of:)).map { now.monotonic - $0 } ?? .zero
            let received = now.date - age
            let isAnswered = batch.withBytes(index) { request in
                responder.reply(
                    to: request,
                    from: client,
                    received: received,
                    departing: departing,
                    telling: told,
                    into: &reply
                )
            }
            guard isAnswered else { continue }
            departing += pace.perAnswer
            batch.answer(index, reply.span, isStamped: reply.isTracked)
            if reply.isTracked { tracked.append(received.timestamp) }
            answers += 1
        }
        batch.sendAnswers(on: socket)
        let elapsed = oscillator.now - now.monotonic
        pace.sent(answers, in: elapsed)
        guard !tracked.isEmpty else { return }
        // Clients of interleaved mode will ask when these left; the kernel may know better.
        for timestamp in tracked { responder.replyLeft(at: now.date + elapsed, receiveTimestamp: timestamp) }
        try takeDepartures(from: socket, by: state)
    }

    /// What the kernel says of the departures of tracked replies.
    private mutating func takeDepartures(from socket: UDPSocket, by state: ServingState) throws(LinuxError) {
        let stamps = self.stamps.conversion(steppedUntil: state.clock.steppedUntil)
        let now = state.clock.reading(at: stamps.reading)
        try batch.takeDepartures(from: socket, stamps.monotonic(of:)) { reply, moment in
            responder.replyLeft(at: now.date - (now.monotonic - moment), receiveTimestamp: reply.receiveTimestamp)
        }
    }
}

extension DatagramBatch {
    /// Takes the kernel's word on when packets left a socket, by way of this batch.
    ///
    /// - Parameter convert: a stamp to the oscillator's scale.
    func takeDepartures(
        from socket: UDPSocket,
        _ convert: (NTPDate) -> MonotonicTime?,
        _ note: (NTPPacket, MonotonicTime) -> Void
    ) throws(LinuxError) {
        while let departure = try receiveTransmitStamp(from: socket) {
            guard let moment = convert(departure.stamp), let packet = try? NTPPacket(departure.payload.span) else {
                continue
            }
            note(packet, moment)
        }
    }
}

/// How much later the answers of a batch leave than its clock reading: one after the other, each taking its share of the
/// time that a batch takes.
///
/// The quickest of the latest batches counts, so that no answer leaves before its transmit timestamp.
private struct SendingPace {
    /// Zero until it is known.
    private(set) var perAnswer = NTPDuration.zero

    /// In smaller batches it is not the answers that take the time.
    private static let enough = 8

    mutating func sent(_ count: Int, in elapsed: NTPDuration) {
        guard count >= Self.enough else { return }
        let measured = elapsed / Int64(count)
        perAnswer = perAnswer == .zero ? measured : min(measured, perAnswer + perAnswer / 16)
    }
}
