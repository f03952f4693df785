/// A covariance matrix whose first row is a clock's offset, and the others what moves the offset.
struct Covariance: Hashable {
    private let count: Int
    /// All of it, by rows.
    private var elements: [Double]

    init(diagonal: [Double]) {
        count = diagonal.count
        elements = [Double](repeating: 0, count: count * count)
        for index in diagonal.indices { self[index, index] = diagonal[index] }
    }

    /// - Parameter packed: the upper half by rows.
    /// - Returns: nil unless variances are not negative and correlations are within ±1, but for rounding.
    init?(packed: [Double], count: Int) {
        guard packed.count == Self.packedCount(count) else { return nil }
        self.init(diagonal: [Double](repeating: 0, count: count))
        var rest = packed[...]
        for row in 0..<count {
            for column in row..<count { if let value = rest.popFirst() { self[row, column] = value } }
        }
        for row in 0..<count {
            guard self[row, row] >= 0 else { return nil }
            for column in 0..<row {
                let cross = self[row, column]
                guard cross * cross <= self[row, row] * self[column, column] * (1 + 1e-9) else { return nil }
            }
        }
    }

    /// How many numbers the upper half has.
    static func packedCount(_ count: Int) -> Int { count * (count + 1) / 2 }

    /// The upper half by rows.
    var packed: [Double] { (0..<count).flatMap { row in (row..<count).map { self[row, $0] } } }

    subscript(row: Int, column: Int) -> Double {
        get { elements[row * count + column] }
        set {
            elements[row * count + column] = newValue
            elements[column * count + row] = newValue
        }
    }

    /// Of the sum of the numbers, each by its share.
    func variance(of shares: [Double]) -> Double {
        var sum = 0.0
        for row in 0..<count {
            var part = 0.0
            for column in 0..<count { part += elements[row * count + column] * shares[column] }
            sum += part * shares[row]
        }
        return sum
    }

    /// P = F P Fᵀ + Q, where F has `shares` as its first row and `kept` in the rest of its diagonal.
    mutating func advance(_ shares: [Double], _ kept: [Double], _ added: Addition) {
        var withOffset = [Double](repeating: 0, count: count)
        for row in 0..<count {
            for column in 0..<count { withOffset[row] += elements[row * count + column] * shares[column] }
        }
        let offset = variance(of: shares)
        for row in 1..<count {
            for column in row..<count { self[row, column] *= kept[row] * kept[column] }
            self[row, row] += added.variances[row]
            self[0, row] = withOffset[row] * kept[row] + added.withOffset[row]
        }
        self[0, 0] = max(0, offset + added.offset)
    }

    /// The offset is measured.
    ///
    /// - Parameter variance: of the measurement, more than zero.
    /// - Returns: the gain of each number.
    mutating func correct(by variance: Double) -> [Double] {
        let total = self[0, 0] + variance
        let before = (0..<count).map { self[0, $0] }
        let gains = before.map { $0 / total }
        for row in 1..<count {
            for column in row..<count { self[row, column] -= gains[row] * before[column] }
            self[row, row] = max(.leastNormalMagnitude, self[row, row])
        }
        // (1 - gain) as the quotient that it is, so that no variance is lost to rounding.
        for column in 0..<count { self[0, column] = before[column] * (variance / total) }
        return gains
    }

    /// The offset has nothing to do with the others any more.
    mutating func isolateOffset() { for index in 1..<count { self[0, index] = 0 } }

    /// One of the numbers is known for certain.
    mutating func clear(_ index: Int) { for other in 0..<count { self[index, other] = 0 } }
}

/// What chance adds to a covariance while time passes.
struct Addition {
    /// To the offset's variance.
    var offset: Double
    /// To the variances of the others.
    var variances: [Double]
    /// To their covariances with the offset.
    var withOffset: [Double]

    init(offset: Double, count: Int) {
        self.offset = offset
        variances = [Double](repeating: 0, count: count)
        withOffset = variances
    }
}
