import Foundation

/// A conversation in a session of its own. Every turn renders all of it by the model's template; what
/// the session holds of that already is not computed again. One question at a time: another meanwhile
/// throws, or waits when it is a stream.
public final class Conversation: @unchecked Sendable {
    private let model: Model
    private let session: Session
    private let sampler: Sampler
    private let turn = NSLock()
    private let guarded = NSLock()
    private var messages: [Message]
    private var held: [Token] = []  // the token at each position of the session

    public init(model: Model, session: Session, sampler: Sampler, system: String? = nil) {
        self.model = model
        self.session = session
        self.sampler = sampler
        messages = system.map { [Message(role: "system", content: $0)] } ?? []
    }

    public var turns: [Message] { guarded.withLock { messages } }

    /// Question and answer become turns, also when the answer was cut short; not when this throws.
    @discardableResult
    public func ask(
        _ question: String, maxNew: Int, cancellation: Cancellation = Cancellation(),
        onText: (String) throws -> Bool = { _ in true }
    ) throws -> Generated {
        guard turn.try() else { throw GossetError.inUse }
        defer { turn.unlock() }
        return try askInTurn(question, maxNew, cancellation, onText)
    }

    /// The same as a stream of text; leaving the loop, or cancelling its task, cuts the answer short.
    public func stream(
        _ question: String, maxNew: Int, finished: (@Sendable (Generated) -> Void)? = nil
    ) -> AsyncThrowingStream<String, Error> {
        onOwnThread { [self] cancellation, yield in
            turn.lock()
            defer { turn.unlock() }
            let done = try askInTurn(question, maxNew, cancellation) { text in
                yield(text)
                return true
            }
            finished?(done)
        }
    }

    private func askInTurn(
        _ question: String, _ maxNew: Int, _ cancellation: Cancellation,
        _ onText: (String) throws -> Bool
    ) throws -> Generated {
        let asked = turns + [Message(role: "user", content: question)]
        let ids = try model.chat(asked)
        // At least one token is fed: it gives the logits.
        var same = 0
        while same + 1 < ids.count && same < held.count && ids[same] == held[same] { same += 1 }
        try session.trim(same)
        held = ids
        // The last token was reported, but need not have been fed; a stop may have left a part.
        defer { held = Array(held.prefix((try? session.length()) ?? 0)) }
        var answer = ""
        let done = try session.generate(
            Array(ids[same...]), maxNew: maxNew, sampler: sampler, cancellation: cancellation
        ) { token, text in
            held.append(token)
            answer += text
            return try onText(text)
        }
        answer.unicodeScalars.removeAll { $0 == "\0" }
        guarded.withLock { messages = asked + [Message(role: "assistant", content: answer)] }
        return done
    }
}
