import Foundation
import HAL
import NTPTime
import Testing

@testable import Linux

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
