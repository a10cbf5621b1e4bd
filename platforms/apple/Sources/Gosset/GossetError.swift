import CGosset
import Foundation

/// The library refused or failed. The message is its own, a whole sentence.
public struct GossetError: Error, LocalizedError, CustomStringConvertible, Equatable, Sendable {
    /// `gosset_status` of gosset.h. Newer libraries may have more of them.
    public struct Status: RawRepresentable, Equatable, Sendable {
        public let rawValue: UInt32
        public init(rawValue: UInt32) { self.rawValue = rawValue }

        public static let invalidArgument = Status(GOSSET_INVALID_ARGUMENT)
        public static let notFound = Status(GOSSET_NOT_FOUND)
        public static let io = Status(GOSSET_IO)
        public static let corrupt = Status(GOSSET_CORRUPT)
        public static let unsupported = Status(GOSSET_UNSUPPORTED)
        public static let outOfMemory = Status(GOSSET_OUT_OF_MEMORY)
        public static let limit = Status(GOSSET_LIMIT)
        public static let aborted = Status(GOSSET_ABORTED)
        public static let `internal` = Status(GOSSET_INTERNAL)

        init(_ status: gosset_status) { rawValue = UInt32(status.rawValue) }
    }

    public let status: Status
    public let message: String

    public var description: String { message }
    public var errorDescription: String? { message }

    static func invalid(_ message: String) -> GossetError {
        GossetError(status: .invalidArgument, message: message)
    }
    static let inUse = invalid("in use by another call, which has not returned")
}

/// Throws what a call of the C API gave. First thing after the call: the message is kept a thread.
func check(_ status: gosset_status) throws {
    if status == GOSSET_OK { return }
    var message = String(cString: gosset_last_error(nil))
    if message.isEmpty { message = String(cString: gosset_status_string(status)) }
    throw GossetError(status: GossetError.Status(status), message: message)
}

/// An array of a function (elements, capacity, size) that reports the size it needs.
func fill<Element>(
    _ guess: Int,
    _ call: (UnsafeMutablePointer<Element>?, Int, UnsafeMutablePointer<Int>) -> gosset_status
) throws -> [Element] {
    var needed = guess
    while true {
        let capacity = needed
        var status = GOSSET_OK
        let made = [Element](unsafeUninitializedCapacity: capacity) { buffer, count in
            status = call(buffer.baseAddress, capacity, &needed)
            count = status == GOSSET_OK ? needed : 0
        }
        if status == GOSSET_LIMIT && needed > capacity { continue }
        try check(status)
        return made
    }
}

/// For functions that take C strings: a zero inside would end the text there.
func refuseZero(_ text: String) throws {
    if text.utf8.contains(0) { throw GossetError.invalid("the text holds a zero character") }
}

/// A count of Swift as one of C.
func count32(_ number: Int, _ what: String) throws -> UInt32 {
    guard let made = UInt32(exactly: number) else {
        throw GossetError.invalid("\(what) is \(number): from 0 to \(UInt32.max)")
    }
    return made
}
