import Foundation
import Testing

@Suite struct `The programs` {
    @Test(arguments: Build.available, ["tickover", "tickoverd"])
    func `show version and help`(build: Build, program: String) throws {
        let version = try build.run(program, "--version")
        #expect(version.status == 0)
        #expect(version.output.hasPrefix("\(program) ") && version.output.hasSuffix("\n"))
        let help = try build.run(program, "--help")
        #expect(help.status == 0)
        #expect(help.output.hasPrefix("Usage: \(program) "))
    }

    @Test(arguments: Build.available, ["tickover", "tickoverd"])
    func `end with 2 on wrong usage`(build: Build, program: String) throws {
        let result = try build.run(program, "--nonsense")
        #expect(result.status == 2)
        #expect(result.output.isEmpty)
        #expect(result.errors == "\(program): unknown option '--nonsense'\nTry '\(program) --help'.\n")
    }
}

@Suite struct `Checking a configuration` {
    @Test(arguments: Build.available)
    func `fails on errors and shows where they are`(build: Build) throws {
        try withFile("server a minpoll 99\ntinker step 0.25 panic 1e3x\nfudge 127.127.8.0\n") { path in
            let result = try build.run("tickover", "check-config", "-c", path)
            #expect(result.status == 1)
            #expect(
                result.output == """
                    \(path):1:18: error: expected a whole number from 0 to 17, found '99'
                    \(path):2:24: error: expected a number of seconds from 0 to 1000000000, found '1e3x'
                    \(path):3:7: warning: there is no driver for clock '127.127.8.0'; use an 'rtc' line for the DS3231; ignored
                    \(path): 2 errors, 1 warning

                    """
            )
        }
    }

    @Test(arguments: Build.available)
    func `passes warnings`(build: Build) throws {
        try withFile("rtc simulated offset 1.5e-3\nsetvar foo\n") { path in
            let result = try build.run("tickover", "check-config", "-c", path)
            #expect(result.status == 0)
            #expect(result.output.contains("\(path):2:1: warning: 'setvar' is not supported: "))
        }
    }

    private struct Report: Decodable, Equatable {
        struct Remark: Decodable, Equatable {
            var severity: String
            var file: String
            var line: Int
            var column: Int
            var message: String
        }
        var file: String?
        var valid: Bool
        var diagnostics: [Remark]
    }

    @Test(arguments: Build.available)
    func `reports to programs in JSON`(build: Build) throws {
        try withFile("driftfile \"/é\\\u{1}\"\n") { path in
            let result = try build.run("tickover", "check-config", "--json", "-c", path)
            let report = try JSONDecoder().decode(Report.self, from: Data(result.output.utf8))
            let remark = Report.Remark(
                severity: "error",
                file: path,
                line: 1,
                column: 11,
                message: #"expected a path, found '/é\\x01'"#
            )
            #expect(report == Report(file: path, valid: false, diagnostics: [remark]))
        }
    }

    @Test(arguments: Build.available)
    func `names a file that cannot be read`(build: Build) throws {
        let missing = try build.run("tickover", "check-config", "-c", "/nonexistent/ntp.conf")
        #expect(missing.status == 1)
        #expect(missing.errors == "tickover: open /nonexistent/ntp.conf: No such file or directory\n")
        let directory = try build.run("tickoverd", "-n", "-c", "/")
        #expect(directory.status == 1)
        #expect(directory.errors == "tickoverd: read /: Is a directory\n")
    }
}
