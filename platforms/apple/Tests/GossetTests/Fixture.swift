import Foundation
import Gosset
import XCTest

/// The model of the repository, in sessions of 96 positions and one thread.
class ModelCase: XCTestCase {
    static let path = ProcessInfo.processInfo.environment["GOSSET_MODEL"]
        ?? URL(fileURLWithPath: #filePath).deletingLastPathComponent()
            .appendingPathComponent("../../../models/gosset-tales-29m.gosset").standardized.path
    static let prompt = "The ship lay at anchor in the"
    /// Greedy, 24 tokens; the same on every machine (tests/models).
    static let expected = " bay, and the captain, who was on watch, was able to make out the object "
        + "of the expedition.\n\n"

    static let turns = "{% for m in messages %}{{ m.role }}: {{ m.content }}\n{% endfor %}"
        + "{% if messages[0].content == 'no' %}{{ raise_exception('not that') }}{% endif %}"
        + "{% if add_generation_prompt %}assistant: {% endif %}"

    func open(chatTemplate: String? = nil) throws -> Model {
        try Model(path: Self.path, options: ModelOptions(chatTemplate: chatTemplate, exact: true))
    }
    func session(_ model: Model) throws -> Session {
        try Session(model, options: SessionOptions(context: 96, threads: 1))
    }
    func greedy(_ model: Model) throws -> Sampler {
        try Sampler(model, options: SamplerOptions(greedy: true))
    }

    /// What a session says to the prompt.
    func continued(_ model: Model, _ session: Session, tokens: Int = 24) throws -> String {
        var text = ""
        try session.generate(
            try model.tokenize(Self.prompt), maxNew: tokens, sampler: try greedy(model)
        ) {
            text += $1
            return true
        }
        return text
    }

    func refused<Result>(
        _ status: GossetError.Status, _ words: String = "", file: StaticString = #filePath,
        line: UInt = #line, _ body: () throws -> Result
    ) {
        XCTAssertThrowsError(try body(), file: file, line: line) { error in
            guard let error = error as? GossetError else {
                return XCTFail("\(error)", file: file, line: line)
            }
            XCTAssertEqual(error.status, status, error.message, file: file, line: line)
            XCTAssertFalse(error.message.isEmpty, file: file, line: line)
            XCTAssertTrue(words.isEmpty || error.message.contains(words), error.message, file: file,
                          line: line)
        }
    }
}
