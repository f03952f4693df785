/// What the served time rests on.
package enum SystemState: Equatable, Sendable {
    /// Nothing to go by: clients are told so.
    case unsynchronised
    /// A majority of upstream servers agrees.
    case synchronised
    /// No upstream server can be used; the RTC, or the oscillator as it was last measured, keeps the time.
    case holdover
    /// Nothing to go by, and the user wants the machine's clock to be served all the same.
    case lastResort
}
