// swift-tools-version:5.9
// A chat window: `swift run` on a Mac. For iOS the same three sources go into an app target (README.md).
import PackageDescription

let package = Package(
    name: "GossetChat",
    platforms: [.macOS("13.3"), .iOS("16.4")],
    dependencies: [.package(name: "Gosset", path: "..")],
    targets: [
        .executableTarget(
            name: "GossetChat", dependencies: [.product(name: "Gosset", package: "Gosset")])
    ])
