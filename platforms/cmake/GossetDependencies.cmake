# What the build needs, found or refused with the name of the Debian package that has it. Header-only
# packages become SYSTEM INTERFACE targets of ours: their own CMake files differ between releases
# (Debian 12's xsimd links a library that it does not ship).
function(gosset_header_only target header package)
    find_path(${target}_INCLUDE_DIR ${header})
    mark_as_advanced(${target}_INCLUDE_DIR)
    if(NOT ${target}_INCLUDE_DIR)
        message(FATAL_ERROR "${header} not found: install ${package} (Debian: apt-get install ${package})")
    endif()
    set(folder ${${target}_INCLUDE_DIR})
    if(CMAKE_CROSSCOMPILING)
        # Beside the host's headers lies the host's C library: only what was asked for gets through.
        string(REGEX REPLACE "/.*" "" entry ${header})
        file(MAKE_DIRECTORY ${CMAKE_BINARY_DIR}/host-headers)
        file(CREATE_LINK ${folder}/${entry} ${CMAKE_BINARY_DIR}/host-headers/${entry} SYMBOLIC)
        set(folder ${CMAKE_BINARY_DIR}/host-headers)
    endif()
    add_library(${target} INTERFACE)
    target_include_directories(${target} SYSTEM INTERFACE ${folder})
endfunction()

gosset_header_only(gosset_dep_xsimd xsimd/xsimd.hpp libxsimd-dev)
gosset_header_only(gosset_dep_flatbuffers flatbuffers/flatbuffers.h libflatbuffers-dev)
gosset_header_only(gosset_dep_xxhash xxhash.h libxxhash-dev)
target_compile_definitions(gosset_dep_xxhash INTERFACE XXH_INLINE_ALL)

# Always the host's compiler of schemas, also when cross-building; it must match the headers.
find_program(GOSSET_FLATC flatc)
if(NOT GOSSET_FLATC)
    message(FATAL_ERROR "flatc not found: install flatbuffers-compiler")
endif()

if(GOSSET_BUILD_TOOLS OR GOSSET_BUILD_TESTS)
    gosset_header_only(gosset_dep_json nlohmann/json.hpp nlohmann-json3-dev)
    gosset_header_only(gosset_dep_cli11 CLI/CLI.hpp libcli11-dev)
endif()
if(GOSSET_BUILD_TESTS)
    gosset_header_only(gosset_dep_doctest doctest/doctest.h doctest-dev)
endif()
