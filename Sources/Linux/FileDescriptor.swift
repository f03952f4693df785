import CLinux

/// An open file descriptor, closed at the end of its life.
package struct FileDescriptor: ~Copyable, Sendable {
    package let rawValue: Int32

    /// Takes over `rawValue`.
    package init(owning rawValue: Int32) { self.rawValue = rawValue }

    deinit { _ = tko_close(rawValue) }
}
