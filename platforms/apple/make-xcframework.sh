#!/usr/bin/env bash
# Builds the library for macOS, iOS and its simulator by the presets of the repository and packs it into
# gosset.xcframework beside this script, which Package.swift then takes. Needs Xcode, and from Homebrew
# cmake ninja flatbuffers xsimd xxhash. Arguments go to cmake, such as -DGOSSET_CODECS="e8c;q8".
#
#   make-xcframework.sh --headers FOLDER    only writes the headers with their module map
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
root=$(cd "$here/../.." && pwd)

headers() { # FOLDER: what the frameworks hold beside the library
    mkdir -p "$1/gosset"
    cp "$root/runtime/include/gosset/gosset.h" "$1/gosset/"
    cat > "$1/module.modulemap" <<'MAP'
module CGosset [system] {
    header "gosset/gosset.h"
    export *
}
MAP
}

if [[ ${1:-} == --headers ]]; then
    headers "${2:?a folder}"
    exit
fi
[[ $(uname) == Darwin ]] || { echo "make-xcframework.sh: needs macOS with Xcode" >&2; exit 1; }

cd "$root"
parts=()
for preset in macos ios ios-simulator; do
    cmake --preset "$preset" -DGOSSET_BUILD_TOOLS=OFF -DGOSSET_BUILD_TESTS=OFF "$@"
    cmake --build --preset "$preset" --target gosset_static
    # One folder each: xcodebuild takes a copy of all that is in it.
    rm -rf "build/$preset/xcframework"
    headers "build/$preset/xcframework"
    parts+=(-library "build/$preset/libgosset.a" -headers "build/$preset/xcframework")
done
rm -rf "$here/gosset.xcframework"
xcodebuild -create-xcframework "${parts[@]}" -output "$here/gosset.xcframework"
