import SwiftUI
import UniformTypeIdentifiers

struct ChatView: View {
    @StateObject private var chat = ChatModel()
    @State private var text = ""
    @State private var isPicking = false

    var body: some View {
        VStack(spacing: 8) {
            ScrollViewReader { scroll in
                ScrollView {
                    LazyVStack(alignment: .leading, spacing: 8) {
                        ForEach(chat.lines) { line in
                            Text(line.text)
                                .textSelection(.enabled)
                                .foregroundStyle(line.isQuestion ? .secondary : .primary)
                                .id(line.id)
                        }
                    }
                    .frame(maxWidth: .infinity, alignment: .leading)
                }
                .onReceive(chat.$lines) { lines in
                    if let last = lines.last { scroll.scrollTo(last.id, anchor: .bottom) }
                }
            }
            Text(chat.status)
                .font(.caption.monospacedDigit())
                .frame(maxWidth: .infinity, alignment: .leading)
            HStack {
                Button("Open") { isPicking = true }
                TextField("Text", text: $text)
                    .textFieldStyle(.roundedBorder)
                    .onSubmit { send() }
                if chat.isAnswering {
                    Button("Stop") { chat.stop() }
                } else {
                    Button("Send") { send() }
                        .disabled(!chat.isOpen || text.isEmpty)
                }
            }
        }
        .padding()
        .frame(minWidth: 320, minHeight: 320)
        .fileImporter(isPresented: $isPicking, allowedContentTypes: [.data]) { result in
            if case .success(let url) = result { chat.open(url) }
        }
    }

    private func send() {
        guard chat.isOpen, !chat.isAnswering, !text.isEmpty else { return }
        chat.send(text)
        text = ""
    }
}
