import Foundation
import NetworkAddress
import Support
import Synchronization
import Testing

@testable import Linux

@Suite struct `A published value` {
    private struct Pattern: BitwiseCopyable, Equatable, Sendable {
        var a, b, c, d, e: UInt64
        var f: UInt8

        init(_ number: UInt64) { (a, b, c, d, e, f) = (number, number, number, number, number, UInt8(number & 0xff)) }
    }

    @Test func `is never seen half written`() throws {
        let published = try Published(Pattern(0))
        let isOver = Atomic(false)
        let torn = Atomic(0)
        let seen = Atomic(0)
        let readers = (0..<2).map { _ in
            Thread {
                var last: UInt64 = 0
                while !isOver.load(ordering: .relaxed) {
                    let value = published.value
                    if value != Pattern(value.a) || value.a < last { torn.add(1, ordering: .relaxed) }
                    last = value.a
                    seen.add(1, ordering: .relaxed)
                }
            }
        }
        for reader in readers { reader.start() }
        var number: UInt64 = 0
        while number < 200_000 || seen.load(ordering: .relaxed) < 1_000 {
            number += 1
            published.publish(Pattern(number))
        }
        isOver.store(true, ordering: .relaxed)
        while readers.contains(where: { !$0.isFinished }) { usleep(1_000) }
        #expect(torn.load(ordering: .relaxed) == 0)
        #expect(published.value == Pattern(number))
    }
}

@Suite struct `A rendezvous` {
    /// Unchecked: what the test is about.
    private final class Owned: @unchecked Sendable { var count = 0 }

    @Test func `stops the owner while it is visited`() throws {
        let rendezvous = try Rendezvous()
        let owned = Owned()
        let isOver = Atomic(false)
        let hasEnded = Atomic(false)
        let owner = Thread {
            while !isOver.load(ordering: .relaxed) {
                owned.count += 1
                rendezvous.stopIfWanted()
            }
            hasEnded.store(true, ordering: .releasing)
        }
        owner.start()
        for _ in 0..<200 {
            let moved = rendezvous.visit {
                let before = owned.count
                usleep(100)
                owned.count += 1
                return owned.count - before
            }
            #expect(moved == 1)
        }
        isOver.store(true, ordering: .relaxed)
        while !hasEnded.load(ordering: .acquiring) { usleep(1_000) }
        #expect(owned.count > 200)
    }
}

@Suite(.serialized) struct `Answers in the place of requests` {
    /// A server that gives back what it gets, with each octet one more.
    private func exchange(_ family: AddressFamily, count: Int) throws -> [[UInt8]] {
        let server = try UDPSocket.serving(port: 0, family: family)
        let client = try UDPSocket.client(
            to: SocketAddress(address: loopback(family), port: server.localAddress.port)
        )
        let (requests, answers) = (try DatagramBatch(capacity: 8), try DatagramBatch(capacity: 8))
        for number in 0..<count {
            #expect(requests.add([UInt8(number), 7]))
        }
        #expect(requests.send(on: client).sent == count)
        var taken = 0
        while taken < count {
            _ = try wait(for: server.fd)
            let received = try requests.receive(from: server)
            for index in 0..<received {
                requests.add(requests.bytes(index).map { $0 + 1 }, answering: index)
            }
            #expect(requests.sendAnswers(on: server).sent == received)
            taken += received
        }
        var received: [[UInt8]] = []
        while received.count < count {
            _ = try wait(for: client.fd)
            while try answers.receiveTransmitStamp(from: client) != nil {}
            for index in 0..<(try answers.receive(from: client)) { received.append(answers.bytes(index)) }
        }
        return received
    }

    @Test(arguments: families) func `go back where those came from`(family: AddressFamily) throws {
        // More than once through the same memory.
        for _ in 0..<3 { #expect(try exchange(family, count: 5) == (0..<5).map { [UInt8($0) + 1, 8] }) }
    }

    @Test(arguments: [EPERM, ENOSYS]) func `go back also where the calls for batches are refused`(error: Int32) throws {
        nonisolated(unsafe) var result: Result<[[UInt8]], any Error>?
        let hasEnded = Atomic(false)
        let thread = Thread {
            result = Result {
                try refuseBatches(with: error)
                return try exchange(.v4, count: 5)
            }
            hasEnded.store(true, ordering: .releasing)
        }
        thread.start()
        while !hasEnded.load(ordering: .acquiring) { usleep(1_000) }
        #expect(try result?.get() == (0..<5).map { [UInt8($0) + 1, 8] })
    }
}

extension DatagramBatch {
    /// #expect takes no spans.
    fileprivate func add(_ bytes: [UInt8], answering index: Int) { answer(index, bytes.span) }
}

/// Lets the kernel refuse recvmmsg(2) and sendmmsg(2) to this thread, for as long as it lives (seccomp(2)).
private func refuseBatches(with error: Int32) throws {
    struct Instruction { var code: UInt16, whenTrue: UInt8, whenFalse: UInt8, operand: UInt32 }
    struct Program { var count: UInt16, instructions: UnsafePointer<Instruction>? }
    #if arch(x86_64)
        let (receive, send): (UInt32, UInt32) = (299, 307)
    #else
        let (receive, send): (UInt32, UInt32) = (243, 269)
    #endif
    let instructions = [
        // The call's number.
        Instruction(code: 0x20, whenTrue: 0, whenFalse: 0, operand: 0),
        Instruction(code: 0x15, whenTrue: 1, whenFalse: 0, operand: receive),
        Instruction(code: 0x15, whenTrue: 0, whenFalse: 1, operand: send),
        Instruction(code: 0x06, whenTrue: 0, whenFalse: 0, operand: 0x0005_0000 | UInt32(error)),
        Instruction(code: 0x06, whenTrue: 0, whenFalse: 0, operand: 0x7fff_0000),
    ]
    typealias Control = @convention(c) (Int32, UInt, UInt, UInt, UInt) -> Int32
    // The C function takes a variable number of arguments, which Swift cannot call.
    let control = unsafeBitCast(try #require(dlsym(nil, "prctl")), to: Control.self)
    let (noNewPrivileges, seccomp, filterMode): (Int32, Int32, UInt) = (38, 22, 2)
    try #require(control(noNewPrivileges, 1, 0, 0, 0) == 0)
    let isFiltered = instructions.withUnsafeBufferPointer { instructions in
        var program = Program(count: UInt16(instructions.count), instructions: instructions.baseAddress)
        return withUnsafePointer(to: &program) { control(seccomp, filterMode, UInt(bitPattern: $0), 0, 0) == 0 }
    }
    try #require(isFiltered)
}
