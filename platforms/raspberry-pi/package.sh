#!/usr/bin/env bash
# package.sh [arm64|armhf|amd64] [CMAKE_OPTION...]: gosset-pi_VERSION_ARCHITECTURE.deb in build/package,
# cross-built where this machine is another. arm64 is what a 64-bit Raspberry Pi OS wants, armhf a
# 32-bit one. The program holds the library, and needs the C and C++ runtime libraries of this Debian's
# release or a later one.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
top=$(cd "$here/../.." && pwd)

say() { printf 'package.sh: %s\n' "$*" >&2; }
die() { say "$@"; exit 1; }

arch=arm64
if [[ ${1:-} == [a-z]* ]]; then arch=$1; shift; fi
case $arch in
    arm64) triple=aarch64-linux-gnu ;;
    armhf) triple=arm-linux-gnueabihf ;;
    amd64) triple=x86_64-linux-gnu ;;
    *) sed -n '2,5s/^# //p' "$0" >&2; exit 2 ;;
esac
command -v dpkg-deb >/dev/null || die "no dpkg-deb: apt-get install dpkg"
out=${GOSSET_PI_OUT:-$top/build/package}
build=${GOSSET_PI_BUILD:-$top/build/raspberry-pi-$arch}

cross=$triple-
if [[ $arch == "$(dpkg --print-architecture)" ]]; then cross=; fi
for tool in g++ objdump strip; do
    command -v "$cross$tool" >/dev/null || die "no $cross$tool: apt-get install g++${cross:+-$triple}"
done

compile() {
    local options=(-DCMAKE_BUILD_TYPE=Release "-DGOSSET_SOURCES=$top")
    if [[ $cross ]]; then
        [[ -f $top/platforms/toolchains/$triple.cmake ]] || die "no platforms/toolchains/$triple.cmake"
        options+=("-DCMAKE_TOOLCHAIN_FILE=$top/platforms/toolchains/$triple.cmake")
    fi
    if command -v ninja >/dev/null; then options+=(-G Ninja); fi
    if command -v ccache >/dev/null; then
        export CMAKE_CXX_COMPILER_LAUNCHER=ccache CCACHE_BASEDIR=$top CCACHE_NOHASHDIR=1
    fi
    cmake -S "$here" -B "$build" "${options[@]}" "$@" >&2
    cmake --build "$build" --target gosset_pi -j "${GOSSET_JOBS:-$(nproc)}" >&2
}

# The newest version of the C library that a function of the program came with, and the compiler's
# release for its own two libraries. (dpkg-shlibdeps has no packages of another architecture to ask.)
depends() {
    local libc gcc
    libc=$("${cross}objdump" -T "$1" | sed -nE 's/.*GLIBC_([0-9]+\.[0-9.]+).*/\1/p' | sort -V | tail -1)
    gcc=$("${cross}g++" -dumpversion)
    [[ -n $libc && -n $gcc ]] || die "cannot tell what gosset-pi needs"
    printf 'libc6 (>= %s), libgcc-s1 (>= 3.0), libstdc++6 (>= %s)\n' "$libc" "${gcc%%.*}"
}

pack() {
    local stage=$build/stage version date needs doc
    rm -rf "$stage"
    install -Ds -m 755 --strip-program="${cross}strip" "$build/gosset-pi" "$stage/usr/bin/gosset-pi"
    "${cross}strip" --remove-section=.comment --remove-section=.note "$stage/usr/bin/gosset-pi"
    install -D -m 644 "$here/package/gosset-pi.1" "$stage/usr/share/man/man1/gosset-pi.1"
    gzip -9n "$stage/usr/share/man/man1/gosset-pi.1"
    doc=$stage/usr/share/doc/gosset-pi
    install -d "$doc"
    install -m 644 "$top/platforms/package/copyright" "$doc/copyright"
    version=$(sed -nE 's/^project\(gosset VERSION ([0-9.]+).*/\1/p' "$top/CMakeLists.txt")
    [[ -n $version ]] || die "no version in $top/CMakeLists.txt"
    # The date of the sources, so that the same sources give the same package.
    : "${SOURCE_DATE_EPOCH:=$(git -C "$top" log -1 --format=%ct 2>/dev/null || echo 0)}"
    export SOURCE_DATE_EPOCH
    date=$(LC_ALL=C date -u -R -d "@$SOURCE_DATE_EPOCH")
    printf 'gosset-pi (%s) unstable; urgency=medium\n\n  * Built from the sources of this date.\n\n -- %s  %s\n' \
        "$version" "$maintainer" "$date" | gzip -9n >"$doc/changelog.gz"
    needs=$(depends "$stage/usr/bin/gosset-pi")
    mkdir -p "$stage/DEBIAN" "$out"
    (cd "$stage" && find usr -type f -print0 | sort -z | xargs -0 md5sum) >"$stage/DEBIAN/md5sums"
    sed -e "s/@version@/$version/; s/@arch@/$arch/; s/@needs@/$needs/; s/@maintainer@/$maintainer/" \
        -e "s/@size@/$(du -k -s --apparent-size "$stage/usr" | cut -f1)/" \
        "$here/package/control.in" >"$stage/DEBIAN/control"
    find "$stage" -type d -exec chmod 755 {} +
    chmod 644 "$doc"/* "$stage"/DEBIAN/*
    dpkg-deb --root-owner-group -Zxz --build "$stage" "$out/gosset-pi_${version}_$arch.deb" >&2
    printf '%s\n' "$out/gosset-pi_${version}_$arch.deb"
}

maintainer='The Gosset authors <authors@gosset.invalid>'
compile "$@"
pack
