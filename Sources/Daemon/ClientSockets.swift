import Linux
import NTPEngine
import NTPTime
import NTPWire
import NetworkAddress

/// A socket for each association, opened anew for each request, so that its port is another each time.
struct ClientSockets {
    private(set) var sockets: [(id: AssociationID, socket: UDPSocket)] = []

    mutating func close(_ id: AssociationID) { sockets.removeAll { $0.id == id } }

    /// Sends a request.
    ///
    /// - Returns: false when it could not be sent; for the association that is a reply that never comes.
    mutating func send(
        _ request: NTPDatagram,
        to address: SocketAddress,
        for id: AssociationID,
        by batch: DatagramBatch
    ) -> Bool {
        close(id)
        do throws(LinuxError) {
            let socket = try UDPSocket.client(to: address)
            sockets.append((id, socket))
            batch.removeAll()
            batch.append(request.span)
            return batch.send(on: socket).sent == 1
        } catch {
            return false
        }
    }
}
