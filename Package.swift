// swift-tools-version: 6.2
import PackageDescription

/// Every product target is written in the Embedded Swift subset, which the armhf release is built with.
let product: [SwiftSetting] = [
    .treatAllWarnings(as: .error),
    .treatWarning("EmbeddedRestrictions", as: .error),
    .enableExperimentalFeature("Lifetimes"),
]
let tests: [SwiftSetting] = [.treatAllWarnings(as: .error)]

/// 64-bit time also where the C library's default is 32.
let c: [CSetting] = [
    .define("_GNU_SOURCE"), .define("_TIME_BITS", to: "64"), .define("_FILE_OFFSET_BITS", to: "64"),
    .treatAllWarnings(as: .error),
]

let package = Package(
    name: "Tickover",
    targets: [
        .target(name: "NTPTime", swiftSettings: product, linkerSettings: [.linkedLibrary("m")]),
        .target(name: "HAL", dependencies: ["NTPTime"], swiftSettings: product),
        .target(name: "ClockDiscipline", dependencies: ["NTPTime"], swiftSettings: product),
        .target(name: "NetworkAddress", swiftSettings: product),
        .target(name: "Configuration", dependencies: ["NTPTime", "NetworkAddress"], swiftSettings: product),
        .target(name: "CLinux", cSettings: c),
        .target(name: "CommandLine", dependencies: ["NTPTime", "NetworkAddress"], swiftSettings: product),
        .target(
            name: "ProgramSupport",
            dependencies: ["CLinux", "CommandLine", "Configuration"],
            swiftSettings: product
        ),
        .executableTarget(
            name: "tickoverd",
            dependencies: ["CommandLine", "Configuration", "ProgramSupport"],
            swiftSettings: product
        ),
        .executableTarget(
            name: "tickover",
            dependencies: ["CommandLine", "Configuration", "ProgramSupport"],
            swiftSettings: product
        ),
        .testTarget(name: "CommandLineTests", dependencies: ["CommandLine"], swiftSettings: tests),
        .testTarget(name: "ConfigurationTests", dependencies: ["Configuration"], swiftSettings: tests),
        .testTarget(name: "NetworkAddressTests", dependencies: ["NetworkAddress"], swiftSettings: tests),
        .target(name: "NTPWire", dependencies: ["NTPTime"], swiftSettings: product),
        .testTarget(name: "NTPWireTests", dependencies: ["NTPWire"], swiftSettings: tests),
        .testTarget(name: "ProgramTests", dependencies: ["tickover", "tickoverd"], swiftSettings: tests),
        .testTarget(name: "NTPTimeTests", dependencies: ["NTPTime"], swiftSettings: tests),
    ]
)
