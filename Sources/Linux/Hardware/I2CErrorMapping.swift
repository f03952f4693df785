import CLinux
import HAL

extension I2CError {
    /// What i2c-bcm2835 and the kernel's fault codes mean by the errno of a transfer.
    ///
    /// EBUSY is a bus that stayed busy; of `select` it means another thing, which `LinuxI2CBus` sees to.
    package init(_ error: LinuxError) {
        self =
            switch error.code {
            case TKO_EREMOTEIO, TKO_ENXIO: .notAcknowledged
            case TKO_ETIMEDOUT: .timedOut
            case TKO_EAGAIN: .arbitrationLost
            case TKO_EIO, TKO_EBUSY: .busFault
            case TKO_EOPNOTSUPP: .unsupported
            default: .system(code: error.code)
            }
    }
}
