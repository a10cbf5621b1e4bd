import Foundation
import Gosset
import XCTest

final class ModelTests: ModelCase {
    private var folder = URL(fileURLWithPath: "")

    override func setUpWithError() throws {
        folder = FileManager.default.temporaryDirectory.appendingPathComponent(UUID().uuidString)
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    }
    override func tearDownWithError() throws {
        try FileManager.default.removeItem(at: folder)
    }

    func testLibrary() throws {
        XCTAssertEqual(Gosset.version.split(separator: ".").count, 3)
        let cpu = try Gosset.cpu()
        XCTAssertFalse(cpu.name.isEmpty || cpu.tier.isEmpty)
        XCTAssertEqual(try open().info.tier, cpu.tier)
    }

    func testInfo() throws {
        let info = try Model(url: URL(fileURLWithPath: Self.path)).info
        XCTAssertEqual(info.architecture, "llama")
        XCTAssertEqual([info.vocab, info.dim, info.layers, info.maxContext], [8192, 512, 8, 1024])
        XCTAssertEqual(info.weights, 29_360_128)
        let size = try FileManager.default.attributesOfItem(atPath: Self.path)[.size] as? NSNumber
        XCTAssertEqual(info.fileBytes, size?.uint64Value)
        XCTAssertTrue(info.hasTokenizer && !info.hasChatTemplate)
    }

    func testRefusals() throws {
        let none = folder.appendingPathComponent("n\u{f6} such \u{1F6A2}.gosset").path
        refused(.notFound, none) { try Model(path: none) }
        refused(.invalidArgument, "zero") { try Model(path: Self.path + "\0x") }
        var bytes = try Data(contentsOf: URL(fileURLWithPath: Self.path))
        bytes[100] ^= 1
        let damaged = folder.appendingPathComponent("damaged")
        try bytes.write(to: damaged)
        refused(.corrupt) { try Model(url: damaged) }
    }

    func testPartOfAFile() throws {
        let bytes = try Data(contentsOf: URL(fileURLWithPath: Self.path))
        let length = UInt64(bytes.count)
        for before in [0, 64, 16384, 1001] {
            let archive = folder.appendingPathComponent("archive")
            try (Data(count: before) + bytes + Data(count: 777)).write(to: archive)
            let file = try FileHandle(forReadingFrom: archive)
            let descriptor = file.fileDescriptor
            let offset = UInt64(before)
            let options = ModelOptions(exact: true)
            let model = try Model(
                fileDescriptor: descriptor, offset: offset, length: length, options: options)
            refused(.corrupt) {
                try Model(fileDescriptor: descriptor, offset: offset + 1, length: length)
            }
            XCTAssertThrowsError(
                try Model(fileDescriptor: descriptor, offset: offset, length: length + 7777))
            try file.close()
            try FileManager.default.removeItem(at: archive)
            XCTAssertEqual(try continued(model, try session(model)), Self.expected)
        }
        XCTAssertThrowsError(try Model(fileDescriptor: -1, offset: 0, length: length))
    }

    func testText() throws {
        let model = try open()
        for text in ["", "The ship", "caf\u{e9} \u{65e5}\u{672c} \u{1F6A2} a\0b", "<|endoftext|>"] {
            XCTAssertEqual(try model.detokenize(try model.tokenize(text)), text)
        }
        XCTAssertEqual(try model.tokenize("<|endoftext|>", parseSpecial: true).count, 1)
        XCTAssertGreaterThan(try model.tokenize("<|endoftext|>").count, 1)
        XCTAssertEqual(try model.detokenize([.max, 0, 1 << 30]), "")
        XCTAssertTrue(model.isEnd(0) && !model.isEnd(100))
        let long = String(repeating: "a ship ", count: 5000)
        XCTAssertEqual(try model.detokenize(try model.tokenize(long)), long)
    }

    func testChat() throws {
        let plain = try open()
        let model = try open(chatTemplate: Self.turns)
        let turn = Message(role: "user", content: "caf\u{e9} \u{1F6A2}")
        refused(.unsupported, "template") { try plain.chat([turn]) }
        XCTAssertTrue(model.info.hasChatTemplate)
        XCTAssertEqual(try model.detokenize(try model.chat([turn], answer: false)),
                       "user: caf\u{e9} \u{1F6A2}\n")
        refused(.invalidArgument, "not that") { try model.chat([Message(role: "user", content: "no")]) }
        refused(.invalidArgument, "zero") { try model.chat([Message(role: "user", content: "a\0b")]) }
    }

    func testSamplers() throws {
        let model = try open()
        let session = try session(model)
        func text(_ sampler: Sampler) throws -> String {
            var text = ""
            try session.trim(0)
            try session.generate(try model.tokenize(Self.prompt), maxNew: 16, sampler: sampler) {
                text += $1
                return true
            }
            return text
        }
        let one = try Sampler(model, options: SamplerOptions(seed: 7))
        let first = try text(one)
        try one.reset()
        XCTAssertEqual(try text(one), first)
        XCTAssertNotEqual(try text(try Sampler(model, options: SamplerOptions(seed: 8))), first)
        var options = SamplerOptions()
        options.topP = 2
        refused(.invalidArgument, "top-p") { try Sampler(model, options: options) }
        options.topP = nil
        options.topK = -2
        refused(.invalidArgument, "topK") { try Sampler(model, options: options) }
    }
}
