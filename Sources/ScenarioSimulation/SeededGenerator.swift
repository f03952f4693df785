import NTPTime

/// Random numbers that depend on the seed and nothing else (SplitMix64), the same on every processor.
package struct SeededGenerator: RandomNumberGenerator, Sendable {
    private var state: UInt64
    private var spareNormal: Double?

    /// - Parameter stream: numbers of another stream are independent, so that a part of the world that draws more or
    ///   less often leaves the others as they are.
    package init(seed: UInt64, stream: UInt64) {
        state = Self.mixed(Self.mixed(seed &+ 0x9e37_79b9_7f4a_7c15) ^ stream &* 0xd134_2543_de82_ef95)
    }

    package mutating func next() -> UInt64 {
        state &+= 0x9e37_79b9_7f4a_7c15
        return Self.mixed(state)
    }

    private static func mixed(_ bits: UInt64) -> UInt64 {
        var bits = bits
        bits = (bits ^ bits >> 30) &* 0xbf58_476d_1ce4_e5b9
        bits = (bits ^ bits >> 27) &* 0x94d0_49bb_1331_11eb
        return bits ^ bits >> 31
    }

    /// Uniform in 0 < x ≤ 1.
    package mutating func uniform() -> Double { Double(next() >> 11 + 1) * 0x1p-53 }

    /// With the given mean, which is also the standard deviation.
    package mutating func exponential(mean: Double) -> Double { -mean * Elementary.log(uniform()) }

    /// Mean 0, standard deviation 1 (Marsaglia's polar method).
    package mutating func normal() -> Double {
        if let spare = spareNormal {
            spareNormal = nil
            return spare
        }
        while true {
            let x = 2 * uniform() - 1
            let y = 2 * uniform() - 1
            let square = x * x + y * y
            guard square > 0, square < 1 else { continue }
            let scale = (-2 * Elementary.log(square) / square).squareRoot()
            spareNormal = y * scale
            return x * scale
        }
    }

    /// Gamma with the given mean (Marsaglia and Tsang's method).
    ///
    /// - Parameter shape: at least 1, which is the exponential distribution; more is narrower.
    package mutating func gamma(shape: Double, mean: Double) -> Double {
        let d = shape - 1.0 / 3
        let c = 1 / (9 * d).squareRoot()
        while true {
            let x = normal()
            let root = 1 + c * x
            guard root > 0 else { continue }
            let v = root * root * root
            if Elementary.log(uniform()) < x * x / 2 + d - d * v + d * Elementary.log(v) { return d * v * mean / shape }
        }
    }
}
