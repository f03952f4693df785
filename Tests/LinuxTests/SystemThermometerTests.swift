import Foundation
import Testing

@testable import Linux

@Suite struct `The processor's thermometer` {
    let folder: TemporaryFolder
    init() throws { folder = try TemporaryFolder() }

    /// - Parameter zones: type and content of `temp`, from zone 0 on; nil where there is no such number.
    private func make(_ zones: [(type: String, temp: String?)?]) throws {
        for (number, zone) in zones.enumerated() {
            guard let zone else { continue }
            let path = folder.file("thermal_zone\(number)")
            try FileStore.makeFolder(path)
            try Data("\(zone.type)\n".utf8).write(to: URL(filePath: path + "/type"))
            if let temp = zone.temp { try Data(temp.utf8).write(to: URL(filePath: path + "/temp")) }
        }
    }

    @Test(arguments: ["cpu-thermal", "cpu_thermal", "soc_thermal", "soc-thermal", "bcm2835_thermal", "x86_pkg_temp"])
    func `is the zone that its type says`(type: String) throws {
        try make([("acpitz", "27800\n"), nil, ("iwlwifi_1", "40000\n"), (type, "48312\n"), ("cpu-other", "1000\n")])
        let found = try #require(SystemThermometer.ofProcessor(in: folder.path))
        #expect(found.path == folder.file("thermal_zone3/temp"))
        #expect(try found.read() == 48.312)
    }

    @Test func `is the first zone if no type says so`() throws {
        try make([nil, ("acpitz", "27800\n"), ("pch", "50000\n")])
        #expect(SystemThermometer.ofProcessor(in: folder.path)?.path == folder.file("thermal_zone1/temp"))
    }

    @Test func `is none without a zone, and none that cannot be read`() throws {
        #expect(SystemThermometer.ofProcessor(in: folder.path) == nil)
        #expect(SystemThermometer.ofProcessor(in: folder.file("missing")) == nil)
        try make([("cpu-thermal", nil)])
        #expect(SystemThermometer.ofProcessor(in: folder.path) == nil)
        try Data("-274000\n".utf8).write(to: URL(filePath: folder.file("thermal_zone0/temp")))
        #expect(SystemThermometer.ofProcessor(in: folder.path) == nil)
    }

    @Test(arguments: [("48312\n", 48.312), ("-12500\n", -12.5), ("0", 0), ("200000\n\n", 200)])
    func `is read in thousandths of a degree`(content: String, celsius: Double) throws {
        let path = folder.file("temp")
        try Data(content.utf8).write(to: URL(filePath: path))
        #expect(try SystemThermometer(path: path).read() == celsius)
    }

    @Test(arguments: ["", "\n", "warm\n", "200001\n", "-60001\n", "nan\n", "0x30\n"])
    func `shows no temperature that no processor has`(content: String) throws {
        let path = folder.file("temp")
        try Data(content.utf8).write(to: URL(filePath: path))
        #expect(throws: ThermometerError.implausible(path: path)) { try SystemThermometer(path: path).read() }
    }

    @Test func `says why it cannot be read`() throws {
        let path = folder.file("temp")
        let missing = #expect(throws: ThermometerError.self) { try SystemThermometer(path: path).read() }
        #expect(missing?.description == "open \(path): No such file or directory")
        try Data(repeating: 0x30, count: 65).write(to: URL(filePath: path))
        let long = #expect(throws: ThermometerError.self) { try SystemThermometer(path: path).read() }
        #expect(long?.description == "read \(path): File too large")
    }
}
