import DS3231
import HAL
import NTPTime
import Support
import Testing

@testable import RTCReference

private let start = NTPDate(unixSeconds: 1_800_000_000)

private let roomTemperature = Temperature(quarterDegrees: 100)

extension RTCModel {
    /// Each observation's error is new, and anywhere within `uncertainty`.
    @discardableResult
    fileprivate mutating func observe(
        offset: NTPDuration,
        at date: NTPDate,
        temperature: Temperature = roomTemperature,
        uncertainty: NTPDuration
    ) -> Outcome {
        observe(observation(offset, at: date, temperature, uncertainty))
    }

    fileprivate mutating func rewritten(to residual: NTPDuration, at date: NTPDate, uncertainty: NTPDuration) {
        rewritten(observation(residual, at: date, roomTemperature, uncertainty))
    }

    private func observation(
        _ offset: NTPDuration,
        at date: NTPDate,
        _ temperature: Temperature,
        _ uncertainty: NTPDuration
    ) -> RTCObservation {
        RTCObservation(
            offset: offset,
            date: date,
            temperature: temperature,
            trim: trim ?? TrimOffset(steps: 0),
            deviation: uncertainty * (1 / 3.0.squareRoot()),
            bound: uncertainty
        )
    }

    /// A model that has seen a chip of `drift` every `interval` s for `duration` s, from `start` on, without noise.
    fileprivate init(
        drift: Double,
        every interval: Double = 64,
        for duration: Double,
        bound: NTPDuration = .milliseconds(0.4)
    ) {
        self.init(of: DS3231.kind)
        var elapsed = 0.0
        while elapsed <= duration {
            observe(offset: .seconds(drift * elapsed), at: start + .seconds(elapsed), uncertainty: bound)
            elapsed += interval
        }
    }
}

/// One chip's life in a test: how it drifts, what its clock is compared with, and for how long it is left alone.
private struct Life {
    var error = 0.0
    var bound = 0.0
    var gap = 0.0

    /// The drift wanders, and follows a day's temperature; the power goes, and the room becomes warmer or cooler.
    init(seed: UInt64) {
        var random = SplitMix(state: seed)
        var drift = 1.5e-6 * random.normal()
        let wander = [0, 3e-11, 1e-10][Int(random.next() % 3)]
        let coefficient = 0.03e-6 * random.normal()
        let interval = [64.0, 256, 1_024, 3_600][Int(random.next() % 4)]
        let duration = random.uniform(2...72) * 3_600
        let swing = random.uniform(0...6)
        let bound = random.uniform(0.0002...0.005)
        var offset = random.uniform(-0.5...0.5) * bound
        var elapsed = 0.0
        var model = RTCModel(of: DS3231.kind)
        func date(_ elapsed: Double) -> NTPDate { start + .seconds(elapsed) }
        func walk(for time: Double) { drift += wander * time.squareRoot() * random.normal() }
        while elapsed < duration {
            // A triangle is enough of a day.
            let phase = (elapsed / 86_400).truncatingRemainder(dividingBy: 1)
            let celsius = 25 + swing * (phase < 0.5 ? 4 * phase - 1 : 3 - 4 * phase)
            model.observe(
                offset: .seconds(offset + random.uniform(-1...1) * bound),
                at: date(elapsed),
                temperature: Temperature(quarterDegrees: Int16(celsius * 4)),
                uncertainty: .seconds(bound)
            )
            offset += (drift + coefficient * (celsius - 25)) * interval
            walk(for: interval)
            elapsed += interval
        }
        gap = random.uniform(0...1) < 0.5 ? random.uniform(60...86_400) : random.uniform(1...60) * 86_400
        let warmth = 5 * random.normal() * min(1, gap / 21_600)
        let step = random.uniform(-0.05...0.05) * 1e-6
        let remaining = gap - interval
        walk(for: max(0, remaining) / 3)
        offset += (drift + coefficient * warmth + step) * remaining
        let prediction = model.predict(
            at: date(elapsed - interval + gap),
            temperature: roomTemperature
        )
        error = offset - prediction.offset.seconds
        self.bound = prediction.uncertainty.seconds
    }
}

@Suite struct `The RTC's model` {
    @Test func `bounds its error, and not by far too much`() {
        let lives = (1...1_000).map { Life(seed: UInt64($0)) }
        let broken = lives.indices.filter { abs(lives[$0].error) > lives[$0].bound }
        #expect(broken.count <= 5, "seeds \(broken.map { $0 + 1 })")
        // Relative to the time left alone, so that the long ones do not drown the others.
        let longs = lives.filter { $0.gap > 3_600 }
        let squares = longs.map { ($0.error / $0.gap) * ($0.error / $0.gap) }
        let rms = (squares.reduce(0, +) / Double(squares.count)).squareRoot()
        let median = longs.map { $0.bound / $0.gap }.sorted()[longs.count / 2]
        #expect(median < 10 * rms)
    }

    @Test(arguments: [-3.2, -0.4, 0, 0.19, 5])
    func `learns a drift within hours`(ppm: Double) {
        let early = RTCModel(drift: ppm * 1e-6, for: 300)
        #expect(!early.isLearned)
        let model = RTCModel(drift: ppm * 1e-6, for: 6 * 3_600)
        #expect(model.isLearned)
        #expect(abs(model.drift.ppm - ppm) < 0.1)
        #expect(model.driftUncertainty < .ppm(0.3))
        let prediction = model.predict(at: start + .seconds(30 * 3_600))
        #expect(abs(prediction.offset.seconds - ppm * 1e-6 * 108_000) <= prediction.uncertainty.seconds)
        #expect(prediction.uncertainty < .milliseconds(120))
    }

    @Test(arguments: [-0.06, -0.02, 0, 0.02, 0.1])
    func `learns what temperature does within two days`(ppmPerDegree: Double) throws {
        var model = RTCModel(of: DS3231.kind)
        var offset = 0.0
        for step in 0..<(2 * 86_400 / 256) {
            let elapsed = Double(step) * 256
            let celsius = 22 + 5 * Elementary.sine(turns: elapsed / 86_400)
            model.observe(
                offset: .seconds(offset),
                at: start + .seconds(elapsed),
                temperature: Temperature(quarterDegrees: Int16((celsius * 4).rounded())),
                uncertainty: .milliseconds(0.4)
            )
            offset += (0.3e-6 + ppmPerDegree * 1e-6 * (celsius - 25)) * 256
        }
        let coefficient = try #require(model.temperatureCoefficient)
        #expect(abs(coefficient.value.ppm - ppmPerDegree) < 0.002)
        // What the thermometer's steps hide is the more the larger the coefficient is.
        #expect(coefficient.deviation < .ppm(0.003 + 0.06 * abs(ppmPerDegree)))
        // The drift is that at the present temperature, and holds at others by the coefficient.
        #expect(abs(model.drift.ppm - (0.3 - 3 * ppmPerDegree)) < 0.01)
        let date = start + .seconds(2 * 86_400)
        model.advance(to: date, temperature: Temperature(quarterDegrees: 140))
        #expect(abs(model.drift.ppm - (0.3 + 10 * ppmPerDegree)) < 0.03)
    }

    @Test func `without history is a second around nothing`() {
        let prediction = RTCModel(of: DS3231.kind).predict(at: start)
        #expect(prediction.offset == .zero && prediction.uncertainty == .seconds(1))
        #expect(
            !RTCModel(of: DS3231.kind).hasHistory && !RTCModel(of: DS3231.kind).isLearned
                && RTCModel(of: DS3231.kind).drift == .zero
        )
    }

    @Test func `is as wide as the prior drift after a first observation`() {
        let model = RTCModel(drift: 0, for: 0)
        let prediction = model.predict(at: start + .seconds(86_400))
        #expect(prediction.uncertainty > .seconds(7.5e-6 * 86_400))
        #expect(prediction.uncertainty < .seconds(8.5e-6 * 86_400))
    }

    @Test func `keeps the drift across a write`() {
        var model = RTCModel(drift: 2e-6, for: 12 * 3_600)
        let drift = model.drift
        let date = start + .seconds(13 * 3_600)
        model.rewriteBegins()
        #expect(model.predict(at: date).uncertainty == .max)
        model.rewritten(to: .milliseconds(-0.2), at: date, uncertainty: .milliseconds(0.3))
        #expect(abs(model.drift.ppm - drift.ppm) < 0.001 && model.isLearned)
        #expect(model.lastWrite == NTPDate(seconds: date.seconds))
        #expect(model.predict(at: date).offset == .milliseconds(-0.2))
        #expect(model.predict(at: date).uncertainty < .milliseconds(1))
        for hour in 1...12 {
            let elapsed = Double(hour) * 3_600
            let outcome = model.observe(
                offset: .seconds(-0.0002 + 2e-6 * elapsed),
                at: date + .seconds(elapsed),
                uncertainty: .milliseconds(0.4)
            )
            #expect(outcome == .accepted)
        }
        #expect(abs(model.drift.ppm - 2) < 0.1)
    }

    @Test func `a first write without history starts from the prior`() {
        var model = RTCModel(of: DS3231.kind)
        model.rewritten(to: .zero, at: start, uncertainty: .milliseconds(1))
        #expect(model.hasHistory && !model.isLearned)
    }

    @Test func `rejects an outlier, doubts itself meanwhile, and goes on`() {
        var model = RTCModel(drift: 1e-6, for: 12 * 3_600)
        let before = model.drift
        let date = start + .seconds(12 * 3_600 + 640)
        let width = model.predict(at: date).uncertainty
        #expect(model.observe(offset: .seconds(0.5), at: date, uncertainty: .milliseconds(0.4)) == .rejected)
        #expect(model.drift == before)
        #expect(model.predict(at: date).uncertainty > width + .seconds(0.4))
        let next = date + .seconds(64)
        let truth = NTPDuration.seconds(1e-6 * (next - start).seconds)
        #expect(model.observe(offset: truth, at: next, uncertainty: .milliseconds(0.4)) == .accepted)
        #expect(model.predict(at: next).uncertainty < .milliseconds(2))
    }

    @Test func `outliers that disagree never win`() {
        var model = RTCModel(drift: 1e-6, for: 12 * 3_600)
        for step in 1...20 {
            let offset = NTPDuration.seconds(Double(step * (step % 2 == 0 ? 1 : -1)))
            let date = start + .seconds(12 * 3_600 + Double(step) * 64)
            #expect(model.observe(offset: offset, at: date, uncertainty: .milliseconds(0.4)) == .rejected)
        }
    }

    @Test func `gives in to three that agree, and learns again`() {
        var model = RTCModel(drift: 1e-6, for: 12 * 3_600)
        let moved = start + .seconds(13 * 3_600)
        var outcomes: [RTCModel.Outcome] = []
        for step in 0..<600 {
            // Somebody set the chip 40 s ahead and trimmed it.
            let elapsed = Double(step) * 64
            outcomes.append(
                model.observe(
                    offset: .seconds(40 - 3e-6 * elapsed),
                    at: moved + .seconds(elapsed),
                    uncertainty: .milliseconds(0.4)
                )
            )
        }
        #expect(outcomes.prefix(3) == [.rejected, .rejected, .relearned])
        #expect(outcomes.dropFirst(3).allSatisfy { $0 == .accepted })
        #expect(abs(model.drift.ppm + 3) < 0.2)
    }

    @Test func `UTC that was stepped back does not stop it`() {
        var model = RTCModel(drift: 0, for: 12 * 3_600)
        let outcomes = (0..<5).map {
            model.observe(
                offset: .seconds(86_400),
                at: start - .seconds(86_400 - Double($0) * 64),
                uncertainty: .milliseconds(0.4)
            )
        }
        #expect(outcomes == [.rejected, .rejected, .relearned, .accepted, .accepted])
    }

    @Test func `follows the trim register`() {
        var model = RTCModel(drift: 2e-6, for: 24 * 3_600)
        let date = start + .seconds(24 * 3_600)
        let before = model.predict(at: date)
        model.note(TrimOffset(steps: 20), at: date)
        #expect(abs(model.drift.ppm) < 0.1)
        #expect(!model.isLearned)
        #expect((model.predict(at: date).offset - before.offset).magnitude < .microseconds(1))
        // Half of what the datasheet says was measured elsewhere: that has to be within the bound.
        let later = model.predict(at: date + .seconds(86_400))
        let truth = before.offset + .seconds(1e-6 * 86_400)
        #expect((truth - later.offset).magnitude <= later.uncertainty)
    }
}

@Suite struct `The RTC's model as text` {
    @Test(arguments: 1...50)
    func `survives anything that can happen to it`(seed: Int) throws {
        var random = SplitMix(state: UInt64(seed))
        var model = RTCModel(of: DS3231.kind)
        for _ in 0..<40 {
            let date = start + .seconds(random.uniform(-1e5...4e8))
            let scales: [NTPDuration] = [.zero, .microseconds(1), .milliseconds(1), .seconds(1), .seconds(1e6), .max]
            let offset = scales[Int(random.next() % 6)] * random.uniform(-1...1)
            let uncertainty = scales[Int(random.next() % 6)]
            switch random.next() % 8 {
            case 0: model.rewriteBegins()
            case 1: model.rewritten(to: offset, at: date, uncertainty: uncertainty)
            case 2:
                model.note(TrimOffset(steps: Int16(random.uniform(-128...127))), at: date)
            default: model.observe(offset: offset, at: date, uncertainty: uncertainty)
            }
            let text = model.serialised()
            let read = try #require(RTCModel(parsing: text, of: DS3231.kind), "seed \(seed): \(text)")
            #expect(read.serialised() == text)
            #expect(read.state == model.state && read.lastWrite == model.lastWrite)
            #expect(read.isBeingWritten == model.isBeingWritten)
            let moment = date + .seconds(random.uniform(-1e6...1e9))
            #expect(read.predict(at: moment) == model.predict(at: moment))
            #expect(read.predict(at: moment).uncertainty > .zero)
        }
    }

    private static let good = RTCModel(drift: 1e-6, for: 3_600).serialised() + "written 2027-01-15T08:00:00Z\n"

    @Test func `the text that the damaged ones are made from is good`() throws {
        let model = try #require(RTCModel(parsing: Self.good, of: DS3231.kind))
        #expect(model.hasHistory && model.lastWrite == NTPDate(unixSeconds: 1_800_000_000))
    }

    @Test func `a text that ends early is refused at any length`() {
        let lines = Self.good.split(separator: "\n", omittingEmptySubsequences: false)
        for length in 0..<Self.good.utf8.count {
            let text = String(Self.good.prefix(length))
            let read = RTCModel(parsing: text, of: DS3231.kind)
            // Whole lines may be left out at the end: the first two alone are an empty model, the last line is optional.
            let isWhole =
                text == "\(lines[0])\n\(lines[1])\n" || text == lines.dropLast(2).joined(separator: "\n") + "\n"
            #expect((read != nil) == isWhole, "\(text)")
        }
    }

    @Test(arguments: [
        ("model 4", "model 2"), ("model 4", "model 4 "), ("chip DS3231", "chip DS3232"), ("chip DS3231\n", ""),
        ("date 2027", "date 1999"), ("date 2027", "date 2201"),
        ("date 2027-01", "date 2027-13"), ("Z 0", "Z -1"), ("Z 0", "Z 4294967296"), ("Z 0", "Z"), ("Z 0", "Z 0 0"),
        ("Z 0", "Z  0"), ("Z 0\n", "Z 0\n\n"), ("observed", "observes"), ("temperature 100\n", ""),
        ("temperature 100", "temperature 100\ntemperature 100"), ("temperature 100", "temperature 512"),
        ("temperature 100", "temperature 1e2"), ("temperature 100", "temperature 100\nother 1"),
        ("observation-bound ", "observation-bound -"), ("contradiction 0.0", "contradiction nan"),
        ("trim 0", "trim 128"), ("trim 0", "trim none"), ("trim 0\n", ""), ("filter ", "filter 1"),
        ("filter ", "filter 0 "),
        ("filter 0.0 ", "filter "), ("filter 0.0 ", "filter inf "),
        ("filter 0.0 ", "filter 0.0 1e300 "), ("e-07 0.0 ", "e-07 -1.0 "), ("e-07 0.0 ", "e+07 0.0 "),
        ("e-15 0.0 ", "e-15 1.0 "), ("filter 0.0", "other 0.0"), ("written 2027", "written 20x7"), ("\n", "\r\n"),
        ("written", "rewriting no\nwritten"),
    ])
    func `damage is refused`(part: String, damage: String) {
        let text = Self.replacing(part, with: damage, in: Self.good)
        #expect(text != Self.good)
        #expect(RTCModel(parsing: text, of: DS3231.kind) == nil, "\(text)")
    }

    /// Replaces the first occurrence.
    private static func replacing(_ part: String, with other: String, in text: String) -> String {
        guard let range = text.firstRange(of: part) else { return text }
        return text.replacingCharacters(in: range, with: other)
    }

    @Test func `an unfinished write survives a power cut`() throws {
        var model = RTCModel(drift: 0, for: 0)
        model.rewriteBegins()
        let read = try #require(RTCModel(parsing: model.serialised(), of: DS3231.kind))
        #expect(read.isBeingWritten)
        #expect(read.predict(at: start).uncertainty == .max)
    }
}

extension String {
    fileprivate func replacingCharacters(in range: Range<String.Index>, with other: String) -> String {
        var text = self
        text.replaceSubrange(range, with: other)
        return text
    }
}

@Suite struct `Writing back` {
    private let policy = WriteBackPolicy()

    @Test func `is due without history, and then at most once an hour`() {
        let model = RTCModel(of: DS3231.kind)
        #expect(policy.writeBackIsDue(model: model, at: start, lastWrite: nil))
        #expect(!policy.writeBackIsDue(model: model, at: start + .seconds(3_599), lastWrite: start))
        #expect(policy.writeBackIsDue(model: model, at: start + .seconds(3_600), lastWrite: start))
    }

    @Test(arguments: [(4.9, false), (5.1, true), (-4.9, false), (-5.1, true)])
    func `is due beyond five milliseconds either way`(milliseconds: Double, isDue: Bool) {
        var model = RTCModel(of: DS3231.kind)
        model.observe(offset: .milliseconds(milliseconds), at: start, uncertainty: .milliseconds(0.3))
        #expect(policy.writeBackIsDue(model: model, at: start, lastWrite: start - .seconds(86_400)) == isDue)
        #expect(!policy.writeBackIsDue(model: model, at: start, lastWrite: start - .seconds(60)))
    }

    @Test func `is due when the drift will have carried the chip away`() {
        let model = RTCModel(drift: 1e-6, for: 3_600)
        #expect(!policy.writeBackIsDue(model: model, at: start + .seconds(4_000), lastWrite: start))
        #expect(policy.writeBackIsDue(model: model, at: start + .seconds(6_000), lastWrite: start))
    }

    @Test func `comes soon after a write that was left unfinished`() {
        var model = RTCModel(drift: 0, for: 0)
        model.rewriteBegins()
        #expect(!policy.writeBackIsDue(model: model, at: start + .seconds(59), lastWrite: start))
        #expect(policy.writeBackIsDue(model: model, at: start + .seconds(60), lastWrite: start))
    }

    @Test func `is not held up by a last write in the future`() {
        var model = RTCModel(of: DS3231.kind)
        model.observe(offset: .seconds(1), at: start, uncertainty: .milliseconds(1))
        #expect(policy.writeBackIsDue(model: model, at: start, lastWrite: start + .seconds(1e6)))
    }
}
