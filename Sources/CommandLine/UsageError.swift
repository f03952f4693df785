/// A command line that makes no sense.
package struct UsageError: Error, Hashable, Sendable, CustomStringConvertible {
    /// What is wrong and what was expected, for people.
    package let description: String

    init(_ description: String) { self.description = description }
}
