import SwiftUI

@main
struct GossetChatApp: App {
    #if os(macOS)
    @NSApplicationDelegateAdaptor(Delegate.self) private var delegate
    #endif

    var body: some Scene {
        WindowGroup { ChatView() }
    }
}

#if os(macOS)
/// `swift run` starts a program without a bundle: nothing says that it is an app with a window.
final class Delegate: NSObject, NSApplicationDelegate {
    func applicationDidFinishLaunching(_ notification: Notification) {
        NSApp.setActivationPolicy(.regular)
        NSApp.activate(ignoringOtherApps: true)
    }
}
#endif
