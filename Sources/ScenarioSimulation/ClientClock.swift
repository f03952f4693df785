import ClockDiscipline
import NTPTime

/// The client's clock as the kernel keeps it: steered over the oscillator, with the leap second that it was told of.
struct ClientClock {
    private var trajectory: ClockTrajectory
    private var leap: (midnight: NTPDate, kind: LeapIndicator)?
    /// What leap seconds have added.
    private var leaped = NTPDuration.zero

    init(from reading: ClockReading) { trajectory = ClockTrajectory(from: reading) }

    mutating func read(at moment: MonotonicTime) -> ClockReading {
        // A leap that nobody has seen yet can as well be made when somebody looks.
        if let leap, date(at: moment) >= (leap.kind == .insertion ? leap.midnight : leap.midnight - .seconds(1)) {
            leaped += .seconds(leap.kind == .insertion ? -1 : 1)
            self.leap = nil
        }
        return ClockReading(monotonic: moment, date: date(at: moment))
    }

    private func date(at moment: MonotonicTime) -> NTPDate { trajectory.date(at: moment) + leaped }

    mutating func step(by offset: NTPDuration, at moment: MonotonicTime) { trajectory.step(by: offset, at: moment) }

    mutating func steer(_ steering: ClockSteering, at moment: MonotonicTime) { trajectory.steer(steering, at: moment) }

    /// As STA_INS and STA_DEL do, inserts or deletes a second at the end of the present day; anything else takes it back.
    mutating func announce(_ kind: LeapIndicator, at moment: MonotonicTime) {
        guard kind == .insertion || kind == .deletion else {
            leap = nil
            return
        }
        let today = read(at: moment).date.seconds / 86_400
        leap = (NTPDate(seconds: (today + 1) * 86_400), kind)
    }
}
