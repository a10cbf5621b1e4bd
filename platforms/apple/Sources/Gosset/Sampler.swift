import CGosset
import Foundation

/// How tokens are chosen. What is nil is the library's default, said beside it.
public struct SamplerOptions: Sendable {
    /// Always the likeliest; the rest then means nothing.
    public var greedy = false
    public var seed: UInt64 = 0
    public var temperature: Float?  // 0.8; 0 is greedy
    public var topP: Float?  // 0.95; 1: off
    public var minP: Float?  // 0.05; 0: off
    public var repeatPenalty: Float?  // 1: off
    public var topK: Int?  // 40; 0: off
    public var repeatLastN: Int?  // 64
    public init(greedy: Bool = false, seed: UInt64 = 0) {
        self.greedy = greedy
        self.seed = seed
    }
}

/// Chooses tokens. One call at a time uses it; another meanwhile throws.
public final class Sampler: @unchecked Sendable {
    let handle: OpaquePointer
    let turn = NSLock()
    private let model: Model

    /// - Throws: `GossetError.Status.invalidArgument`: an option out of its range, named
    public init(_ model: Model, options: SamplerOptions = SamplerOptions()) throws {
        var o = gosset_sampler_options()
        gosset_sampler_options_default(&o)
        o.greedy = options.greedy ? 1 : 0
        o.seed = options.seed
        if let value = options.temperature { o.temperature = value }
        if let value = options.topP { o.top_p = value }
        if let value = options.minP { o.min_p = value }
        if let value = options.repeatPenalty { o.repeat_penalty = value }
        if let value = options.topK { o.top_k = try count32(value, "topK") }
        if let value = options.repeatLastN { o.repeat_last_n = try count32(value, "repeatLastN") }
        var made: OpaquePointer?
        try check(gosset_sampler_create(model.handle, &o, &made))
        handle = made!
        self.model = model
    }

    deinit { gosset_sampler_free(handle) }

    /// As created: the seed again, and nothing to be repeated.
    public func reset() throws {
        guard turn.try() else { throw GossetError.inUse }
        defer { turn.unlock() }
        gosset_sampler_reset(handle)
    }
}
