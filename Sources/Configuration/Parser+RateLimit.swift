import NTPTime

/// `discard` and `mru`: options with a number each.
extension Parser {
    mutating func discard(_ line: inout DirectiveLine) throws(SyntaxError) {
        guard line.hasMore else {
            throw SyntaxError(at: line.keyword, "expected 'average', 'minimum' or 'monitor' after 'discard'")
        }
        while let option = line.next() {
            switch option.text {
            case "average":
                let longest = Int64(PollExponent.range.upperBound.log2Seconds)
                configuration.rateLimit.average = PollExponent(Int8(try line.wholeNumber(of: option, in: 0...longest)))
            case "minimum": configuration.rateLimit.minimum = Int32(try line.wholeNumber(of: option, in: 0...65_535))
            case "monitor":
                configuration.rateLimit.monitor = .seconds(Double(try line.wholeNumber(of: option, in: 1...1_000_000)))
            default: throw unknown("option", option, ["average", "minimum", "monitor"])
            }
        }
    }

    mutating func clientList(_ line: inout DirectiveLine) throws(SyntaxError) {
        guard line.hasMore else {
            throw SyntaxError(at: line.keyword, "expected an option such as 'maxdepth' after 'mru'")
        }
        while let option = line.next() {
            switch option.text {
            case "maxdepth": configuration.clientList.maximum = .clients(try clientCount(of: option, &line))
            case "maxmem":
                configuration.clientList.maximum = .kibibytes(Int(try line.wholeNumber(of: option, in: 1...65_536)))
            case "mindepth": configuration.clientList.minimumCount = try clientCount(of: option, &line)
            case "maxage":
                let age = try line.wholeNumber(of: option, in: 0...1_000_000)
                configuration.clientList.maximumAge = .seconds(Double(age))
            case "initalloc", "initmem", "incalloc", "incmem":
                // Memory is taken as it is needed.
                _ = try line.wholeNumber(of: option, in: 0...1_000_000)
            case "minage":
                _ = try line.wholeNumber(of: option, in: 0...1_000_000)
                warn(at: option, "'minage' is not supported: the oldest gives way by chance; ignored")
            default:
                throw unknown(
                    "option",
                    option,
                    ["maxdepth", "maxmem", "mindepth", "maxage", "minage"]
                )
            }
        }
    }

    private func clientCount(of option: Token, _ line: inout DirectiveLine) throws(SyntaxError) -> Int {
        Int(try line.wholeNumber(of: option, in: 1...1_000_000))
    }
}
