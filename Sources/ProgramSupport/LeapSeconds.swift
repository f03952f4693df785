import Authentication
import Configuration
import Linux
import NTPTime

/// Reads leap second files.
package enum LeapSeconds {
    /// Larger than any such file.
    private static let sizeLimit = 1 << 18

    package static func load(_ directive: LeapFile) throws(StateFileError) -> LeapSecondTable {
        let octets: [UInt8]
        do throws(LinuxError) {
            octets = try FileStore.read(directive.path, limit: sizeLimit)
        } catch {
            throw StateFileError(description: error.message)
        }
        let file: LeapSecondFile
        do throws(LeapSecondFileError) {
            file = try LeapSecondFile(parsing: octets)
        } catch {
            throw StateFileError(description: "\(directive.path):\(error.line): \(error.message)")
        }
        guard !directive.checksHash || file.hash == nil || file.hash == sha1(of: file.hashedDigits) else {
            throw StateFileError(description: "\(directive.path): the hash is not that of the numbers")
        }
        return file.table
    }

    private static func sha1(of octets: [UInt8]) -> [UInt8] {
        let digest = KeyedDigest(.sha1, key: Span(), message: octets.span).octets
        return digest.indices.prefix(20).map { digest[$0] }
    }
}
