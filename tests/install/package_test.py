#!/usr/bin/env python3
"""cpack makes a tarball and a Debian package that hold an installation and say what they need."""
import glob
import os
import re
import shutil
import sys
import tarfile
import tempfile

from outside import BUILD, CMAKE, make_model, run, skip

WANTED = ["bin/gosset", "include/gosset/gosset.h", "include/gosset/gosset.hpp",
          "share/doc/gosset/LICENSE", "share/doc/gosset/copyright",
          "share/bash-completion/completions/gosset"]
TARBALL = ["share/man/man1/gosset.1", "share/zsh/site-functions/_gosset"]
DEBIAN = ["share/man/man1/gosset.1.gz", "share/zsh/vendor-completions/_gosset"]


def one(pattern):
    found = glob.glob(pattern)
    assert len(found) == 1, (pattern, found)
    return found[0]


def check_tarball(folder):
    path = one(os.path.join(folder, "gosset-*.tar.gz"))
    assert re.search(r"gosset-\d+\.\d+\.\d+-\w+-\w+\.tar\.gz$", path), path
    with tarfile.open(path) as tar:
        names = {n.split("/", 1)[1] for n in tar.getnames() if "/" in n}
        missing = set(WANTED + TARBALL) - names
        assert not missing, missing
        assert any(n.endswith("/libgosset.a") for n in names), names
        tar.extractall(folder)
    make_model(os.path.join(folder, "m.gosset"), one(os.path.join(folder, "gosset-*/bin/gosset")))


def check_debian(folder):
    path = one(os.path.join(folder, "*.deb"))
    info = run("dpkg-deb", "--info", path)
    contents = run("dpkg-deb", "--contents", path)
    print(info + contents)
    assert re.search(r"/gosset_\d+\.\d+\.\d+_(amd64|arm64)\.deb$", path), path
    for field in (r"Package: gosset$", r"Depends: .*libc6 .*libstdc\+\+6", r"Section: \w+$",
                  r"Maintainer: \S", r"Description: Large language models", r"Installed-Size: \d"):
        assert re.search("^ " + field, info, re.M), field
    for name in WANTED + DEBIAN:
        assert f" ./usr/{name}\n" in contents, name
    assert re.search(r" \./usr/lib\S*/libgosset\.a$", contents, re.M)
    modes = re.findall(r"^(\S+) (\S+) .* \./usr/bin/gosset$", contents, re.M)
    assert modes == [("-rwxr-xr-x", "root/root")], modes


def main():
    cpack = shutil.which("cpack", path=os.path.dirname(CMAKE)) or shutil.which("cpack")
    if not cpack or not shutil.which("dpkg-deb"):
        skip("cpack or dpkg-deb is missing")
    with tempfile.TemporaryDirectory() as folder:
        run(cpack, "--config", os.path.join(BUILD, "CPackConfig.cmake"), "-B", folder)
        check_tarball(folder)
        check_debian(folder)
    print("package_test: good")


if __name__ == "__main__":
    sys.exit(main())
