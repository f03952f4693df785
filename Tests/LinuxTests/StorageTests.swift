import Foundation
import Testing

@testable import Linux

@Suite struct `Files replaced at once` {
    let folder: TemporaryFolder
    init() throws { folder = try TemporaryFolder() }

    @Test func `have the new content and nothing beside them`() throws {
        let path = folder.file("drift")
        try AtomicFile.write(path, "1.5\n")
        try AtomicFile.write(path, "2.5\n")
        #expect(try String(decoding: FileStore.read(path, limit: 100), as: UTF8.self) == "2.5\n")
        #expect(folder.contents == ["drift"])
        let mode = try FileManager.default.attributesOfItem(atPath: path)[.posixPermissions] as? Int
        #expect(mode == 0o644)
    }

    @Test func `survive a temporary left by a power cut`() throws {
        let path = folder.file("drift")
        try Data("half".utf8).write(to: URL(fileURLWithPath: path + ".tmp"))
        try AtomicFile.write(path, "whole")
        #expect(folder.contents == ["drift"])
    }

    @Test func `follow no link`() throws {
        let target = folder.file("target")
        try Data("mine".utf8).write(to: URL(fileURLWithPath: target))
        for link in ["drift", "drift.tmp"] { symlink(target, folder.file(link)) }
        try AtomicFile.write(folder.file("drift"), "new")
        #expect(try FileStore.read(target, limit: 10) == Array("mine".utf8))
        #expect(try FileStore.read(folder.file("drift"), limit: 10) == Array("new".utf8))
    }

    @Test func `name the path that failed`() throws {
        let path = folder.file("missing/drift")
        let error = #expect(throws: LinuxError.self) { try AtomicFile.write(path, "x") }
        #expect(error?.code == ENOENT)
        #expect(error?.message == "create \(path).tmp: No such file or directory")
    }

    @Test func `leave the old content when the new cannot take its place`() throws {
        let path = folder.file("taken")
        try FileStore.makeFolder(path)
        #expect(throws: LinuxError.self) { try AtomicFile.write(path, "x") }
        #expect(folder.contents == ["taken"])
    }

    /// A folder that not even root may write to.
    @Test func `need a folder that may be written to`() throws {
        let error = #expect(throws: LinuxError.self) { try AtomicFile.write("/proc/tickover-test", "x") }
        #expect(error.map { [ENOENT, EACCES, EPERM].contains($0.code) } == true)
    }

    @Test func `a full device is reported`() throws {
        let full = open("/dev/full", O_WRONLY)
        try #require(full >= 0)
        defer { close(full) }
        let error = #expect(throws: LinuxError.self) { try writeAll([1, 2, 3].span, to: full, "/dev/full") }
        #expect(error?.code == ENOSPC)
        #expect(error?.message == "write /dev/full: No space left on device")
    }
}

@Suite struct `Reading and making` {
    let folder: TemporaryFolder
    init() throws { folder = try TemporaryFolder() }

    @Test func `stops at the limit`() throws {
        let path = folder.file("big")
        try AtomicFile.write(path, String(repeating: "x", count: 10_000))
        #expect(try FileStore.read(path, limit: 10_000).count == 10_000)
        let error = #expect(throws: LinuxError.self) { try FileStore.read(path, limit: 9_999) }
        #expect(error?.code == EFBIG)
    }

    @Test func `files of the kernel, which have no size, are read too`() throws {
        #expect(try !FileStore.read("/proc/self/stat", limit: 100_000).isEmpty)
    }

    @Test func `folders are made once and only on one level`() throws {
        let path = folder.file("a")
        try FileStore.makeFolder(path)
        try FileStore.makeFolder(path)
        #expect(throws: LinuxError.self) { try FileStore.makeFolder(path + "/b/c") }
        try AtomicFile.write(folder.file("f"), "")
        let error = #expect(throws: LinuxError.self) { try FileStore.makeFolder(folder.file("f")) }
        #expect(error?.code == EEXIST)
    }
}

@Suite struct `A pid file` {
    let folder: TemporaryFolder
    init() throws { folder = try TemporaryFolder() }

    @Test func `is held by one at a time, and a stale one is taken over`() throws {
        let path = folder.file("pid")
        try AtomicFile.write(path, "99999999999\n")
        do {
            let held = try PidFile(path)
            #expect(try FileStore.read(path, limit: 100) == Array("\(getpid())\n".utf8))
            let error = #expect(throws: LinuxError.self) { try PidFile(path) }
            #expect(error?.code == EAGAIN)
            withExtendedLifetime(held) {}
        }
        #expect(folder.contents.isEmpty)
    }

    @Test func `that is no longer ours is left alone`() throws {
        let path = folder.file("pid")
        var held: PidFile? = try PidFile(path)
        try AtomicFile.write(path, "somebody else's")
        #expect(held != nil)
        held = nil
        #expect(folder.contents == ["pid"])
    }
}
