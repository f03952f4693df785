import CommandLine
import Configuration
import HAL
import Linux
import ProgramSupport
import RTCReference

/// What is kept of the chip, in its file: each change is saved before it is made on the chip, and when it is done.
struct RTCJournal {
    private(set) var store: RTCStore
    /// The file's text when it was read; nil without one.
    let saved: String?
    private var files: StateFiles

    init(_ configuration: Configuration, of kind: RTCKind) throws(ToolError) {
        files = StateFiles(configuration)
        do throws(StateFileError) { saved = try files.rtc() } catch { throw ToolError(.failure, error.description) }
        store = RTCStore(kind, saved: saved, assumedError: configuration.assumedRTCError)
    }

    /// Changes what is kept, and saves it.
    ///
    /// Where nothing was kept before and nothing can be, there is nothing that could mislead the next start either: that is a
    /// warning.
    mutating func change(_ body: (inout RTCStore) -> Void) throws(ToolError) {
        body(&store)
        guard let complaint = files.write(rtc: store.text) else { return }
        guard saved == nil else {
            throw ToolError(.failure, "\(complaint): the next start would not know of the change")
        }
        StandardStream.error.write("tickover: \(complaint); going on without\n")
    }
}
