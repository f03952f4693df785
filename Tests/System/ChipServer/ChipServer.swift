import CUSE
import CommandLine
import HAL
import Linux
import NTPTime
import ProgramSupport
import Simulation

/// `chip-server NAME`: a DS3231 that was never set, on an I2C bus of 100 kHz that other programs open as `/dev/NAME`.
///
/// Commands come on standard input, one a line: `unplug` and `plug` the chip, `stop` its oscillator for a moment, `register
/// ADDRESS VALUE` in decimal as some other software would leave it, or nothing. Each is answered by chip − CLOCK_REALTIME in seconds, on standard output.
@main
struct ChipServer {
    private let device: Int32
    private let clock = OscillatorClock()
    private let chip: SimulatedDS3231
    private let bus: SimulatedI2CBus

    static func main() {
        guard Process.arguments.count == 1, let server = ChipServer(Process.arguments[0]) else {
            StandardStream.error.write("usage: chip-server NAME, with the kernel's module cuse\n")
            Process.exit(.usage)
        }
        server.run()
        Process.exit(.failure)
    }

    private init?(_ name: String) {
        device = name.withCString { cuse_open($0) }
        guard device >= 0 else { return nil }
        chip = SimulatedDS3231(at: clock.now)
        bus = SimulatedI2CBus(clock: clock)
        bus.attach(chip, at: I2CAddress(clamping: 0x68))
    }

    /// Serves until a descriptor fails.
    private func run() {
        while true {
            var poller = Poller()
            let requests = poller.add(device)
            let commands = poller.add(0)
            do throws(LinuxError) {
                try poller.wait(until: .distantFuture, on: clock)
            } catch {
                return
            }
            if !poller.events(commands).isEmpty { obey() }
            if !poller.events(requests).isEmpty, !serve() { return }
        }
    }

    private func serve() -> Bool {
        var transfer = cuse_transfer()
        let kind = cuse_next(device, &transfer)
        guard kind == 1 else { return kind == 0 }
        var read = [UInt8](repeating: 0, count: Int(transfer.read_length))
        let failure = perform(transfer, &read)
        return cuse_answer(device, &transfer, failure, read) == 0
    }

    private func perform(_ transfer: cuse_transfer, _ read: inout [UInt8]) -> Int32 {
        let written = withUnsafeBytes(of: transfer.written) { Array($0.prefix(Int(transfer.write_length))) }
        let address = I2CAddress(clamping: transfer.address)
        do throws(I2CError) {
            if read.isEmpty {
                try bus.write(written.span, to: address)
            } else {
                var buffer = read.mutableSpan
                try bus.read(into: &buffer, after: written.span, from: address)
            }
            return CUSE_DONE
        } catch {
            switch error {
            case .notAcknowledged: return CUSE_NOT_ACKNOWLEDGED
            case .timedOut: return CUSE_TIMED_OUT
            default: return CUSE_FAULT
            }
        }
    }

    private func obey() {
        let now = clock.now
        let words = (readLine() ?? "").split(separator: " ")
        switch words.first {
        case "unplug": chip.losePower(at: now)
        case "plug": chip.restorePower(at: now)
        case "stop":
            chip.stopOscillator(at: now)
            chip.restorePower(at: now)
        case "register" where words.count == 3:
            guard let address = UInt8(words[1]), let value = UInt8(words[2]) else { break }
            chip.setRegister(address, to: value, at: now)
        default: break
        }
        let reading = PairedReading.take(from: SystemTimex()).reading
        StandardStream.output.write("\(fixed((chip.date(at: reading.monotonic) - reading.date).seconds, 6))\n")
    }
}
