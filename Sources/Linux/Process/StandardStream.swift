/// Where a program's text goes.
package enum StandardStream: Int32, Sendable {
    case output = 1
    case error = 2

    /// Writes `text` as it is.
    ///
    /// - Returns: whether all of it was taken; it is not when a reader has gone or a disk is full.
    @discardableResult
    package func write(_ text: String) -> Bool {
        do throws(LinuxError) {
            try writeAll(Array(text.utf8).span, to: rawValue, "standard stream")
            return true
        } catch {
            return false
        }
    }
}
