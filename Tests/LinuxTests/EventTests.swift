import Foundation
import NTPTime
import Synchronization
import Testing

@testable import Linux

@Suite struct `Waiting` {
    @Test func `ends at the deadline`() throws {
        let clock = OscillatorClock()
        var poller = Poller()
        let deadline = clock.now + .milliseconds(20)
        #expect(try poller.wait(until: deadline, on: clock) == 0)
        #expect(clock.now >= deadline - .milliseconds(1))
        #expect(try poller.wait(until: .zero, on: clock) == 0)
    }

    @Test(arguments: [(-1.0, Int32(0)), (0, 0), (1e-9, 1), (0.001, 1), (0.0011, 2), (1e9, 86_400_000)])
    func `rounds up to milliseconds`(seconds: Double, expected: Int32) {
        #expect(Poller.milliseconds(.seconds(seconds)) == expected)
    }

    @Test func `is ended by another thread`() async throws {
        let pipe = try WakePipe()
        #expect(!pipe.drain())
        let waker = Thread { pipe.wake() }
        waker.start()
        #expect(try wait(for: pipe.fd) == .readable)
        #expect(pipe.drain())
        #expect(!pipe.drain())
    }

    @Test func `a full wake pipe does not block`() throws {
        let pipe = try WakePipe()
        for _ in 0..<100_000 { pipe.wake() }
        #expect(pipe.drain())
        #expect(!pipe.drain())
    }

    @Test func `a closed descriptor is reported, not fatal`() throws {
        var poller = Poller()
        let pipe = try WakePipe()
        poller.add(pipe.fd)
        let bad = poller.add(1_000_000)
        #expect(try poller.wait(until: OscillatorClock().now + .seconds(5), on: OscillatorClock()) == 1)
        #expect(poller.events(0).isEmpty && poller.events(bad) == .invalid)
    }
}

@Suite(.serialized) struct `Signals` {
    @Test func `are noted and wake the loop`() throws {
        let pipe = try WakePipe()
        let watch = try SignalWatch(wake: pipe)
        #expect(watch.take().isEmpty)
        kill(getpid(), SIGHUP)
        #expect(try wait(for: pipe.fd) == .readable)
        kill(getpid(), SIGTERM)
        kill(getpid(), SIGPIPE)
        var seen = watch.take()
        let clock = OscillatorClock()
        let deadline = clock.now + .seconds(20)
        while seen != [.hangup, .terminate], clock.now < deadline {
            clock.sleep(until: clock.now + .milliseconds(1))
            seen.formUnion(watch.take())
        }
        #expect(seen == [.hangup, .terminate])
        #expect(watch.take().isEmpty)
    }
}

@Suite struct `A worker thread` {
    @Test func `does requests in order and announces results`() throws {
        let pipe = try WakePipe()
        let worker = WorkerThread<Int, Int>(capacity: 4, wake: pipe) { $0 * 2 }
        #expect(!worker.runsInline)
        for request in 1...4 { #expect(worker.submit(request)) }
        var results: [Int] = []
        while results.count < 4 {
            try #require(try wait(for: pipe.fd) == .readable)
            pipe.drain()
            while let result = worker.take() { results.append(result) }
        }
        #expect(results == [2, 4, 6, 8])
    }

    @Test func `that hangs blocks nobody and then refuses`() throws {
        let gate = DispatchSemaphore(value: 0)
        let pipe = try WakePipe()
        let worker = WorkerThread<Int, Int>(capacity: 3, wake: pipe) {
            gate.wait()
            return $0
        }
        for request in 1...3 { #expect(worker.submit(request)) }
        #expect(!worker.submit(4))
        #expect(worker.take() == nil)
        for _ in 1...3 { gate.signal() }
        var results: [Int] = []
        while results.count < 3 {
            try #require(try wait(for: pipe.fd) == .readable)
            pipe.drain()
            while let result = worker.take() { results.append(result) }
        }
        #expect(results == [1, 2, 3])
        #expect(worker.submit(5))
        gate.signal()
    }

    @Test func `may be given up while it hangs`() throws {
        let started = DispatchSemaphore(value: 0)
        let gate = DispatchSemaphore(value: 0)
        do {
            let worker = WorkerThread<Int, Int>(capacity: 1, wake: nil) {
                started.signal()
                gate.wait()
                return $0
            }
            #expect(worker.submit(1))
            #expect(started.wait(timeout: .now() + 20) == .success)
        }
        gate.signal()
    }

    @Test func `runs inline when asked to`() throws {
        let pipe = try WakePipe()
        let thread = pthread_self()
        let worker = WorkerThread<Int, Bool>(capacity: 1, wake: pipe, mode: .inline) { _ in
            pthread_equal(thread, pthread_self()) != 0
        }
        #expect(worker.runsInline)
        #expect(worker.submit(1))
        #expect(!worker.submit(2))
        #expect(pipe.drain())
        #expect(worker.take() == true)
        #expect(worker.take() == nil)
    }

    @Test func `gets no signals`() throws {
        let pipe = try WakePipe()
        let worker = WorkerThread<Int, Bool>(capacity: 1, wake: pipe) { signal in
            var mask = sigset_t()
            pthread_sigmask(SIG_BLOCK, nil, &mask)
            return sigismember(&mask, Int32(signal)) == 1
        }
        #expect(worker.submit(Int(SIGTERM)))
        _ = try wait(for: pipe.fd)
        #expect(worker.take() == true)
    }
}
