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

let package = Package(
    name: "Tickover",
    targets: [
        .target(name: "NTPTime", swiftSettings: product),
        .target(name: "HAL", dependencies: ["NTPTime"], swiftSettings: product),
        .target(name: "ClockDiscipline", dependencies: ["NTPTime"], swiftSettings: product),
        .target(name: "NetworkAddress", swiftSettings: product),
        .target(name: "DS3231", dependencies: ["HAL", "NTPTime"], swiftSettings: product),
        .target(
            name: "RTCReference",
            dependencies: ["ClockDiscipline", "DS3231", "HAL", "NTPTime"],
            swiftSettings: product
        ),
        .target(name: "Simulation", dependencies: ["HAL", "NTPTime"], swiftSettings: product),
        .testTarget(name: "SimulationTests", dependencies: ["HAL", "NTPTime", "Simulation"], swiftSettings: tests),
        .testTarget(name: "RTCReferenceTests", dependencies: ["RTCReference", "Simulation"], swiftSettings: tests),
        .testTarget(name: "DS3231Tests", dependencies: ["DS3231", "Simulation"], swiftSettings: tests),
        .testTarget(name: "NetworkAddressTests", dependencies: ["NetworkAddress"], swiftSettings: tests),
        .testTarget(name: "NTPTimeTests", dependencies: ["NTPTime"], swiftSettings: tests),
    ]
)
