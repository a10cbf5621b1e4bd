// swift-tools-version:5.9
// Gosset for Swift. CGosset, the C API, is gosset.xcframework where make-xcframework.sh has put one beside
// this file, and else the header of this repository with a library that the linker is told where to find:
//
//     swift test -Xlinker -L../../build/macos
import Foundation
import PackageDescription

let framework = "gosset.xcframework"
let prebuilt = FileManager.default.fileExists(atPath: Context.packageDirectory + "/" + framework)
let library: Target = prebuilt
    ? .binaryTarget(name: "CGosset", path: framework)
    : .systemLibrary(name: "CGosset", path: "Sources/CGosset")

let package = Package(
    name: "Gosset",
    platforms: [.macOS("13.3"), .iOS("16.4")],
    products: [.library(name: "Gosset", targets: ["Gosset"])],
    targets: [
        library,
        .target(
            name: "Gosset", dependencies: ["CGosset"],
            linkerSettings: [  // the C++ runtime, which a static library cannot name
                .linkedLibrary("c++", .when(platforms: [.macOS, .iOS])),
                .linkedLibrary("stdc++", .when(platforms: [.linux])),
                .linkedLibrary("m", .when(platforms: [.linux])),
            ]),
        .testTarget(name: "GossetTests", dependencies: ["Gosset"]),
    ])
