import NTPEngine

/// Random bits for an engine.
package final class Bits: RandomSource {
    private var generator: SplitMix

    package init(seed: UInt64) { generator = SplitMix(state: seed) }

    package func next() -> UInt64 { generator.next() }
}
