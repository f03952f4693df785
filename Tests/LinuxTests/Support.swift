import Foundation
import HAL
import NTPTime
import Testing

@testable import Linux

/// SplitMix64, so that a failure can be repeated from its seed.
struct SeededGenerator: RandomNumberGenerator {
    private var state: UInt64
    init(seed: UInt64) { state = seed }
    mutating func next() -> UInt64 {
        state &+= 0x9e37_79b9_7f4a_7c15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xbf58_476d_1ce4_e5b9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94d0_49bb_1331_11eb
        return mixed ^ (mixed >> 31)
    }
}

/// The oscillator of a fake kernel.
final class FakeOscillator: MonotonicClock {
    private let kernel: FakeKernel
    init(_ kernel: FakeKernel) { self.kernel = kernel }
    var now: MonotonicTime { kernel.oscillator }
    func sleep(until deadline: MonotonicTime) { kernel.oscillator = max(kernel.oscillator, deadline) }
}

/// A folder of the test's own, removed with it.
final class TemporaryFolder {
    let path: String
    init() throws {
        path = NSTemporaryDirectory() + "/tickover-\(UUID().uuidString)"
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    }
    deinit { try? FileManager.default.removeItem(atPath: path) }
    func file(_ name: String) -> String { path + "/" + name }
    var contents: [String] { (try? FileManager.default.contentsOfDirectory(atPath: path).sorted()) ?? [] }
}

/// Waits for `fd`, with plenty of time for a loaded machine; the events that came.
func wait(for fd: Int32, _ events: PollEvents = .readable) throws -> PollEvents {
    var poller = Poller()
    poller.add(fd, events)
    let clock = OscillatorClock()
    let deadline = clock.now + .seconds(20)
    while clock.now < deadline {
        if try poller.wait(until: deadline, on: clock) > 0 { return poller.events(0) }
    }
    return []
}
