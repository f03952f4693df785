// swift-tools-version: 6.2
import PackageDescription

/// Every product target is written in the Embedded Swift subset, which the armhf release is built with.
let product: [SwiftSetting] = [
    .treatAllWarnings(as: .error),
    .treatWarning("EmbeddedRestrictions", as: .error),
    .enableExperimentalFeature("Lifetimes"),
]
let tests: [SwiftSetting] = [.treatAllWarnings(as: .error)]

let package = Package(
    name: "Tickover",
    targets: [
        .target(name: "NTPTime", swiftSettings: product),
        .target(name: "HAL", dependencies: ["NTPTime"], swiftSettings: product),
        .target(name: "ClockDiscipline", dependencies: ["NTPTime"], swiftSettings: product),
        .target(name: "NetworkAddress", swiftSettings: product),
        .target(
            name: "CLinux",
            cSettings: [
                .define("_GNU_SOURCE"), .define("_TIME_BITS", to: "64"), .define("_FILE_OFFSET_BITS", to: "64"),
                .enableWarning("all"), .enableWarning("extra"), .treatAllWarnings(as: .error),
            ],
            linkerSettings: [.linkedLibrary("i2c"), .linkedLibrary("nettle")]
        ),
        .target(
            name: "Linux",
            dependencies: ["HAL", "ClockDiscipline", "NTPTime", "NetworkAddress", "CLinux"],
            swiftSettings: product
        ),
        .testTarget(name: "NetworkAddressTests", dependencies: ["NetworkAddress"], swiftSettings: tests),
        .testTarget(name: "LinuxTests", dependencies: ["Linux"], swiftSettings: tests),
        .testTarget(name: "NTPTimeTests", dependencies: ["NTPTime"], swiftSettings: tests),
    ]
)
