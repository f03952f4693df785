import NTPTime

/// An `rtc` line: the clock that time is kept by when no server is in reach.
package enum RTCDirective: Hashable, Sendable {
    /// A DS3231 if one is found, otherwise none.
    case automatic
    case chip(RTCChipName, RTCLocation)
    case simulated(SimulatedRTC)
    case none
}

/// A kind of chip that there is a driver for, as it is written.
package enum RTCChipName: String, CaseIterable, Hashable, Sendable {
    case ds3231
    case pcf85063a

    /// 7-bit I2C address, at which such chips are unless something else is said.
    var address: UInt8 {
        switch self {
        case .ds3231: 0x68
        case .pcf85063a: 0x51
        }
    }

    /// Whether its square wave can be used.
    package var hasSquareWave: Bool { self == .ds3231 }
}

/// Where the chip is.
package struct RTCLocation: Hashable, Sendable {
    /// `/dev/i2c-N`; nil looks for it.
    package var device: String?
    /// 7-bit I2C address, 0x08–0x77.
    package var address: UInt8
    /// What the chip's square wave is wired to; nil if it is not.
    package var squareWave: SquareWaveInput?

    package init(device: String? = nil, address: UInt8, squareWave: SquareWaveInput? = nil) {
        self.device = device
        self.address = address
        self.squareWave = squareWave
    }
}

/// An input that stamps edges.
package enum SquareWaveInput: Hashable, Sendable {
    /// A line of a GPIO chip such as `/dev/gpiochip0`.
    case gpio(chip: String, line: UInt32)
    /// A source such as `/dev/pps0`; `onClear` if it calls the falling edge clear, otherwise assert.
    case pps(device: String, onClear: Bool)
}

/// How a chip that does not exist is to behave, for trying things out.
package struct SimulatedRTC: Hashable, Sendable {
    /// The chip's time minus true time at the start.
    package var offset: NTPDuration = .zero
    /// The chip's rate against true time; positive gains.
    package var drift: Frequency = .zero
    /// The oscillator-stop flag is set: the chip's time is not to be believed.
    package var stopped = false
    /// Its square wave is wired to an input.
    package var squareWave = false
    /// The bus never answers.
    package var hung = false

    package init() {}
}
