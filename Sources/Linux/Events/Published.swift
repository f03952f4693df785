import CLinux

/// A value that one thread sets and others read, none of them waiting for a lock (a sequence lock).
///
/// Unchecked: the pointer never changes, and what it points to is made for threads.
package final class Published<Value: BitwiseCopyable & Sendable>: @unchecked Sendable {
    private let snapshot: OpaquePointer
    private let initial: Value

    /// - Throws: ENOMEM.
    package init(_ value: Value) throws(LinuxError) {
        guard let snapshot = tko_snapshot_create(Int32(MemoryLayout<Value>.size)) else {
            throw LinuxError(code: TKO_ENOMEM, operation: "allocate a shared value")
        }
        self.snapshot = snapshot
        initial = value
        publish(value)
    }

    deinit { tko_snapshot_destroy(snapshot) }

    /// To be called by one thread only.
    package func publish(_ value: Value) {
        withUnsafeBytes(of: value) { tko_snapshot_write(snapshot, $0.baseAddress) }
    }

    /// What was published last.
    package var value: Value {
        var value = initial
        withUnsafeMutableBytes(of: &value) { tko_snapshot_read(snapshot, $0.baseAddress) }
        return value
    }
}
