import Configuration
import DS3231
import HAL
import Linux
import NTPTime
import PCF85063A
import RTCReference
import Simulation

extension RTCDevice {
    /// The chip that an `rtc` line names; nil if there is to be none.
    ///
    /// `rtc auto` takes the DS3231 of `/dev/i2c-1` if there is such a bus.
    package convenience init?(_ directive: RTCDirective, clock: any MonotonicClock) {
        switch directive {
        case .none: return nil
        case .automatic:
            guard Host.hasFile(Self.defaultBus) else { return nil }
            let chip = Self.chip(.ds3231)
            self.init(chip, at: Self.defaultBus, chip.address, squareWave: nil, clock: clock)
        case .chip(let name, let location):
            let chip = Self.chip(name)
            let address = I2CAddress(location.address) ?? chip.address
            let path = location.device ?? Self.defaultBus
            self.init(chip, at: path, address, squareWave: location.squareWave, clock: clock)
        case .simulated(let behaviour): self.init(behaviour, clock: clock)
        }
    }

    /// The bus on a Pi's pin header.
    private static let defaultBus = "/dev/i2c-1"
    private static let devicePrefix = "/dev/i2c-"

    /// A kind of chip and its driver.
    private struct Chip {
        let kind: RTCKind
        let address: I2CAddress
        let driver: (any I2CBus, I2CAddress) -> any RTCChip
    }

    /// Where chips are chosen.
    private static func chip(_ name: RTCChipName) -> Chip {
        switch name {
        case .ds3231: Chip(kind: DS3231.kind, address: DS3231.defaultAddress) { DS3231(bus: $0, address: $1) }
        case .pcf85063a:
            Chip(kind: PCF85063A.kind, address: PCF85063A.defaultAddress) { PCF85063A(bus: $0, address: $1) }
        }
    }

    private convenience init(
        _ chip: Chip,
        at path: String,
        _ address: I2CAddress,
        squareWave: SquareWaveInput?,
        clock: any MonotonicClock
    ) {
        self.init(
            name: "\(chip.kind.name) at \(path)",
            kind: chip.kind,
            clock: clock,
            edges: squareWave.map(KernelEdgeInput.init)
        ) { () throws(RTCTrouble) in
            guard path.hasPrefix(Self.devicePrefix), let number = Int(path.dropFirst(Self.devicePrefix.count)) else {
                throw .unopened("\(path): expected \(Self.devicePrefix) and a number")
            }
            do throws(I2COpenError) {
                return chip.driver(try LinuxI2CBus.open(number: number, claiming: address), address)
            } catch {
                throw .unopened(error.description)
            }
        }
    }

    /// A chip that was set to the host's time and the behaviour's offset when the program started.
    private convenience init(_ behaviour: SimulatedRTC, clock: any MonotonicClock) {
        let bus = SimulatedI2CBus(clock: clock)
        let now = clock.now
        let chip = SimulatedDS3231(at: now, drift: behaviour.drift)
        chip.set(to: SystemTimex().realTime + behaviour.offset, at: now)
        if behaviour.stopped {
            chip.stopOscillator(at: now)
            chip.restorePower(at: now)
        }
        if behaviour.hung { bus.condition = .hung(Self.hangTime) }
        bus.attach(chip, at: DS3231.defaultAddress)
        let edges = behaviour.squareWave ? SimulatedSquareWave(chip: chip, clock: clock) : nil
        self.init(name: "simulated DS3231", kind: DS3231.kind, clock: clock, edges: edges) { DS3231(bus: bus) }
    }

    /// How long a transfer on a hung bus takes.
    private static let hangTime = NTPDuration.seconds(5)
}

extension KernelEdgeInput {
    fileprivate convenience init(_ input: SquareWaveInput) {
        switch input {
        case .gpio(let chip, let line): self.init(gpioChip: chip, line: line)
        case .pps(let device, let onClear): self.init(pps: device, falling: onClear ? .clear : .assert)
        }
    }
}
