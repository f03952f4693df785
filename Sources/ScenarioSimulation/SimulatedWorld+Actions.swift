import ClockDiscipline
import NTPEngine
import NTPTime
import NTPWire
import NetworkAddress
import RTCReference

/// What the engine wants done, and what comes back to it.
extension SimulatedWorld {
    /// What is under way.
    enum Arrival {
        case request(server: Int, AssociationID, NTPPacket)
        case reply(AssociationID, NTPDatagram)
        case addresses(SourceID, [ResolvedAddress])
        case rtc(RTCAnswer)
    }

    func deliver(_ arrival: Arrival) {
        let now = now
        switch arrival {
        case .request(let server, let id, let packet): answer(packet, by: server, to: id)
        case .reply(let id, let datagram): engine.received(id, datagram.span, at: now.monotonic, now: now)
        case .addresses(let source, let addresses): engine.resolved(source, to: addresses, at: now)
        case .rtc(let answer): engine.rtcAnswered(answer, at: now)
        }
        carryOutActions()
    }

    func carryOutActions() {
        guard isOn else { return }
        for action in engine.takeActions() {
            switch sabotage?(action, engine) ?? action {
            case .send(let id, let address, let datagram): send(datagram, to: address.address, for: id)
            case .resolve(let source, let host): resolve(source, host)
            case .step(let step):
                clock.step(by: step, at: moment)
                steps.append(step)
                isStepped = true
            case .steer(let steering):
                clock.steer(steering, at: moment)
                self.steering = steering
            case .publish(let status): clock.announce(status.leap, at: moment)
            case .rtc(let request):
                if case .write = request, case (.write, let duration)? = powerFailure {
                    chip?.interrupt(request, at: time)
                    return failPower(for: duration)
                }
                guard let answer = chip?.answer(request, at: time) else { break }
                arrivals.add(.rtc(answer.answer), at: answer.time)
            case .readThermometer:
                engine.thermometerRead(thermometer?.read(at: time), at: moment)
                carryOutActions()
            case .saveFrequency(let frequency): savedFrequency = frequency
            case .saveRTC(let text):
                if case (.save, let duration)? = powerFailure { return failPower(for: duration) }
                savedRTC = text
                hasTornFiles = false
            case .broadcast(let datagram, let address, _): broadcasts.append((time, address, datagram))
            case .tell(let event): events.append(event)
            case .associationsChanged, .close, .measured, .corrected: break
            case .panic: panic = time
            }
        }
    }
}
