import ClockDiscipline
import NTPTime

/// The oscillator by thermometers: the clock chip's and the processor's, each by what the other leaves.
extension Engine {
    /// What temperature has made UTC gain on the oscillator by `moment`.
    func thermalGain(at moment: MonotonicTime) -> ThermalGain {
        guard let processorThermometer else { return thermal.gain(at: moment) }
        return thermal.gain(at: moment) + processorThermometer.compensation.gain(at: moment)
    }

    // MARK: The processor's thermometer

    /// When it is read next; never while there is no time to steer by.
    var nextThermometerReading: MonotonicTime {
        guard let processorThermometer, isSteered else { return .distantFuture }
        return processorThermometer.nextReading
    }

    mutating func readThermometer(at now: MonotonicTime) {
        guard nextThermometerReading <= now else { return }
        processorThermometer?.isAsked(at: now)
        actions.append(.readThermometer)
    }

    /// The answer to `EngineAction.readThermometer`.
    ///
    /// - Parameter celsius: what it shows; nil if it cannot be read.
    package mutating func thermometerRead(_ celsius: Double?, at now: MonotonicTime) {
        guard let celsius else {
            guard processorThermometer?.noteFailure() == true else { return }
            tell(.thermometerLost)
            timekeeper.loseThermometer()
            return
        }
        if processorThermometer?.isLost == true { tell(.thermometerFound) }
        guard let change = processorThermometer?.note(celsius, at: now) else { return }
        timekeeper.changeFrequency(by: change, at: now)
        if let swing = processorThermometer?.swing { timekeeper.notePredictedChange(swing, at: now) }
        if processorThermometer?.needsSteering(after: change) == true { steerToEstimate() }
    }

    // MARK: What a change of temperature does

    /// The oscillator runs otherwise at another temperature of the chip's; so does what is estimated of it.
    mutating func noteChipTemperature(_ celsius: Double, at moment: MonotonicTime) {
        let change = thermal.note(celsius: celsius, at: moment)
        guard change != .zero else { return }
        timekeeper.changeFrequency(by: change, at: moment)
        steerToEstimate()
    }

    private mutating func steerToEstimate() {
        guard timekeeper.slew.duration == .zero, let estimate = timekeeper.followed?.estimate else { return }
        actions.append(.steer(ClockSteering(frequency: estimate.frequency)))
    }

    // MARK: Learning

    /// A server's sample was taken.
    ///
    /// - Parameters:
    ///   - utc: by it, with what is known of its error taken off.
    ///   - deviation: standard deviation of the rest.
    mutating func learnTemperature(from utc: ClockReading, deviation: NTPDuration) {
        let byProcessor = processorThermometer?.compensation.gain(at: utc.monotonic).phase ?? .zero
        let byChip = thermal.gain(at: utc.monotonic).phase
        let wasUsed = thermal.isUsed
        thermal.learn(ClockReading(monotonic: utc.monotonic, date: utc.date - byProcessor), deviation: deviation)
        if !wasUsed, thermal.isUsed, let estimate = thermal.estimate {
            tell(.temperatureFollowed(estimate.coefficient))
        }
        guard let before = processorThermometer?.compensation.isUsed else { return }
        let rest = ClockReading(monotonic: utc.monotonic, date: utc.date - byChip)
        processorThermometer?.compensation.learn(rest, deviation: deviation)
        guard let compensation = processorThermometer?.compensation, compensation.isUsed != before else { return }
        if compensation.isUsed, let estimate = compensation.estimate {
            tell(.thermometerFollowed(estimate.coefficient, lag: estimate.lag))
        } else {
            tell(.thermometerIgnored)
            timekeeper.loseThermometer()
        }
    }
}
