import HAL
import NTPTime

extension PCF85063A {
    /// The chip's register addresses (data sheet, "Register organization").
    enum Register: UInt8, CaseIterable, Sendable {
        case control1 = 0x00
        case control2
        case offset
        case memory
        case seconds
        case minutes
        case hours
        case day
        case weekday
        case month
        case year
        case alarmSeconds
        case alarmMinutes
        case alarmHours
        case alarmDay
        case alarmWeekday
        case timerValue
        case timerMode
    }
}

extension PCF85063A.Register {
    /// With what was read from it.
    func reading(_ value: UInt8) -> RTCRegister { RTCRegister(name: name, address: rawValue, value: value) }

    /// Bits that are not there, and return 0 when read.
    var zeros: UInt8 {
        switch self {
        case .control1: 0x48
        case .minutes: 0x80
        case .hours, .day: 0xc0
        case .weekday: 0xf8
        case .month, .timerMode: 0xe0
        case .alarmHours, .alarmDay: 0x40
        case .alarmWeekday: 0x78
        case .control2, .offset, .memory, .seconds, .year, .alarmSeconds, .alarmMinutes, .timerValue: 0
        }
    }

    private var name: String {
        switch self {
        case .control1: "control 1"
        case .control2: "control 2"
        case .offset: "offset"
        case .memory: "memory"
        case .seconds: "seconds"
        case .minutes: "minutes"
        case .hours: "hours"
        case .day: "days"
        case .weekday: "weekdays"
        case .month: "months"
        case .year: "years"
        case .alarmSeconds: "alarm seconds"
        case .alarmMinutes: "alarm minutes"
        case .alarmHours: "alarm hours"
        case .alarmDay: "alarm days"
        case .alarmWeekday: "alarm weekdays"
        case .timerValue: "timer value"
        case .timerMode: "timer mode"
        }
    }
}

/// Control_1, 00h.
struct Control1: OptionSet {
    let rawValue: UInt8

    init(rawValue: UInt8) { self.rawValue = rawValue }

    /// The time circuits are held at the beginning of their count.
    static let stop = Control1(rawValue: 0x20)
    /// CIE.
    static let interruptOnCorrection = Control1(rawValue: 0x04)
    /// 12_24: hours count to twelve.
    static let twelveHours = Control1(rawValue: 0x02)
    /// CAP_SEL: 12.5 pF.
    static let largeCapacitor = Control1(rawValue: 0x01)
}

/// Offset, 02h: corrections of the time in single seconds, not of the oscillator; a positive number makes a chip that is fast
/// slower (data sheet, "Offset calibration workflow").
///
/// | bit 7 | a correction for each step | is worth |
/// |---|---|---|
/// | 0 | every two hours, of 1/32 s, one in a minute | 4.34 ppm |
/// | 1 | every four minutes, of 1/1024 s, one in a second | 4.069 ppm |
struct OffsetRegister {
    let rawValue: UInt8

    private static let fast: UInt8 = 0x80

    init(rawValue: UInt8) { self.rawValue = rawValue }

    /// nil if there are not as many steps.
    init?(_ trim: TrimOffset) {
        guard (-64...63).contains(trim.steps) else { return nil }
        rawValue = Self.fast | UInt8(truncatingIfNeeded: trim.steps) & 0x7f
    }

    private var isFast: Bool { rawValue & Self.fast != 0 }

    /// Bits 6–0, two's complement.
    private var number: Int8 { Int8(bitPattern: rawValue << 1) >> 1 }

    /// In the steps of the fast mode, which the slow one's are rounded to.
    var trim: TrimOffset {
        let steps = isFast ? Double(number) : (Double(number) * 4.34 / 4.069).rounded()
        return TrimOffset(steps: Int16(steps))
    }

    /// By how much the chip's seconds are away from even ones, at the most.
    var ripple: NTPDuration { .seconds(Double(number.magnitude) / (isFast ? 1_024 : 32)) }
}
