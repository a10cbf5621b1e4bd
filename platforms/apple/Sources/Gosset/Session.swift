import CGosset
import Foundation

/// The size of a session; 0 leaves a choice to the library (`gosset_session_options`).
public struct SessionOptions: Sendable {
    /// Positions: prompt and answer together.
    public var context = 0
    /// Most tokens computed at once.
    public var batch = 0
    /// 0 is measured, once a model, in at most half a second.
    public var threads = 0
    public init(context: Int = 0, batch: Int = 0, threads: Int = 0) {
        self.context = context
        self.batch = batch
        self.threads = threads
    }

    func withC<Result>(
        _ body: (inout gosset_session_options) throws -> Result
    ) throws -> Result {
        var o = gosset_session_options()
        gosset_session_options_default(&o)
        o.context = try count32(context, "context")
        o.batch = try count32(batch, "batch")
        o.threads = try count32(threads, "threads")
        return try body(&o)
    }
}

/// How a generation went.
public struct Generated: Equatable, Sendable {
    public let promptTokens, newTokens: Int
    /// The model ended it / it was cancelled.
    public let ended, cancelled: Bool
    public let promptSeconds, decodeSeconds: Double

    /// Of decoding, which begins after the prompt and its first token.
    public var tokensPerSecond: Double {
        decodeSeconds > 0 ? Double(max(newTokens - 1, 0)) / decodeSeconds : 0
    }
}

/// A KV cache of one sequence, and threads. One call at a time uses it; another meanwhile (also one
/// out of a callback) throws and disturbs nothing. `cancel()` may come at any time from any thread.
public final class Session: @unchecked Sendable {
    private let handle: OpaquePointer
    private let model: Model
    private let turn = NSLock()
    private let abort = AbortSwitch()

    /// - Throws: `GossetError.Status.outOfMemory` (memory or threads)
    public init(_ model: Model, options: SessionOptions = SessionOptions()) throws {
        let user = Unmanaged.passUnretained(abort).toOpaque()
        handle = try options.withC { o in
            o.abort = { Unmanaged<AbortSwitch>.fromOpaque($0!).takeUnretainedValue().isRequested ? 1 : 0 }
            o.abort_user = user
            var made: OpaquePointer?
            try check(gosset_session_create(model.handle, &o, &made))
            return made!
        }
        self.model = model
    }

    deinit { gosset_session_free(handle) }

    /// Bytes that a session takes, to be asked before one is made.
    public static func memory(
        _ model: Model, options: SessionOptions = SessionOptions()
    ) throws -> UInt64 {
        try options.withC { o in
            var bytes: UInt64 = 0
            try check(gosset_session_memory(model.handle, &o, &bytes))
            return bytes
        }
    }

    public var context: Int { Int(gosset_session_context(handle)) }
    public var threads: Int { Int(gosset_session_threads(handle)) }

    /// Positions that it holds.
    public func length() throws -> Int {
        try inTurn { Int(gosset_sequence_length(handle, 0)) }
    }

    /// Keeps the first of them; 0 to begin anew.
    public func trim(_ length: Int) throws {
        let kept = try count32(length, "length")
        try inTurn { try check(gosset_sequence_trim(handle, 0, kept)) }
    }

    /// What it holds, as bytes, for when the app is ended: `restore` saves computing it again.
    public func save() throws -> [UInt8] {
        try inTurn {
            let length = gosset_sequence_length(handle, 0)
            return try fill(0) { gosset_sequence_save(handle, 0, length, $0, $1, $2) }
        }
    }

    /// - Throws: `GossetError`: corrupt, invalidArgument (another model), limit; nothing changed
    public func restore(_ state: [UInt8]) throws {
        try inTurn { try check(gosset_sequence_restore(handle, 0, state, state.count)) }
    }

    /// Stops the generation that runs, within a layer's time. False: none runs, nothing to stop.
    @discardableResult
    public func cancel() -> Bool { abort.request() }

    /// Feeds the prompt after what the session holds and chooses up to `maxNew` tokens, on the calling
    /// thread: not the main one.
    ///
    /// - Parameter onToken: gets each token and the characters that it completed, maybe none, never
    ///   half of one; returns whether to go on. What it throws stops too, and comes out here.
    /// - Throws: `GossetError.Status.limit`: the context is full; what was generated stays
    @discardableResult
    public func generate(
        _ prompt: [Token], maxNew: Int, sampler: Sampler, cancellation: Cancellation = Cancellation(),
        onToken: (Token, String) throws -> Bool = { _, _ in true }
    ) throws -> Generated {
        guard turn.try() else { throw GossetError.inUse }
        defer { turn.unlock() }
        guard sampler.turn.try() else { throw GossetError.inUse }
        defer { sampler.turn.unlock() }
        return try generateInTurn(prompt, maxNew, sampler, cancellation, onToken)
    }

    /// The text of a generation as it comes. It runs on a thread of its own, after what is at work in
    /// the session and sampler; leaving the loop, or cancelling its task, stops it.
    ///
    /// - Parameters:
    ///   - kept: how many positions of what the session holds to keep first; nil: all
    ///   - finished: called at the end, unless that is an error, before the stream ends
    public func stream(
        _ prompt: [Token], after kept: Int? = nil, maxNew: Int, sampler: Sampler,
        finished: (@Sendable (Generated) -> Void)? = nil
    ) -> AsyncThrowingStream<String, Error> {
        onOwnThread { [self] cancellation, yield in
            turn.lock()
            defer { turn.unlock() }
            sampler.turn.lock()
            defer { sampler.turn.unlock() }
            if let kept {
                try check(gosset_sequence_trim(handle, 0, try count32(kept, "kept")))
            }
            let done = try generateInTurn(prompt, maxNew, sampler, cancellation) { _, text in
                yield(text)
                return true
            }
            finished?(done)
        }
    }

    private func generateInTurn(
        _ prompt: [Token], _ maxNew: Int, _ sampler: Sampler, _ cancellation: Cancellation,
        _ onToken: (Token, String) throws -> Bool
    ) throws -> Generated {
        let most = try count32(maxNew, "maxNew")
        abort.set(cancellation)
        defer { abort.set(nil) }
        var done = gosset_generated()
        done.struct_size = UInt32(MemoryLayout<gosset_generated>.size)
        var failure: Error?
        let status = withoutActuallyEscaping(onToken) { body -> gosset_status in
            var receiver = Receiver(body: body)
            defer { failure = receiver.failure }
            return withUnsafeMutablePointer(to: &receiver) {
                gosset_generate(
                    handle, sampler.handle, 0, prompt, prompt.count, most,
                    { token, text, size, user in
                        user!.assumingMemoryBound(to: Receiver.self).pointee.take(token, text, size)
                    }, $0, &done)
            }
        }
        if let failure { throw failure }
        if status != GOSSET_ABORTED { try check(status) }
        return Generated(
            promptTokens: Int(done.prompt_tokens), newTokens: Int(done.new_tokens),
            ended: done.ended != 0, cancelled: status == GOSSET_ABORTED,
            promptSeconds: done.prompt_seconds, decodeSeconds: done.decode_seconds)
    }

    private func inTurn<Result>(_ body: () throws -> Result) throws -> Result {
        guard turn.try() else { throw GossetError.inUse }
        defer { turn.unlock() }
        return try body()
    }
}

/// What the C callback is given: no Swift error may pass through C, so it waits here.
private struct Receiver {
    let body: (Token, String) throws -> Bool
    var failure: Error?

    mutating func take(_ token: Token, _ text: UnsafePointer<CChar>?, _ size: Int) -> Int32 {
        let bytes = UnsafeRawBufferPointer(start: text, count: size)
        do {
            return try body(token, String(decoding: bytes, as: UTF8.self)) ? 1 : 0
        } catch {
            failure = error
            return 0
        }
    }
}

/// A stream of what `body` yields on a thread of its own: not one of Swift's few, which may not block.
func onOwnThread(
    _ body: @escaping @Sendable (Cancellation, (String) -> Void) throws -> Void
) -> AsyncThrowingStream<String, Error> {
    AsyncThrowingStream { continuation in
        let cancellation = Cancellation()
        continuation.onTermination = { reason in
            if case .cancelled = reason { cancellation.request() }
        }
        Thread.detachNewThread {
            do {
                try body(cancellation) { text in
                    if !text.isEmpty { continuation.yield(text) }
                }
                continuation.finish()
            } catch {
                continuation.finish(throwing: error)
            }
        }
    }
}
