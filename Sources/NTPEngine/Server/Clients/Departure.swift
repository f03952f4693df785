import NTPTime
import NTPWire

/// When a reply left, which is told in the next one if the client asks for it: interleaved mode (RFC 9769 section 2).
///
/// A reply cannot say itself when it leaves, only when it was made; the kernel tells afterwards.
struct Departure: Equatable, Sendable {
    var timestamp: NTPTimestamp
    /// What the reply said of the error of its time.
    let rootDistance: NTPShort

    static let unknown = Departure(timestamp: .zero, rootDistance: NTPShort(bits: 0))

    private init(timestamp: NTPTimestamp, rootDistance: NTPShort) {
        self.timestamp = timestamp
        self.rootDistance = rootDistance
    }

    init(at date: NTPDate, rootDistance: NTPDuration) {
        self.init(timestamp: date.timestamp, rootDistance: NTPShort(roundingUp: rootDistance))
    }
}

extension NTPPacket {
    /// Whether a request can be one of interleaved mode: it names a reply by its receive timestamp, and its own two
    /// timestamps differ, so that the answer's origin shows the client which mode it is in.
    var mayBeInterleaved: Bool {
        version == 4 && mode == .client && !originTimestamp.isZero && receiveTimestamp != transmitTimestamp
    }

    /// Makes a basic reply an interleaved one. The bound is no smaller than was said of the time that it now carries.
    mutating func interleave(_ earlier: Departure, answering request: NTPPacket) {
        originTimestamp = request.receiveTimestamp
        transmitTimestamp = earlier.timestamp
        let dispersion = earlier.rootDistance.duration - rootDelay.duration / 2
        if dispersion > rootDispersion.duration { rootDispersion = NTPShort(roundingUp: dispersion) }
    }
}
