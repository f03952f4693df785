import Foundation
import Testing

@testable import NTPTime

@Suite struct `Functions without a C library` {
    @Test func `give the logarithm to the last places`() {
        for exponent in stride(from: -300.0, through: 300, by: 0.37) {
            let value = pow(10, exponent)
            #expect(abs(Elementary.log(value) - log(value)) <= 4e-16 * max(1, abs(log(value))))
        }
        #expect(Elementary.log(1) == 0)
    }

    @Test func `give the sine to the last places`() {
        for turns in stride(from: -3.0, through: 3, by: 0.00137) {
            #expect(abs(Elementary.sine(turns: turns) - sin(2 * .pi * turns)) <= 4e-15)
        }
        #expect(Elementary.sine(turns: 1e6) == 0)
    }

    @Test func `give the exponential to the last places`() {
        for exponent in stride(from: -690.0, through: 690, by: 0.37) {
            #expect(abs(Elementary.exp(exponent) / exp(exponent) - 1) <= 1e-13)
        }
        #expect(Elementary.exp(0) == 1)
        #expect(Elementary.exp(-1e9) == 0)
    }
}
