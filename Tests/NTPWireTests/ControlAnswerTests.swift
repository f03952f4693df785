import NTPTime
import NTPWire
import Support
import Testing

/// A fragment of an answer to message 7 of operation 2 about association 5.
private func fragment(
    _ offset: UInt16,
    _ text: String,
    more: Bool = false,
    sequence: UInt8 = 7,
    operation: UInt8 = 2,
    association: UInt8 = 5,
    first: UInt8 = 0x16,
    count: UInt8? = nil
) -> [UInt8] {
    let data = Array(text.utf8)
    let flags: UInt8 = more ? 0xa0 : 0x80
    var octets: [UInt8] = [first, flags | operation, 0, sequence, 0x96, 0x14, 0, association]
    octets += [UInt8(offset >> 8), UInt8(offset & 255), 0, count ?? UInt8(data.count)]
    return octets + data
}

@Suite struct `An answer to a control message` {
    /// Takes fragments; the text of the answer when the last of them makes it whole.
    private func text(_ fragments: [[UInt8]]) throws -> String? {
        let query = try #require(ControlQuery(.readVariables, association: 5, sequence: 7, text: ""))
        var answer = ControlAnswer(to: query.header)
        var text: String?
        for fragment in fragments {
            guard case .whole(let reply) = answer.take(fragment.span) else { continue }
            #expect(text == nil && reply.status == 0x9614)
            text = String(decoding: reply.data, as: UTF8.self)
        }
        return text
    }

    private static let answers: [[[UInt8]]] = [
        [fragment(0, "abcd")],
        [fragment(0, "ab", more: true), fragment(2, "cd")],
        [fragment(2, "cd"), fragment(0, "ab", more: true)],
        [fragment(1, "bc", more: true), fragment(3, "d"), fragment(0, "a", more: true)],
        // What ends at a full datagram may have an empty one after it.
        [fragment(0, "abcd", more: true), fragment(4, "")],
        // Again, overlapping, behind the end, a second end, and an empty one that is not the last.
        [fragment(0, "ab", more: true), fragment(0, "xx", more: true), fragment(2, "cd")],
        [fragment(0, "ab", more: true), fragment(1, "xxx"), fragment(2, "cd")],
        [fragment(2, "cd"), fragment(4, "xx", more: true), fragment(0, "ab", more: true)],
        [fragment(2, "cd"), fragment(2, "xx"), fragment(0, "ab", more: true)],
        [fragment(2, "", more: true), fragment(2, "cd"), fragment(0, "ab", more: true)],
        // Not the last, and yet it comes before others.
        [fragment(2, "cd", more: true), fragment(0, "xx"), fragment(0, "ab", more: true), fragment(4, "")],
        // Of something else.
        [fragment(0, "ab", more: true), fragment(2, "xx", sequence: 6), fragment(2, "cd")],
        [fragment(0, "ab", more: true), fragment(2, "xx", operation: 1), fragment(2, "cd")],
        [fragment(0, "ab", more: true), fragment(2, "xx", association: 4), fragment(2, "cd")],
        [fragment(0, "ab", more: true), fragment(2, "xx", first: 0x14), fragment(2, "cd")],
        [fragment(0, "ab", more: true), fragment(2, "xx", first: 0x3e), fragment(2, "cd")],
        [fragment(0, "ab", more: true), fragment(2, "x", count: 2), fragment(2, "cd")],
        [[], [0x16], fragment(0, "abcd")],
    ]

    @Test(arguments: answers)
    func `is what its fragments add up to`(fragments: [[UInt8]]) throws {
        #expect(try text(fragments) == "abcd")
    }

    @Test(arguments: [
        [fragment(0, "ab", more: true)],
        [fragment(2, "cd")],
        [fragment(0, "a", more: true), fragment(2, "cd")],
    ])
    func `is not whole while something is missing`(fragments: [[UInt8]]) throws {
        #expect(try text(fragments) == nil)
    }

    @Test func `may have nothing in it`() throws { #expect(try text([fragment(0, "")]) == "") }

    @Test func `does not end behind the longest offset`() throws {
        #expect(try text([fragment(0xffff, "ab")]) == nil)
    }

    @Test(arguments: [
        (UInt8(5), ControlError.unknownVariable), (4, .badAssociation), (0, .unspecified), (99, .unspecified),
    ])
    func `may be a refusal`(code: UInt8, error: ControlError) throws {
        let query = try #require(ControlQuery(.readVariables, association: 5, sequence: 7, text: "nonsense"))
        var answer = ControlAnswer(to: query.header)
        var refusal = fragment(0, "")
        refusal[1] |= 0x40
        refusal[4] = code
        guard case .refused(error) = answer.take(refusal.span) else {
            Issue.record("not \(error)")
            return
        }
    }

    @Test func `takes anything`() throws {
        var bits = SplitMix(state: 1)
        let query = try #require(ControlQuery(.readVariables, association: 5, sequence: 7, text: ""))
        for _ in 0..<2_000 {
            var answer = ControlAnswer(to: query.header)
            for _ in 0..<8 {
                var datagram = fragment(
                    UInt16.random(in: 0..<8, using: &bits),
                    String(repeating: "a", count: Int.random(in: 0..<8, using: &bits)),
                    more: Bool.random(using: &bits)
                )
                datagram[Int.random(in: 0..<datagram.count, using: &bits)] = UInt8.random(in: 0...255, using: &bits)
                if case .whole(let reply) = answer.take(datagram.span) { #expect(reply.data.count <= 64) }
            }
        }
    }
}

@Suite struct `A control message` {
    @Test func `is written as ntpq writes it`() throws {
        let query = try #require(
            ControlQuery(.readVariables, association: 0x1234, sequence: 0x0506, text: "leap,refid")
        )
        #expect(query.octets == [0x16, 2, 5, 6, 0, 0, 0x12, 0x34, 0, 0, 0, 10] + Array("leap,refid".utf8) + [0, 0])
        let read = try #require(try ControlQuery(query.octets.span))
        #expect(read.items.map { $0.name } == ["leap", "refid"])
    }

    @Test(arguments: ["å", String(repeating: "a", count: 469)])
    func `has room for some ASCII only`(text: String) {
        #expect(ControlQuery(.readVariables, association: 0, sequence: 1, text: text) == nil)
    }
}

@Suite struct `The variables of an answer` {
    @Test func `are names with values as they were sent`() {
        let text =
            "version=\"ntpd 4.2.8p15@1.3728-o, x\", leap=0,\r\n refid=LOCL,peer, =5,filtdelay= 0.00 1.00\u{1b}[1m\r\n"
        let variables = ControlVariables(Array(text.utf8))
        let expected = [
            ("version", "\"ntpd 4.2.8p15@1.3728-o, x\""), ("leap", "0"), ("refid", "LOCL"), ("peer", ""),
            // No escape sequence for the terminal.
            ("filtdelay", "0.00 1.00[1m"),
        ]
        #expect(variables.items.map { $0.name } == expected.map { $0.0 })
        #expect(variables.items.map { $0.value } == expected.map { $0.1 })
        #expect(variables["version"] == "ntpd 4.2.8p15@1.3728-o, x" && variables["nonsense"] == nil)
    }

    @Test(arguments: ["", ",", "\"", "=", "\u{0}\u{ff}"]) func `may be none`(text: String) {
        #expect(ControlVariables(Array(text.utf8)).items.allSatisfy { $0.name == "\"" })
    }
}
