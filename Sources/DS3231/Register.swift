import HAL

extension DS3231 {
    /// The chip's register addresses (DS3231 datasheet, figure 1).
    package enum Register: UInt8, CaseIterable, Sendable {
        case seconds = 0x00
        case minutes
        case hours
        case weekday
        case date
        case month
        case year
        case alarm1Seconds
        case alarm1Minutes
        case alarm1Hours
        case alarm1Day
        case alarm2Minutes
        case alarm2Hours
        case alarm2Day
        case control
        case status
        case aging
        case temperatureHigh
        case temperatureLow
    }
}

extension DS3231.Register {
    /// With what was read from it.
    func reading(_ value: UInt8) -> RTCRegister { RTCRegister(name: name, address: rawValue, value: value) }

    private var name: String {
        switch self {
        case .seconds: "seconds"
        case .minutes: "minutes"
        case .hours: "hours"
        case .weekday: "day of week"
        case .date: "date"
        case .month: "month"
        case .year: "year"
        case .alarm1Seconds: "alarm 1 seconds"
        case .alarm1Minutes: "alarm 1 minutes"
        case .alarm1Hours: "alarm 1 hours"
        case .alarm1Day: "alarm 1 day"
        case .alarm2Minutes: "alarm 2 minutes"
        case .alarm2Hours: "alarm 2 hours"
        case .alarm2Day: "alarm 2 day"
        case .control: "control"
        case .status: "status"
        case .aging: "aging"
        case .temperatureHigh: "temperature, high octet"
        case .temperatureLow: "temperature, low octet"
        }
    }
}
