import Testing

@testable import Monitoring

@Suite struct `The daemon's answers` {
    @Test(arguments: [
        ControlResponse.done(""), .done("a\nb\n"), .notBelieved("RTC\n"), .failed(reason: "no RTC is configured"),
    ])
    func `come over the socket as they were sent`(response: ControlResponse) {
        #expect(ControlResponse(text: response.text) == response)
    }

    @Test(arguments: ["", "ok", "maybe\n"]) func `that are none are none`(text: String) {
        #expect(ControlResponse(text: text) == nil)
    }
}
