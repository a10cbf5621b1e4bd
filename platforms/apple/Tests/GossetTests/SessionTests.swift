import Foundation
import Gosset
import XCTest

final class SessionTests: ModelCase {
    struct Trouble: Error {}

    func testGenerate() throws {
        let model = try open()
        let session = try session(model)
        let sampler = try greedy(model)
        XCTAssertEqual([session.context, session.threads], [96, 1])
        let bytes = try Session.memory(model, options: SessionOptions(context: 96))
        XCTAssertTrue(bytes > 0 && bytes < 64 << 20)
        let ids = try model.tokenize(Self.prompt)
        var tokens: [Token] = []
        var text = ""
        let done = try session.generate(ids, maxNew: 24, sampler: sampler) {
            tokens.append($0)
            text += $1
            return true
        }
        XCTAssertEqual(text, Self.expected)
        XCTAssertEqual([done.promptTokens, done.newTokens, tokens.count], [ids.count, 24, 24])
        XCTAssertFalse(done.ended || done.cancelled)
        XCTAssertTrue(done.promptSeconds > 0 && done.tokensPerSecond > 0)
        XCTAssertEqual(try session.length(), ids.count + 23)
        try session.trim(0)
        XCTAssertEqual(try session.length(), 0)
        XCTAssertEqual(try session.generate(ids, maxNew: 0, sampler: sampler).newTokens, 0)
        refused(.invalidArgument) { try session.generate([], maxNew: 1, sampler: sampler) }
        refused(.invalidArgument) { try session.generate([8192], maxNew: 1, sampler: sampler) }
        refused(.invalidArgument, "maxNew") { try session.generate(ids, maxNew: -1, sampler: sampler) }
        refused(.invalidArgument, "length") { try session.trim(-1) }
        refused(.invalidArgument) { try session.trim(90) }
        refused(.invalidArgument, "threads") {
            try Session(model, options: SessionOptions(threads: -1))
        }
        var heard = 0
        try session.trim(0)
        refused(.limit) {
            try session.generate(ids, maxNew: 1000, sampler: sampler) { _, _ in
                heard += 1
                return true
            }
        }
        XCTAssertEqual(heard, 96 - ids.count + 1)
    }

    func testStops() throws {
        let model = try open()
        let session = try session(model)
        let sampler = try greedy(model)
        let ids = try model.tokenize(Self.prompt)
        var heard = 0
        let done = try session.generate(ids, maxNew: 50, sampler: sampler) { _, _ in
            heard += 1
            return heard < 5
        }
        XCTAssertEqual([heard, done.newTokens], [5, 5])
        XCTAssertFalse(done.cancelled)
        XCTAssertThrowsError(try session.generate(ids, maxNew: 9, sampler: sampler) { _, _ in
            heard += 1
            throw Trouble()
        }) { XCTAssertTrue($0 is Trouble) }
        XCTAssertEqual(heard, 6)
        try session.trim(0)
        XCTAssertEqual(try continued(model, session), Self.expected)
    }

    func testOneAtATime() throws {
        let model = try open()
        let session = try session(model)
        let other = try self.session(model)
        let sampler = try greedy(model)
        let ids = try model.tokenize(Self.prompt)
        try session.generate(ids, maxNew: 2, sampler: sampler) { _, _ in
            refused(.invalidArgument, "in use") { try session.length() }
            refused(.invalidArgument, "in use") { try session.trim(0) }
            refused(.invalidArgument, "in use") {
                try session.generate(ids, maxNew: 1, sampler: sampler)
            }
            refused(.invalidArgument, "in use") { try other.generate(ids, maxNew: 1, sampler: sampler) }
            refused(.invalidArgument, "in use") { try sampler.reset() }
            return true
        }
        XCTAssertEqual(try session.length(), ids.count + 1)
    }

    func testCancelFromAnotherThread() throws {
        let model = try open()
        let session = try session(model)
        XCTAssertFalse(session.cancel())
        let running = DispatchSemaphore(value: 0), cancelled = DispatchSemaphore(value: 0)
        Thread.detachNewThread {
            running.wait()
            XCTAssertTrue(session.cancel())
            cancelled.signal()
        }
        var heard = 0
        let done = try session.generate(
            try model.tokenize(Self.prompt), maxNew: 80, sampler: try greedy(model)
        ) { _, _ in
            heard += 1
            running.signal()
            cancelled.wait()
            return true
        }
        XCTAssertTrue(done.cancelled)
        XCTAssertEqual([heard, done.newTokens], [1, 1])
        XCTAssertFalse(session.cancel())
        try session.trim(0)
        XCTAssertEqual(try continued(model, session), Self.expected)
        let before = Cancellation()
        before.request()
        try session.trim(0)
        let none = try session.generate(
            try model.tokenize(Self.prompt), maxNew: 8, sampler: try greedy(model),
            cancellation: before)
        XCTAssertTrue(none.cancelled)
        XCTAssertEqual(none.newTokens, 0)
    }

    func testModelOutlivesItsOwner() throws {
        var model: Model? = try open()
        let session = try session(model!), sampler = try greedy(model!)
        let ids = try model!.tokenize(Self.prompt)
        model = nil
        XCTAssertEqual(try session.generate(ids, maxNew: 4, sampler: sampler).newTokens, 4)
    }

    func testSave() throws {
        let model = try open()
        let session = try session(model), other = try self.session(model)
        let ids = try model.tokenize(Self.prompt)
        try session.generate(Array(ids.dropLast()), maxNew: 0, sampler: try greedy(model))
        var state = try session.save()
        try other.restore(state)
        XCTAssertEqual(try other.length(), ids.count - 1)
        var text = ""
        try other.generate([ids.last!], maxNew: 24, sampler: try greedy(model)) {
            text += $1
            return true
        }
        XCTAssertEqual(text, Self.expected)
        state[state.count / 2] ^= 1
        refused(.corrupt) { try other.restore(state) }
        refused(.corrupt) { try other.restore([]) }
    }
}
