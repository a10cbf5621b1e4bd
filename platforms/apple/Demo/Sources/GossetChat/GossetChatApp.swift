import SwiftUI

@main
struct GossetChatApp: App {
    var body: some Scene {
        WindowGroup { ChatView() }
    }
}
