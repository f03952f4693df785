import Testing

@testable import NetworkAddress

@Suite struct `IP address text` {
    @Test(arguments: [
        ("0.0.0.0", "0.0.0.0"), ("255.255.255.255", "255.255.255.255"), ("::", "::"), ("::1", "::1"),
        ("2001:DB8:0:0:1:0:0:1", "2001:db8::1:0:0:1"), ("fe80::", "fe80::"), ("::ffff:10.1.2.3", "10.1.2.3"),
        ("2001:db8:0:1:1:1:1:1", "2001:db8:0:1:1:1:1:1"), ("1::8", "1::8"), ("64:ff9b::1.2.3.4", "64:ff9b::102:304"),
        ("0:0:1::", "0:0:1::"),
    ])
    func `is read and printed as RFC 5952 has it`(text: String, canonical: String) {
        #expect(IPAddress(text)?.description == canonical)
    }

    @Test(arguments: [
        "", ".", "1.2.3", "1.2.3.4.5", "256.1.1.1", "01.2.3.4", "1.2.3.+4", "1.2.3.4 ", ":", ":::", "1:2:3:4:5:6:7",
        "1:2:3:4:5:6:7:8:9", "1::2::3", "12345::", "g::", "::1%eth0", "1:2:3:4:5:6:7::8", "[::1]", "+1::",
    ])
    func `is refused when malformed`(text: String) {
        #expect(IPAddress(text) == nil)
    }
}

@Suite struct `IP networks` {
    @Test(arguments: [
        ("10.1.2.3", 8, "10.255.0.1", true), ("10.1.2.3", 8, "11.0.0.1", false), ("0.0.0.0", 0, "8.8.8.8", true),
        ("0.0.0.0", 0, "::1", false), ("::", 0, "1.2.3.4", false), ("fe80::", 10, "febf::1", true),
        ("fe80::", 10, "fec0::1", false), ("192.168.1.1", 32, "192.168.1.1", true),
    ])
    func `contain their own`(network: String, length: Int, candidate: String, expected: Bool) throws {
        let address = try #require(IPAddress(network))
        let candidate = try #require(IPAddress(candidate))
        let network = try #require(IPNetwork(address: address, prefixLength: length))
        #expect(network.contains(candidate) == expected)
        #expect(network.prefixLength == length)
    }

    @Test func `have no more bits than their family`() throws {
        #expect(IPNetwork(address: .loopbackV4, prefixLength: 33) == nil)
        #expect(IPNetwork(address: .loopbackV6, prefixLength: 129) == nil)
    }
}
