/// What the programs return to their caller.
package enum ExitStatus: Int32, Sendable {
    case success = 0
    /// What was asked for failed, or a configuration has errors.
    case failure = 1
    /// The command line makes no sense.
    case usage = 2
    /// Nobody answered: the daemon is not running, or the queried server is silent, or there is no RTC.
    case noAnswer = 3
    /// The RTC answers, and its time is not to be believed.
    case notBelieved = 4
}
