import NTPTime

/// The answer to a control message, cut into datagrams.
package struct ControlReply: Sendable {
    package var status: UInt16
    package var data: [UInt8]

    package init(status: UInt16, data: [UInt8] = []) {
        self.status = status
        self.data = data
    }

    /// The datagrams, each padded to a multiple of 4 octets.
    package func datagrams(answering request: ControlHeader, leap: LeapIndicator) -> [[UInt8]] {
        var header = request
        header.leap = leap
        header.isResponse = true
        header.status = status
        var datagrams: [[UInt8]] = []
        var offset = 0
        repeat {
            let fragment = data[offset...].prefix(ControlHeader.longestData)
            header.offset = UInt16(clamping: offset)
            header.count = UInt16(fragment.count)
            offset += fragment.count
            header.hasMore = offset < data.count
            datagrams.append(header.octets + fragment + ControlHeader.padding(after: fragment.count))
        } while header.hasMore
        return datagrams
    }

    package static func refusal(
        _ error: ControlError,
        answering request: ControlHeader,
        leap: LeapIndicator
    ) -> [[UInt8]] {
        var header = request
        header.leap = leap
        header.isResponse = true
        header.isError = true
        header.status = UInt16(error.rawValue) << 8
        header.count = 0
        return [header.octets]
    }
}

/// `name=value, name=value, ...` in lines of a terminal's width.
package struct ControlText: Sendable {
    package private(set) var octets: [UInt8] = []
    private var lineLength = 0

    private static let lineWidth = 72

    package init() {}

    package mutating func add(_ name: String, _ value: String) {
        let item = Array("\(name)=\(value)".utf8)
        if !octets.isEmpty {
            let breaks = lineLength + item.count + 2 >= Self.lineWidth
            octets += Array((breaks ? ",\r\n" : ", ").utf8)
            lineLength = breaks ? 0 : lineLength + 2
        }
        octets += item
        lineLength += item.count
    }

    /// The text with the end of its last line; nothing at all stays nothing.
    package var ended: [UInt8] { octets.isEmpty ? [] : octets + [0x0d, 0x0a] }
}
