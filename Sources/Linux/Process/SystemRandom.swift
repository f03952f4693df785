import CLinux
import NTPTime

/// Unpredictable numbers from the kernel, in small supplies so that a number seldom costs a system call.
package struct SystemRandom: RandomNumberGenerator {
    private var supply: [UInt8]
    private var used = 0

    /// - Throws: when the kernel gives none, so that it is known at the start.
    package init() throws(LinuxError) {
        supply = Array(repeating: 0, count: 256)
        try Self.fill(&supply)
    }

    private static func fill(_ bytes: inout [UInt8]) throws(LinuxError) {
        let filled = bytes.withUnsafeMutableBufferPointer { tko_random($0.baseAddress, Int32($0.count)) }
        try checked(filled, "getrandom")
    }

    package mutating func next() -> UInt64 {
        if used + 8 > supply.count { refill() }
        var number: UInt64 = 0
        for index in used..<used + 8 { number = number << 8 | UInt64(supply[index]) }
        used += 8
        return number
    }

    /// Once getrandom has worked it does not fail; should it all the same, old numbers are mixed with the clock
    /// rather than given out again.
    private mutating func refill() {
        used = 0
        do throws(LinuxError) {
            try Self.fill(&supply)
        } catch {
            var state = UInt64(truncatingIfNeeded: OscillatorClock().now.sinceStart.units)
            for index in supply.indices {
                state = (state ^ UInt64(supply[index])) &* 0x9e37_79b9_7f4a_7c15
                state ^= state >> 29
                supply[index] = UInt8(truncatingIfNeeded: state >> 32)
            }
        }
    }
}
