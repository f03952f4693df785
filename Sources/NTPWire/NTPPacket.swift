import NTPTime

/// The 48-octet packet header of NTP versions 1 to 4 (RFC 5905 section 7.3).
package struct NTPPacket: Equatable, Sendable {
    package var leap: LeapIndicator
    /// 0–7 on the wire.
    package var version: UInt8
    package var mode: NTPMode
    /// 0 is a kiss-o'-death or unspecified, 1–15 valid, 16 unsynchronised.
    package var stratum: UInt8
    package var poll: PollExponent
    /// log2 of the clock's precision in seconds.
    package var precision: Int8
    package var rootDelay: NTPShort
    package var rootDispersion: NTPShort
    package var referenceID: ReferenceID
    package var referenceTimestamp: NTPTimestamp
    package var originTimestamp: NTPTimestamp
    package var receiveTimestamp: NTPTimestamp
    package var transmitTimestamp: NTPTimestamp

    package static let length = 48
    package typealias Octets = InlineArray<48, UInt8>

    package init(
        leap: LeapIndicator = .none,
        version: UInt8 = 4,
        mode: NTPMode,
        stratum: UInt8 = 0,
        poll: PollExponent = PollExponent(0),
        precision: Int8 = 0,
        rootDelay: NTPShort = NTPShort(bits: 0),
        rootDispersion: NTPShort = NTPShort(bits: 0),
        referenceID: ReferenceID = ReferenceID(bits: 0),
        referenceTimestamp: NTPTimestamp = .zero,
        originTimestamp: NTPTimestamp = .zero,
        receiveTimestamp: NTPTimestamp = .zero,
        transmitTimestamp: NTPTimestamp = .zero
    ) {
        self.leap = leap
        self.version = version
        self.mode = mode
        self.stratum = stratum
        self.poll = poll
        self.precision = precision
        self.rootDelay = rootDelay
        self.rootDispersion = rootDispersion
        self.referenceID = referenceID
        self.referenceTimestamp = referenceTimestamp
        self.originTimestamp = originTimestamp
        self.receiveTimestamp = receiveTimestamp
        self.transmitTimestamp = transmitTimestamp
    }
}

extension NTPPacket {
    /// Reads the header at the start of a datagram; whatever follows it is not looked at.
    ///
    /// - Throws: `NTPPacketError.truncated` below 48 octets, the only way in which a header can be malformed.
    @_optimize(speed)
    package init(_ datagram: Span<UInt8>) throws(NTPPacketError) {
        guard datagram.count >= Self.length else { throw .truncated(length: datagram.count) }
        // Two and three bits have no other values than those of the enumerations.
        leap = LeapIndicator(rawValue: datagram[0] >> 6) ?? .unsynchronised
        version = datagram[0] >> 3 & 7
        mode = NTPMode(rawValue: datagram[0] & 7) ?? .reserved
        stratum = datagram[1]
        poll = PollExponent(Int8(bitPattern: datagram[2]))
        precision = Int8(bitPattern: datagram[3])
        rootDelay = NTPShort(bits: UInt32(bigEndian: datagram, at: 4))
        rootDispersion = NTPShort(bits: UInt32(bigEndian: datagram, at: 8))
        referenceID = ReferenceID(bits: UInt32(bigEndian: datagram, at: 12))
        referenceTimestamp = NTPTimestamp(bits: UInt64(bigEndian: datagram, at: 16))
        originTimestamp = NTPTimestamp(bits: UInt64(bigEndian: datagram, at: 24))
        receiveTimestamp = NTPTimestamp(bits: UInt64(bigEndian: datagram, at: 32))
        transmitTimestamp = NTPTimestamp(bits: UInt64(bigEndian: datagram, at: 40))
    }

    package var octets: Octets { unsafeBitCast(words, to: Octets.self) }

    /// In the order of the network.
    @_optimize(speed)
    var words: InlineArray<6, UInt64> {
        let first =
            UInt32(leap.rawValue << 6 | (version & 7) << 3 | mode.rawValue) << 24 | UInt32(stratum) << 16
            | UInt32(UInt8(bitPattern: poll.log2Seconds)) << 8 | UInt32(UInt8(bitPattern: precision))
        return [
            (UInt64(first) << 32 | UInt64(rootDelay.bits)).bigEndian,
            (UInt64(rootDispersion.bits) << 32 | UInt64(referenceID.bits)).bigEndian,
            referenceTimestamp.bits.bigEndian,
            originTimestamp.bits.bigEndian,
            receiveTimestamp.bits.bigEndian,
            transmitTimestamp.bits.bigEndian,
        ]
    }
}

package enum NTPPacketError: Error, Hashable, Sendable {
    /// A header has 48 octets.
    case truncated(length: Int)
    /// What follows it is neither extension fields nor a message authentication code.
    case malformedTrailer
}

extension FixedWidthInteger where Self: BitwiseCopyable {
    /// - Precondition: they are there.
    init(bigEndian octets: Span<UInt8>, at offset: Int) {
        self = octets.bytes.unsafeLoadUnaligned(fromByteOffset: offset, as: Self.self).bigEndian
    }
}
