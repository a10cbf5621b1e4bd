import Foundation

/// Stops one generation, from any thread, before it begins or while it runs.
public final class Cancellation: @unchecked Sendable {
    private let lock = NSLock()
    private var requested = false

    public init() {}

    public func request() { lock.withLock { requested = true } }
    public var isRequested: Bool { lock.withLock { requested } }
}

/// What a session's threads ask between layers: the cancellation of the generation at work.
final class AbortSwitch: @unchecked Sendable {
    private let lock = NSLock()
    private var current: Cancellation?

    func set(_ cancellation: Cancellation?) { lock.withLock { current = cancellation } }
    var isRequested: Bool { lock.withLock { current }?.isRequested ?? false }

    /// False: nothing is being generated.
    func request() -> Bool {
        guard let now = lock.withLock({ current }) else { return false }
        now.request()
        return true
    }
}
