import Foundation
import Gosset
import XCTest

final class StreamTests: ModelCase {
    /// What came out of a callback on another thread.
    final class Box<Value>: @unchecked Sendable {
        private let lock = NSLock()
        private var kept: Value?
        var value: Value? {
            get { lock.withLock { kept } }
            set { lock.withLock { kept = newValue } }
        }
    }

    func testWhole() async throws {
        let model = try open()
        let session = try session(model)
        let done = Box<Generated>()
        var text = ""
        let stream = session.stream(
            try model.tokenize(Self.prompt), maxNew: 24, sampler: try greedy(model)
        ) { done.value = $0 }
        for try await part in stream { text += part }
        XCTAssertEqual(text, Self.expected)
        XCTAssertEqual(done.value?.newTokens, 24)
        text = ""
        for try await part in session.stream(
            try model.tokenize(Self.prompt), after: 0, maxNew: 24, sampler: try greedy(model)
        ) { text += part }
        XCTAssertEqual(text, Self.expected)
    }

    func testErrorEndsIt() async throws {
        let model = try open()
        let session = try session(model)
        var parts = 0
        do {
            for try await _ in session.stream(
                try model.tokenize(Self.prompt), maxNew: 1000, sampler: try greedy(model)
            ) { parts += 1 }
            XCTFail("the context was not full")
        } catch let error as GossetError {
            XCTAssertEqual(error.status, .limit)
        }
        XCTAssertGreaterThan(parts, 20)
    }

    func testLeavingTheLoopStops() async throws {
        let model = try open()
        let session = try Session(model, options: SessionOptions(context: 1000, threads: 1))
        let ids = try model.tokenize(Self.prompt)
        let done = Box<Generated>()
        for try await _ in session.stream(
            ids, maxNew: 900, sampler: try greedy(model), finished: { done.value = $0 }) { break }
        // The next one waits until that has stopped.
        for try await _ in session.stream(ids, maxNew: 1, sampler: try greedy(model)) {}
        let first = try XCTUnwrap(done.value)
        XCTAssertTrue(first.cancelled)
        XCTAssertLessThan(first.newTokens, 900)
    }

    func testCancellingTheTaskStops() async throws {
        let model = try open()
        let session = try Session(model, options: SessionOptions(context: 1000, threads: 1))
        let ids = try model.tokenize(Self.prompt)
        let sampler = try greedy(model)
        let done = Box<Generated>()
        let (running, signal) = AsyncStream<Void>.makeStream()
        let task = Task {
            for try await _ in session.stream(
                ids, maxNew: 900, sampler: sampler, finished: { done.value = $0 }
            ) { signal.yield() }
        }
        for await _ in running { break }
        task.cancel()
        _ = await task.result
        for try await _ in session.stream(ids, maxNew: 1, sampler: sampler) {}
        let first = try XCTUnwrap(done.value)
        XCTAssertTrue(first.cancelled)
        XCTAssertLessThan(first.newTokens, 900)
    }

    func testConversation() async throws {
        let model = try open(chatTemplate: Self.turns)
        let fresh = try Session(model, options: SessionOptions(context: 200, threads: 1))
        let sampler = try greedy(model)
        let talk = Conversation(
            model: model, session: try Session(model, options: SessionOptions(context: 200, threads: 1)),
            sampler: sampler)
        refused(.invalidArgument, "not that") { try talk.ask("no", maxNew: 8) }
        XCTAssertEqual(talk.turns, [])
        var fed = 0, all = 0
        for question in ["Where is the ship?", "And the captain?"] {
            let done = Box<Generated>()
            var answer = ""
            for try await part in talk.stream(question, maxNew: 8, finished: { done.value = $0 }) {
                answer += part
            }
            fed += try XCTUnwrap(done.value).promptTokens
            // The same, all of it computed anew.
            let ids = try model.chat(Array(talk.turns.dropLast()))
            all += ids.count
            var text = ""
            try fresh.trim(0)
            try fresh.generate(ids, maxNew: 8, sampler: sampler) {
                text += $1
                return true
            }
            XCTAssertEqual(answer, text)
            XCTAssertEqual(talk.turns.last, Message(role: "assistant", content: text))
        }
        XCTAssertLessThan(fed, all)
        let cut = try talk.ask("And then?", maxNew: 50) { _ in false }
        XCTAssertEqual(cut.newTokens, 1)
        XCTAssertEqual(talk.turns.count, 6)
    }
}
