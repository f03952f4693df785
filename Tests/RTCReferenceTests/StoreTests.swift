import ClockDiscipline
import DS3231
import HAL
import NTPTime
import Testing

@testable import RTCReference

@Suite struct `The journal of the chip` {
    private static let date = NTPDate(unixSeconds: 1_800_000_000)
    private static let moment = MonotonicTime.zero + .seconds(1_000)

    private static func edge(_ offset: Double = 0, after seconds: Double = 0) -> EdgeSample {
        EdgeSample(
            edge: moment + .seconds(seconds - offset),
            uncertainty: .milliseconds(0.3),
            chipTime: date + .seconds(seconds),
            temperature: Temperature(quarterDegrees: 100),
            trim: TrimOffset(steps: 0)
        )
    }

    private static func report(residual: Double = 0.0002) -> WriteReport {
        WriteReport(
            written: date,
            residual: .seconds(residual),
            uncertainty: .milliseconds(0.3),
            oscillatorHadStopped: false,
            wasOffOnBattery: false,
            edge: edge(residual),
            moved: nil
        )
    }

    private static func reference(offset: Double = 0, delay: Double = 0.02, dispersion: Double = 0.005) -> TimeReference
    {
        TimeReference(
            estimate: ClockEstimate(
                moment: moment,
                date: date + .seconds(offset),
                frequency: .zero,
                phaseError: .zero,
                frequencyError: .zero
            ),
            rootDelay: .seconds(delay),
            rootDispersion: .seconds(dispersion),
            leap: .none
        )
    }

    private static func store(_ saved: String? = nil) -> RTCStore {
        RTCStore(DS3231.kind, saved: saved, assumedError: .seconds(1))
    }

    /// One that was set by servers.
    private static func known() -> RTCStore {
        var store = store()
        store.begin(setting: .reference(reference()))
        store.commit(report(), known: nil)
        return store
    }

    private static func time(_ store: RTCStore, _ sample: EdgeSample = edge(after: 10)) throws(RTCRefused) -> RTCTime {
        try RTCTime(sample, of: DS3231.kind, saved: store.text, assumedError: .seconds(1), leapSeconds: nil)
    }

    @Test func `starts without a history, and the chip is taken as right to what is assumed`() throws {
        let time = try Self.time(Self.store())
        #expect(time.correction == nil && time.bound >= .seconds(1) && time.bound < .seconds(1.01))
    }

    @Test func `knows of a change before it is made, and believes the chip only after it`() throws {
        var store = Self.known()
        store.begin(setting: .reference(Self.reference()))
        #expect(store.isSetting)
        #expect(throws: RTCRefused.self) { try Self.time(store) }
        // A power cut now, or a bus that fails.
        #expect(throws: RTCRefused.self) { try Self.time(Self.store(store.text)) }
        store.abandon(mayHaveChanged: true)
        #expect(!store.isSetting)
        #expect(throws: RTCRefused.self) { try Self.time(store) }
        store.commit(Self.report(), known: nil)
        #expect(throws: RTCRefused.self) { try Self.time(store) }
        store.begin(setting: .reference(Self.reference()))
        store.commit(Self.report(), known: nil)
        _ = try Self.time(store)
    }

    @Test func `believes a chip as before that was not touched, and one that was half-set no more than before`() throws
    {
        var store = Self.known()
        let before = store
        store.begin(setting: .reference(Self.reference()))
        store.abandon(mayHaveChanged: false)
        #expect(store == before)
        store.begin(setting: .reference(Self.reference()))
        store.abandon(mayHaveChanged: true)
        store.begin(setting: .reference(Self.reference()))
        store.abandon(mayHaveChanged: false)
        #expect(throws: RTCRefused.self) { try Self.time(store) }
    }

    @Test func `gives the chip no smaller bound than what it was set by`() throws {
        let time = try Self.time(Self.known())
        #expect(time.bound >= .seconds(0.02 / 2 + 0.005))
        #expect(time.correction.map { ($0 - .milliseconds(0.2)).magnitude < .microseconds(1) } == true)
    }

    @Test func `takes a time that somebody gave as right to what is assumed, and forgets the offset before`() throws {
        var store = Self.known()
        store.begin(setting: .given(ClockReading(monotonic: Self.moment, date: Self.date)))
        store.commit(Self.report(residual: -0.0001), known: nil)
        let time = try Self.time(store)
        #expect(time.bound >= .seconds(1) && (time.correction ?? .max).magnitude < .milliseconds(1))
    }

    @Test func `knows by how much a time that somebody gave is wrong when others tell it`() throws {
        var store = Self.known()
        store.begin(setting: .given(ClockReading(monotonic: Self.moment, date: Self.date + .seconds(3_600))))
        store.commit(Self.report(), known: Self.reference())
        let time = try Self.time(store)
        #expect(time.bound < .seconds(0.1))
        #expect(time.correction.map { ($0 - .seconds(3_600)).magnitude < .milliseconds(1) } == true)
    }

    @Test func `keeps what is known against the chip, until it is set`() throws {
        var store = Self.known()
        store.update { $0.doubt = .seconds(2) }
        #expect(try Self.time(store).bound >= .seconds(2))
        var next = Self.store(store.text)
        #expect(next.memory == store.memory)
        next.begin(setting: .reference(Self.reference()))
        next.commit(Self.report(), known: nil)
        #expect(next.memory.doubt == .zero)
    }

    @Test func `reads what was saved before doubt was`() {
        let lines = Self.known().text.split(separator: "\n", omittingEmptySubsequences: false)
        let fields = lines[0].split(separator: " ").dropLast()
        let old = ([fields.joined(separator: " ")] + lines.dropFirst().map { String($0) }).joined(separator: "\n")
        #expect(Self.store(old).memory == Self.known().memory)
        for spoilt in ["reference", "reference 1 2", "reference -1 0 trimmed 0\n", "reference 0 0 trimmed nan\n"] {
            #expect(Self.store(spoilt + old).memory == Self.store().memory)
        }
    }

    @Test(arguments: [
        (SelfTest.TimeChange.none, 0.2e-3 as Double?),
        (.restored(offset: .milliseconds(0.5), bound: .milliseconds(0.1)), 0.7e-3),
        (.lost, nil),
    ])
    func `follows the chip through a self-test`(change: SelfTest.TimeChange, offset: Double?) throws {
        var store = Self.known()
        store.beginTest()
        #expect(throws: RTCRefused.self) { try Self.time(store) }
        store.endTest(change)
        guard let offset else {
            #expect(throws: RTCRefused.self) { try Self.time(store) }
            return
        }
        let correction = try Self.time(store).correction
        #expect(correction.map { ($0 - .seconds(offset)).magnitude < .microseconds(1) } == true)
    }

    @Test func `stays refused after a self-test if it was before`() {
        for change in [SelfTest.TimeChange.none, .restored(offset: .zero, bound: .zero)] {
            var store = Self.known()
            store.begin(setting: .reference(Self.reference()))
            store = Self.store(store.text)
            store.beginTest()
            store.endTest(change)
            #expect(throws: RTCRefused.self) { try Self.time(store) }
        }
    }

    @Test func `knows who trims the chip`() {
        var store = Self.known()
        store.setTrimmedByHand(true)
        store.commit(
            TrimReport(before: TrimOffset(steps: 0), after: TrimOffset(steps: 5), effective: Self.moment),
            at: Self.date
        )
        let next = Self.store(store.text)
        #expect(next.memory.isTrimmedByHand && next.memory.model.trim == TrimOffset(steps: 5))
    }
}
