import ClockDiscipline
import NTPEngine
import NTPTime
import NTPWire

/// A machine, its servers, the network between them and what happens to them: everything but chance.
package struct Scenario: Sendable {
    /// The file's name without folder and suffix.
    package var name: String
    package var title = ""
    package var start = CivilTime(year: 2027, month: 1, day: 1).date
    package var duration = NTPDuration.seconds(86_400)
    /// Between two samples of the served clock.
    package var interval = NTPDuration.seconds(1)
    /// The window in which the steady state is measured; nil is from 4 h, or half the time if that is less, to the end.
    package var steady: Window?
    /// What the client's clock shows at the start, less true time.
    package var clockOffset = NTPDuration.zero
    package var oscillator = OscillatorCharacter()
    /// The oscillator's frequency as a run before this one left it (drift file).
    package var rememberedFrequency: Frequency?
    package var temperature = TemperatureProfile.constant(TemperatureProfile.reference)
    /// What warms the processor, and through it the crystal, beside that; nil does nothing.
    package var load: LoadCharacter?
    /// The processor's; nil if it has none.
    package var thermometer: ThermometerCharacter?
    package var correctionLimits = ClockLoop.Limits(allowsFirstPanic: true)
    package var servers: [ServerCharacter] = []
    package var rtc: RTCCharacter?
    /// In the order of their times.
    package var events: [Event] = []
    package var leapSecond: LeapSecond?
    /// Whether the client has a leap second file that knows of it.
    package var hasLeapFile = false
    package var limits: [Limit] = []

    package init(name: String) { self.name = name }

    /// A span of time since the start; the end is not in it.
    package struct Window: Equatable, Sendable {
        package var from: NTPDuration
        package var to: NTPDuration

        package init(from: NTPDuration, to: NTPDuration) {
            self.from = from
            self.to = to
        }

        func contains(_ time: NTPDuration) -> Bool { from <= time && time < to }
    }

    var steadyWindow: Window { steady ?? Window(from: min(.seconds(4 * 3_600), duration / 2), to: duration) }
    /// From the end of the first bursts to the steady state.
    var settlingWindow: Window { Window(from: .seconds(210), to: steadyWindow.from) }

    package struct Event: Equatable, Sendable {
        package var time: NTPDuration
        package var kind: Kind

        package enum Kind: Equatable, Sendable {
            /// The machine's power goes: the process dies as it is, files and chip survive.
            case powerOff
            /// The machine starts again. Its clock goes on from where it stood, or from `date`.
            case powerOn(date: NTPDate?, files: SavedFiles = .kept)
            /// From now on the power fails when the daemon next does this, and is back after a while.
            case powerFails(PowerFailure, for: NTPDuration)
            /// While the power is off, the chip's cell is changed: the chip stops.
            case cellChanged
            /// The daemon is stopped and started again.
            case restart
            /// The configuration is read again, and has these servers, by their places among the scenario's.
            case sources([Int])
            /// Somebody else sets the client's clock forward by this.
            case clockStep(NTPDuration)
            /// - Parameter 0: the server's place among the scenario's.
            case server(Int, ServerEvent)
            case rtc(RTCFault)
            case thermometer(ThermometerCondition)
        }
    }
}

/// What becomes of the files that the daemon has saved while the machine is off.
package enum SavedFiles: String, Equatable, Sendable {
    case kept
    case missing
    /// They end half-way.
    case torn
}

/// In the middle of what the power fails.
package enum PowerFailure: String, Equatable, Sendable {
    /// The chip is being set.
    case write
    /// What was learned of the chip is being saved: the file stays as it was.
    case save
}

/// An upstream server: its clock, what it claims, how the client is configured to use it, and the way to it.
package struct ServerCharacter: Sendable {
    package var name: String
    /// Its clock less true time at the start.
    package var offset = NTPDuration.zero
    /// Of its clock.
    package var oscillator = OscillatorCharacter()
    package var stratum: UInt8 = 1
    package var rootDelay = NTPDuration.zero
    package var rootDispersion = NTPDuration.zero
    /// Announced at all times; nil announces the scenario's leap second on its day.
    package var leap: LeapIndicator?
    /// What it answers in place of the time.
    package var kiss: ReferenceID?
    package var path = PathCharacter()
    /// How the client is configured to use it.
    package var source: SourceConfiguration

    package init(name: String) {
        self.name = name
        source = SourceConfiguration(host: name)
    }
}

/// What happens to a server or on the way to it.
package enum ServerEvent: Equatable, Sendable {
    /// Its clock jumps by this.
    case step(NTPDuration)
    /// Neither it nor its name is reached until the outage ends; outages may overlap.
    case outageBegins
    case outageEnds
    /// From now on, this share of the packets each way does not arrive.
    case loss(Double)
    /// It announces this from now on; nil is the scenario's leap second on its day.
    case leap(LeapIndicator?)
    case stratum(UInt8)
    /// It answers with this kiss code; nil is the time again.
    case kiss(ReferenceID?)
}
