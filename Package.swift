// swift-tools-version: 6.2
import PackageDescription

/// Every product target is written in the Embedded Swift subset, which the armhf release is built with.
let product: [SwiftSetting] = [
    .treatAllWarnings(as: .error),
    .treatWarning("EmbeddedRestrictions", as: .error),
    .enableExperimentalFeature("Lifetimes"),
    // Embedded builds insist on it.
    .enableUpcomingFeature("MemberImportVisibility"),
]

/// What calculates for days of virtual time in the tests: optimised in debug builds, too.
let arithmetic: [SwiftSetting] = product + [.unsafeFlags(["-O"], .when(configuration: .debug))]

/// 64-bit time also where the C library's default is 32.
let c: [CSetting] = [
    .define("_GNU_SOURCE"), .define("_TIME_BITS", to: "64"), .define("_FILE_OFFSET_BITS", to: "64"),
    .enableWarning("all"), .enableWarning("extra"), .treatAllWarnings(as: .error),
]

func library(
    _ name: String,
    _ dependencies: [Target.Dependency] = [],
    swiftSettings: [SwiftSetting] = product
) -> Target {
    .target(name: name, dependencies: dependencies, swiftSettings: swiftSettings)
}

func program(_ name: String, _ dependencies: [Target.Dependency]) -> Target {
    .executableTarget(name: name, dependencies: dependencies, swiftSettings: product)
}

func tests(_ name: String, _ dependencies: [Target.Dependency]) -> Target {
    .testTarget(name: name, dependencies: dependencies + ["Support"], swiftSettings: [.treatAllWarnings(as: .error)])
}

/// Pure: no input or output, no clock, no randomness of their own.
let core: [Target] = [
    .target(name: "NTPTime", swiftSettings: arithmetic, linkerSettings: [.linkedLibrary("m")]),
    library("NetworkAddress"),
    library("NTPWire", ["NTPTime"]),
    .target(name: "CNettle", cSettings: c, linkerSettings: [.linkedLibrary("nettle")]),
    library("Authentication", ["CNettle"]),
    library("ClockDiscipline", ["NTPTime"], swiftSettings: arithmetic),
    library("HAL", ["NTPTime"]),
    library("DS3231", ["HAL", "NTPTime"], swiftSettings: arithmetic),
    library("PCF85063A", ["HAL", "NTPTime"], swiftSettings: arithmetic),
    library("RTCReference", ["HAL", "ClockDiscipline", "NTPTime"], swiftSettings: arithmetic),
    library(
        "NTPEngine",
        ["Authentication", "NTPTime", "NTPWire", "NetworkAddress", "ClockDiscipline", "HAL", "RTCReference"],
        swiftSettings: arithmetic
    ),
    library("Configuration", ["Authentication", "NTPTime", "NetworkAddress"]),
    library("CommandLine", ["NTPTime", "NetworkAddress"]),
    library(
        "Monitoring",
        [
            "Authentication", "HAL", "NTPEngine", "NTPWire", "NTPTime", "NetworkAddress", "ClockDiscipline",
            "RTCReference",
        ]
    ),
    library("Simulation", ["HAL", "NTPTime"], swiftSettings: arithmetic),
    library(
        "ScenarioSimulation",
        [
            "ClockDiscipline", "Configuration", "DS3231", "HAL", "Monitoring", "NTPEngine", "NTPTime", "NTPWire",
            "NetworkAddress", "PCF85063A", "RTCReference", "Simulation",
        ],
        swiftSettings: arithmetic
    ),
]

/// What touches the machine.
let shell: [Target] = [
    .target(name: "CLinux", cSettings: c, linkerSettings: [.linkedLibrary("i2c")]),
    library("Linux", ["Authentication", "HAL", "ClockDiscipline", "NTPTime", "NetworkAddress", "CLinux"]),
    library(
        "RTCDevice",
        [
            "Configuration", "DS3231", "HAL", "Linux", "NTPTime", "PCF85063A", "ClockDiscipline", "RTCReference",
            "Simulation",
        ]
    ),
    library("ProgramSupport", ["Authentication", "CLinux", "CommandLine", "Configuration", "Linux", "NTPTime"]),
    library(
        "Daemon",
        [
            "Authentication", "ClockDiscipline", "CommandLine", "Configuration", "HAL", "Linux", "Monitoring",
            "NTPEngine", "NTPTime", "NTPWire", "NetworkAddress", "ProgramSupport", "RTCDevice", "RTCReference",
        ]
    ),
    program("tickoverd", ["CommandLine", "Configuration", "Daemon", "Linux", "ProgramSupport"]),
    program(
        "tickover",
        [
            "CommandLine", "Configuration", "Linux", "Monitoring", "NTPEngine", "NTPTime", "NTPWire", "NetworkAddress",
            "ProgramSupport", "RTCDevice", "RTCReference", "ClockDiscipline", "HAL", "ScenarioSimulation",
        ]
    ),
]

let checks: [Target] = [
    .target(
        name: "Support",
        dependencies: ["NTPEngine", "NTPTime", "NTPWire", "NetworkAddress"],
        path: "Tests/Support",
        swiftSettings: [.treatAllWarnings(as: .error)]
    ),
    tests("NTPTimeTests", ["NTPTime"]),
    tests("NetworkAddressTests", ["NetworkAddress"]),
    tests("NTPWireTests", ["NTPWire"]),
    tests("AuthenticationTests", ["Authentication"]),
    tests("ClockDisciplineTests", ["ClockDiscipline"]),
    tests("DS3231Tests", ["DS3231", "HAL", "Simulation"]),
    tests("RTCReferenceTests", ["RTCReference", "DS3231", "HAL", "PCF85063A", "Simulation"]),
    tests("SimulationTests", ["Simulation"]),
    tests(
        "ScenarioSimulationTests",
        [
            "ScenarioSimulation", "ClockDiscipline", "Configuration", "DS3231", "HAL", "NTPEngine", "NTPTime",
            "RTCReference",
        ]
    ),
    tests(
        "NTPEngineTests",
        ["Authentication", "DS3231", "HAL", "Monitoring", "NTPEngine", "RTCReference", "ScenarioSimulation"]
    ),
    tests(
        "MonitoringTests",
        ["Authentication", "DS3231", "Monitoring", "NTPEngine", "NTPTime", "NTPWire", "NetworkAddress"]
    ),
    tests("ConfigurationTests", ["Authentication", "Configuration"]),
    tests("CommandLineTests", ["CommandLine"]),
    tests("LinuxTests", ["Linux", "ClockDiscipline", "DS3231", "HAL", "NTPTime", "RTCReference", "Simulation"]),
    tests("ProgramSupportTests", ["ProgramSupport", "Configuration", "Linux", "NTPTime"]),
    tests(
        "ProgramTests",
        [
            "tickover", "tickoverd", "DS3231", "HAL", "Linux", "NTPTime", "NTPWire", "NetworkAddress", "RTCReference",
        ]
    ),
]

/// What the system tests put into a guest beside the product: the simulated chip as a device of the kernel's.
let instruments: [Target] = [
    .target(name: "CUSE", path: "Tests/System/CUSE", cSettings: c),
    .executableTarget(
        name: "chip-server",
        dependencies: ["CUSE", "HAL", "Linux", "NTPTime", "ProgramSupport", "CommandLine", "Simulation"],
        path: "Tests/System/ChipServer",
        swiftSettings: product
    ),
]

let package = Package(name: "Tickover", targets: core + shell + checks + instruments)
