import ClockDiscipline
import DS3231
import HAL
import NTPTime
import Simulation

@testable import RTCReference

/// An RTC over the behavioural chip, in virtual time. UTC is the clock's time from `start` on.
struct Bench {
    static let start = NTPDate(unixSeconds: 1_800_000_000)

    let clock: SimulatedClock
    let bus: SimulatedI2CBus
    let chip: SimulatedDS3231
    /// Part of `rtc` if there is to be a square wave.
    let wave: SimulatedSquareWave
    let rtc: RTCReference
    let timescale: Timescale

    /// - Parameters:
    ///   - offset: chip − UTC at the start.
    ///   - edges: what is wired in place of the square wave.
    init(
        offset: NTPDuration = .zero,
        drift: Frequency = .zero,
        bitRate: Double = 100_000,
        twelveHours: Bool = false,
        hasSquareWave: Bool = false,
        edges: ((SimulatedClock) -> any EdgeInput)? = nil,
        plausibleDates: ClosedRange<NTPDate> = NTPDate.plausible
    ) {
        clock = SimulatedClock(now: MonotonicTime(sinceStart: .seconds(100.3)))
        bus = SimulatedI2CBus(clock: clock, bitRate: bitRate)
        chip = SimulatedDS3231(at: clock.now, drift: drift)
        chip.set(to: Self.start + offset, at: clock.now, countingTwelveHours: twelveHours)
        bus.attach(chip, at: DS3231.defaultAddress)
        wave = SimulatedSquareWave(chip: chip, clock: clock)
        rtc = RTCReference(
            chip: DS3231(bus: bus),
            clock: clock,
            edges: edges?(clock) ?? (hasSquareWave ? wave : nil),
            plausibleDates: plausibleDates
        )
        timescale = Timescale(
            reading: ClockReading(monotonic: clock.now, date: Self.start),
            frequency: .zero
        )
    }

    /// Chip − UTC as it truly is.
    var trueOffset: NTPDuration { chip.date(at: clock.now) - timescale.date(at: clock.now) }

    /// How wrong `sample` is: its edge against the chip's true phase then.
    func error(of sample: EdgeSample) -> NTPDuration {
        // The chip's state cannot be asked for the past, so its rate carries the present back.
        let elapsed = clock.now - sample.edge
        let phaseAtEdge = chip.date(at: clock.now) - (elapsed + chip.effectiveDrift * elapsed)
        return phaseAtEdge - sample.chipTime
    }
}

extension RTCReference {
    func write(_ timescale: Timescale) throws(RTCError) -> WriteReport {
        try write(timescale, after: try prepareWrite())
    }
}
