import Authentication
import ClockDiscipline
import NTPTime
import NTPWire
import NetworkAddress

/// Upstream servers: names, requests, replies.
extension Engine {
    /// Takes the source lines of a configuration that was read anew. Lines that are as they were keep their associations,
    /// those of lines that are gone end; the clock goes on as it was.
    package mutating func setSources(_ sources: [SourceConfiguration], at now: MonotonicTime) {
        var earlier = lines
        lines = sources.map { source in
            if let index = earlier.firstIndex(where: { $0.configuration == source }) {
                return earlier.remove(at: index)
            }
            defer { nextSourceID += 1 }
            return SourceLine(id: nextSourceID, configuration: source, firstLookup: now)
        }
        for id in earlier.flatMap({ $0.associations }) { remove(id) }
    }

    mutating func lookUpNames(at now: MonotonicTime) {
        for index in lines.indices where !lines[index].isResolving {
            guard let due = lines[index].nextLookup, due <= now else { continue }
            lines[index].isResolving = true
            actions.append(.resolve(lines[index].id, host: lines[index].configuration.host))
        }
    }

    /// The resolver's answer: the host's addresses, or none and why.
    package mutating func resolved(
        _ id: SourceID,
        to addresses: [ResolvedAddress],
        failure: String? = nil,
        at now: ClockReading
    ) {
        guard let index = lines.firstIndex(where: { $0.id == id }) else { return }
        if let failure, failure != lines[index].failure { tell(.lookUpFailed(failure)) }
        lines[index].failure = failure
        lines[index].isResolving = false
        var fresh = unusedAddresses(of: addresses, for: index, avoiding: lines[index].avoided)
        if fresh.isEmpty, lines[index].associations.isEmpty {
            // Rather an address that failed before than none at all.
            lines[index].avoided = []
            fresh = unusedAddresses(of: addresses, for: index, avoiding: [])
        }
        let lost = associations.filter { lines[index].associations.contains($0.id) && $0.isLost }
        for association in lost.prefix(max(0, fresh.count - wanted(of: lines[index]))) {
            lines[index].avoid(association.address.address)
            remove(association.id)
        }
        for address in fresh.prefix(wanted(of: lines[index])) { associate(index, with: address, at: now.monotonic) }
        if wanted(of: lines[index]) > 0 || lost.count > 0 {
            lines[index].retryLater(from: now.monotonic)
        } else {
            lines[index].succeeded()
        }
    }

    /// Associations that a line lacks; a pool's only as far as those of all pools leave room.
    private func wanted(of line: SourceLine) -> Int {
        guard line.configuration.kind == .pool, let limit = configuration.maximumPoolAssociations else {
            return line.wanted
        }
        let pooled = lines.filter { $0.configuration.kind == .pool }.reduce(0) { $0 + $1.associations.count }
        return max(0, min(line.wanted, limit - pooled))
    }

    /// Those that no association asks at the line's port; one machine may have a server at each of several.
    private func unusedAddresses(
        of addresses: [ResolvedAddress],
        for line: Int,
        avoiding avoided: [IPAddress]
    ) -> [ResolvedAddress] {
        let port = lines[line].configuration.port
        let asked = associations.filter { $0.address.port == port }.map { $0.address.address }
        let taken = asked + deniedAddresses + avoided
        return addresses.filter { !taken.contains($0.address) }
    }

    private mutating func associate(_ line: Int, with address: ResolvedAddress, at now: MonotonicTime) {
        let configuration = lines[line].configuration
        let socket = SocketAddress(address: address.address, port: configuration.port, scope: address.scope)
        associations.append(
            Association(
                id: nextAssociationID,
                address: socket,
                referenceID: ReferenceID(bits: address.referenceID),
                configuration: configuration,
                prior: currentPrior(at: now),
                firstPoll: now
            )
        )
        actions.append(.associationsChanged)
        lines[line].associations.append(nextAssociationID)
        repeat {
            nextAssociationID = nextAssociationID + 1 == .rtc ? 1 : nextAssociationID + 1
        } while associations.contains { $0.id == nextAssociationID }
    }

    mutating func pollServers(at now: ClockReading) {
        for index in associations.indices where associations[index].nextPoll <= now.monotonic {
            let key = associations[index].configuration.keyID.flatMap(keys.key)
            let request = associations[index].makeRequest(at: now.monotonic, key: key, random: randomBits())
            actions.append(.send(associations[index].id, to: associations[index].address, request))
        }
        for association in associations where association.isLost { replaceLater(association, at: now.monotonic) }
    }

    /// Asks the resolver again about a server that does not answer. It is polled on until there is another address, so
    /// that an outage of the whole network, name servers included, changes nothing.
    private mutating func replaceLater(_ lost: Association, at now: MonotonicTime) {
        guard let index = lines.firstIndex(where: { $0.associations.contains(lost.id) }),
            IPAddress(lines[index].configuration.host) == nil, !lines[index].isResolving,
            lines[index].nextLookup == nil
        else { return }
        tell(.lost(lost.address, host: lines[index].configuration.host))
        lines[index].nextLookup = now
    }

    private mutating func remove(_ id: AssociationID) {
        associations.removeAll { $0.id == id }
        for index in lines.indices { lines[index].associations.removeAll { $0 == id } }
        actions.append(.close(id))
        actions.append(.associationsChanged)
    }

    /// A request has left, by the kernel's stamp.
    package mutating func sent(_ id: AssociationID, transmitTimestamp: NTPTimestamp, at moment: MonotonicTime) {
        guard let index = associations.firstIndex(where: { $0.id == id }) else { return }
        associations[index].requestLeft(at: moment, transmitTimestamp: transmitTimestamp)
    }

    /// A datagram came in on the association's socket.
    package mutating func received(
        _ id: AssociationID,
        _ datagram: Span<UInt8>,
        at receivedAt: MonotonicTime,
        now: ClockReading
    ) {
        guard let index = associations.firstIndex(where: { $0.id == id }) else { return }
        let wasReachable = associations[index].isReachable
        let hadServers = associations.contains { $0.isReachable }
        let sentAt = associations[index].lastRequestAt
        let check = ReplyCheck(
            pivot: min(max(now.date, .earliestPlausible), .latestPlausible),
            frequency: currentPrior(at: now.monotonic).frequency,
            precision: configuration.precision,
            ownReferenceIDs: configuration.ownReferenceIDs,
            thermal: thermalGain(at: receivedAt),
            allowance: timekeeper.stability.allowance,
            plausibleDates: configuration.plausibleDates,
            keyID: associations[index].configuration.keyID,
            keys: keys
        )
        do {
            let prior = currentPrior(at: now.monotonic)
            let usesSample = !isLeapSecondClose(at: receivedAt)
            let reply = try associations[index].receive(
                datagram,
                at: receivedAt,
                check: check,
                prior: prior,
                usesSample: usesSample
            )
            switch reply {
            case .time:
                if !wasReachable { tell(.answers(associations[index].address)) }
                if !hadServers { reachableSince = receivedAt }
                if let sentAt {
                    actions.append(.measured(id, Exchange(sentAt: sentAt, receivedAt: receivedAt)))
                }
                guard usesSample, !associations[index].isPicking else { return }
                takeSample(of: id, at: now)
            case .kiss(let code): obey(code, from: associations[index], at: now.monotonic)
            }
        } catch {
            tellRefusal(error, by: associations[index])
        }
    }

    /// The first one for each reason; all are counted in the association. A log line for each would let anybody fill the
    /// disk.
    private mutating func tellRefusal(_ refusal: ReplyRefusal, by association: Association) {
        guard association.refusals[refusal] == 1 else { return }
        tell(.refused(association.address, refusal, keyID: association.configuration.keyID))
    }

    /// A new sample came from `id`: decide anew, and learn from it if it is one of those that are followed.
    private mutating func takeSample(of id: AssociationID, at now: ClockReading) {
        guard decide(after: .server(id), at: now), let network = timekeeper.network,
            let association = associations.first(where: { $0.id == id }), association.contradiction == nil
        else { return }
        if let newest = association.statistics.newest {
            timekeeper.noteFrequencyChange(association.frequencyChange, at: newest.moment)
        }
        learn(by: association, of: network.reference)
    }

    private mutating func obey(_ code: ReferenceID, from association: Association, at now: MonotonicTime) {
        switch code {
        case .deny, .restrict:
            tell(.denied(association.address, code))
            deniedAddresses.append(association.address.address)
            let line = lines.firstIndex { $0.associations.contains(association.id) }
            remove(association.id)
            if let line { lines[line].retryLater(from: now) }
        case .rate:
            tell(.rateLimited(association.address, interval: association.poll.interval))
        default: break
        }
    }

    /// What is known of the oscillator's frequency now, for statistics that start.
    func currentPrior(at now: MonotonicTime) -> FrequencyPrior {
        guard let estimate = timekeeper.network?.reference.estimate else { return prior }
        let elapsed = (now - estimate.moment).seconds
        let wander = OscillatorModel.wander * max(0, elapsed).squareRoot()
        let error = estimate.frequencyError.fraction
        return FrequencyPrior(
            frequency: estimate.frequency - thermalGain(at: now).rate,
            error: Frequency(fraction: (error * error + wander * wander).squareRoot())
        )
    }
}
