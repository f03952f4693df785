import CLinux

/// A system call that failed.
package struct LinuxError: Error, Hashable, Sendable {
    /// The errno value, positive.
    package let code: Int32
    /// What was attempted: the call, and the path or address it was for.
    package let operation: String

    package init(code: Int32, operation: String) {
        self.code = code
        self.operation = operation
    }

    /// Whether the file or folder is not there.
    package var isNoSuchFile: Bool { code == TKO_ENOENT || code == TKO_ENOTDIR }

    /// errno of a file or folder that is not there.
    package static let noSuchFileCode = TKO_ENOENT

    /// Whether nobody listens at the address.
    package var isRefused: Bool { code == TKO_ECONNREFUSED }

    /// Whether another process holds it.
    package var isBusy: Bool { code == TKO_EAGAIN }

    /// Whether there was no answer in time.
    package var isTimeout: Bool { code == TKO_ETIMEDOUT }

    /// What strerror(3) says about `code`.
    package var reason: String { text(capacity: 128) { tko_error_text(code, $0, $1) } }

    package var message: String { "\(operation): \(reason)" }
}

extension LinuxError: CustomStringConvertible {
    package var description: String { message }
}

/// Passes on a result of the C layer; one below zero is a negative errno.
@discardableResult
func checked(_ result: Int32, _ operation: @autoclosure () -> String) throws(LinuxError) -> Int32 {
    guard result >= 0 else { throw LinuxError(code: -result, operation: operation()) }
    return result
}

/// The string that `fill` writes, zero-terminated, to a buffer of `capacity` octets.
func text(capacity: Int, _ fill: (UnsafeMutablePointer<CChar>?, Int32) -> Void) -> String {
    withUnsafeTemporaryAllocation(of: CChar.self, capacity: capacity) { buffer in
        buffer.initialize(repeating: 0)
        fill(buffer.baseAddress, Int32(capacity))
        return string(zeroTerminated: UnsafeRawBufferPointer(buffer))
    }
}

/// The octets before the first zero as text; what is not UTF-8 is replaced.
func string(zeroTerminated bytes: UnsafeRawBufferPointer) -> String {
    String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
}
