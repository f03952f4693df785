import NTPTime
import NetworkAddress
import Support
import Testing

@testable import NTPEngine

@Suite struct `Servers of one address` {
    @Test(arguments: [([123, 1_123], 2), ([123, 123], 1), ([123, 1_123, 123, 2_123], 3)] as [([UInt16], Int)])
    func `are asked once at each port`(ports: [UInt16], associations: Int) {
        let now = ClockReading(monotonic: .zero, date: NTPDate(unixSeconds: 1_800_000_000))
        var engine = Engine(
            configuration: EngineConfiguration(
                sources: ports.map { SourceConfiguration(host: "ntp.example", port: $0) },
                rtc: nil
            ),
            frequency: nil,
            savedRTC: nil,
            random: Bits(seed: 1),
            at: now
        )
        let address = ResolvedAddress(address: IPAddress(v4: 0xc000_0201), referenceID: 1)
        for source in ports.indices { engine.resolved(source, to: [address], at: now) }
        #expect(engine.associations.count == associations)
        #expect(Set(engine.associations.map { $0.address.port }) == Set(ports))
    }
}
