extension Configuration {
    /// What is used when there is no configuration file, in the file's own syntax.
    package static let builtInText = """
        pool pool.ntp.org iburst
        driftfile /var/lib/tickover/ntp.drift
        restrict -4 default kod notrap nomodify nopeer noquery limited
        restrict -6 default kod notrap nomodify nopeer noquery limited
        restrict 127.0.0.1
        restrict ::1
        restrict source notrap nomodify noquery
        """

    package static var builtIn: Configuration { parse(text: builtInText, file: "built-in").configuration }
}
