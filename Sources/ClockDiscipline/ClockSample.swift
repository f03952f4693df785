import NTPTime

/// One measurement of a source: what its clock showed at a moment of the local oscillator.
///
/// Neither half depends on the served clock, so a stored sample stays right across every step and slew.
package struct ClockSample: Equatable, Sendable {
    /// The local moment that `date` belongs to: half-way between a request's departure and its reply's arrival.
    package var moment: MonotonicTime
    /// The source's UTC at `moment`.
    package var date: NTPDate
    /// Round-trip delay without the server's own time, at least zero. The error from an asymmetric path is at most
    /// half of it.
    package var delay: NTPDuration
    /// What else the sample may be wrong by, as a bound: reading precision and oscillator tolerance over the exchange.
    package var dispersion: NTPDuration
    /// What temperature has made UTC gain on the oscillator.
    package var thermal: ThermalGain

    package init(
        moment: MonotonicTime,
        date: NTPDate,
        delay: NTPDuration,
        dispersion: NTPDuration,
        thermal: ThermalGain = .none
    ) {
        self.moment = moment
        self.date = date
        self.delay = delay
        self.dispersion = dispersion
        self.thermal = thermal
    }

    /// Half of the delay and the dispersion: a bound on the sample's error relative to the source.
    package var errorBound: NTPDuration { delay / 2 + dispersion }
}
