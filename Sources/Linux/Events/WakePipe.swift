import CLinux

/// Ends a `Poller`'s wait from another thread or a signal handler: a pipe whose reading end is watched.
package final class WakePipe: Sendable {
    private let readEnd: FileDescriptor
    private let writeEnd: FileDescriptor

    package init() throws(LinuxError) {
        var ends: (Int32, Int32) = (-1, -1)
        try checked(tko_pipe(&ends.0, &ends.1), "pipe")
        readEnd = FileDescriptor(owning: ends.0)
        writeEnd = FileDescriptor(owning: ends.1)
    }

    /// For poll(2), readable after `wake`.
    package var fd: Int32 { readEnd.rawValue }

    /// What a signal handler writes to.
    var writingFD: Int32 { writeEnd.rawValue }

    /// Never blocks: a full pipe wakes just as well.
    package func wake() {
        var octet: UInt8 = 0
        _ = tko_write(writeEnd.rawValue, &octet, 1)
    }

    /// Takes all wake-ups so far; whether there was any.
    @discardableResult
    package func drain() -> Bool {
        withUnsafeTemporaryAllocation(of: UInt8.self, capacity: 64) { buffer in
            var any = false
            while true {
                let count = tko_read(readEnd.rawValue, buffer.baseAddress, 64)
                if count > 0 { any = true }
                guard count == 64 else { return any }
            }
        }
    }
}
