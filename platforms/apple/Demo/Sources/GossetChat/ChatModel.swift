import Foundation
import Gosset
import SwiftUI

/// What the window shows, and what answers. A model with a chat template is talked to; another
/// continues the text.
@MainActor
final class ChatModel: ObservableObject {
    struct Line: Identifiable {
        let id = UUID()
        let isQuestion: Bool
        var text: String
    }

    @Published private(set) var lines: [Line] = []
    @Published private(set) var status = "Open a model"
    @Published private(set) var isOpen = false
    @Published private(set) var isAnswering = false

    private var engine: Engine?
    private var task: Task<Void, Never>?

    /// Opening maps the file and measures threads: not on the main thread.
    func open(_ url: URL) {
        stop()
        status = "Opening \(url.lastPathComponent)"
        task = Task {
            do {
                let engine = try await Task.detached { try Engine(url) }.value
                self.engine = engine
                lines = []
                isOpen = true
                status = engine.summary
            } catch {
                status = error.localizedDescription
            }
        }
    }

    func send(_ text: String) {
        guard let engine, !isAnswering else { return }
        lines.append(Line(isQuestion: true, text: text))
        let answer = Line(isQuestion: false, text: "")
        lines.append(answer)
        isAnswering = true
        task = Task {
            do {
                for try await part in try engine.answer(text, finished: { [weak self] done in
                    Task { @MainActor in self?.report(done) }
                }) {
                    // Not found: another model was opened meanwhile.
                    guard let at = lines.firstIndex(where: { $0.id == answer.id }) else { break }
                    lines[at].text += part
                }
            } catch {
                status = error.localizedDescription
            }
            isAnswering = false
        }
    }

    func stop() { task?.cancel() }

    private func report(_ done: Generated) {
        status = String(
            format: "%d + %d tokens, %.1f tokens/s, %d MB%@", done.promptTokens, done.newTokens,
            done.tokensPerSecond, footprint() / 1_000_000, done.cancelled ? ", stopped" : "")
    }
}

/// The library's side of the window; used from any thread, as its parts are.
final class Engine: Sendable {
    private let model: Model
    private let session: Session
    private let sampler: Sampler
    private let conversation: Conversation?
    let summary: String

    init(_ url: URL) throws {
        let scoped = url.startAccessingSecurityScopedResource()
        defer { if scoped { url.stopAccessingSecurityScopedResource() } }  // the map stays
        model = try Model(url: url)
        let info = model.info
        session = try Session(model, options: SessionOptions(context: min(info.maxContext, 4096)))
        sampler = try Sampler(model, options: SamplerOptions(seed: UInt64.random(in: 0...UInt64.max)))
        conversation = info.hasChatTemplate
            ? Conversation(model: model, session: session, sampler: sampler) : nil
        summary = "\(info.architecture), \(info.fileBytes / 1_000_000) MB, \(session.threads) threads, "
            + info.tier
    }

    func answer(
        _ text: String, finished: @escaping @Sendable (Generated) -> Void
    ) throws -> AsyncThrowingStream<String, Error> {
        if let conversation {
            return conversation.stream(text, maxNew: 1024, finished: finished)
        }
        return session.stream(
            try model.tokenize(text), after: 0, maxNew: 256, sampler: sampler, finished: finished)
    }
}

/// Bytes that the system counts against this process. Pages of the mapped model are clean and do not
/// count.
func footprint() -> Int {
    var info = task_vm_info_data_t()
    var count = mach_msg_type_number_t(
        MemoryLayout<task_vm_info_data_t>.size / MemoryLayout<integer_t>.size)
    let result = withUnsafeMutablePointer(to: &info) {
        $0.withMemoryRebound(to: integer_t.self, capacity: Int(count)) {
            task_info(mach_task_self_, task_flavor_t(TASK_VM_INFO), $0, &count)
        }
    }
    return result == KERN_SUCCESS ? Int(info.phys_footprint) : 0
}
