# The library that programs link: gosset::gosset (target gosset_static; gosset is the command), one archive of all layers that
# the C API needs. On ELF systems their objects are first joined into one whose only global symbols are
# gosset_*, so that nothing inside can clash with a program's own.
#
#   GOSSET_SHARED=ON    libgosset.so too (gosset::gosset_shared), of the same object
include(GNUInstallDirs)
option(GOSSET_SHARED "Build a shared library too" OFF)

# gosset_parts(result target): the static libraries behind a target, itself included.
function(gosset_parts result target)
    set(found ${target})
    set(waiting ${target})
    while(waiting)
        list(POP_FRONT waiting part)
        get_target_property(links ${part} INTERFACE_LINK_LIBRARIES)
        foreach(link IN LISTS links)
            if(TARGET ${link} AND NOT link IN_LIST found)
                get_target_property(type ${link} TYPE)
                if(type STREQUAL STATIC_LIBRARY)
                    list(APPEND found ${link})
                    list(APPEND waiting ${link})
                endif()
            endif()
        endforeach()
    endwhile()
    set(${result} ${found} PARENT_SCOPE)
endfunction()

gosset_parts(gosset_core gosset_runtime)
list(TRANSFORM gosset_core REPLACE "(.+)" "$<TARGET_FILE:\\1>" OUTPUT_VARIABLE gosset_archives)

# As CMake calls the compiler when it links.
separate_arguments(join NATIVE_COMMAND "${CMAKE_CXX_FLAGS}")
list(PREPEND join ${CMAKE_CXX_COMPILER})
if(CMAKE_CXX_COMPILER_TARGET)
    list(APPEND join --target=${CMAKE_CXX_COMPILER_TARGET})
endif()
if(CMAKE_SYSROOT)
    list(APPEND join --sysroot=${CMAKE_SYSROOT})
endif()
if(CMAKE_OSX_ARCHITECTURES)
    list(APPEND join -arch ${CMAKE_OSX_ARCHITECTURES})
endif()
list(APPEND join -r -nostdlib)

if(APPLE)  # two-level names and private externs do what is done by hand below
    add_custom_command(OUTPUT ${PROJECT_BINARY_DIR}/merged/gosset.o
        COMMAND ${CMAKE_COMMAND} -E make_directory ${PROJECT_BINARY_DIR}/merged
        COMMAND ${join} -Wl,-exported_symbol,_gosset_* -Wl,-all_load
                ${gosset_archives} -o ${PROJECT_BINARY_DIR}/merged/gosset.o
        DEPENDS ${gosset_core}
        COMMENT "Joining the layers into one object" VERBATIM)
else()
    # Groups of inline functions become plain sections: their copies in other libraries are not ours.
    # (LLVM's linker cannot; it keeps the groups, which then only merge among themselves.)
    include(CheckLinkerFlag)
    check_linker_flag(CXX -Wl,--force-group-allocation GOSSET_LINKER_FLATTENS)
    set(flatten)
    if(GOSSET_LINKER_FLATTENS)
        set(flatten -Wl,--force-group-allocation)
    endif()
    set(hide COMMAND ${CMAKE_OBJCOPY} -w --keep-global-symbol=gosset_* ${PROJECT_BINARY_DIR}/merged/gosset.o)
    if(CMAKE_SYSTEM_PROCESSOR MATCHES wasm)  # whose objects objcopy cannot change: there, hidden is all
        set(hide)
    endif()
    add_custom_command(OUTPUT ${PROJECT_BINARY_DIR}/merged/gosset.o
        COMMAND ${CMAKE_COMMAND} -E make_directory ${PROJECT_BINARY_DIR}/merged
        COMMAND ${join} ${flatten}
                -Wl,--whole-archive ${gosset_archives} -Wl,--no-whole-archive
                -o ${PROJECT_BINARY_DIR}/merged/gosset.o
        ${hide}
        DEPENDS ${gosset_core}
        COMMENT "Joining the layers into one object" VERBATIM)
endif()
set_source_files_properties(${PROJECT_BINARY_DIR}/merged/gosset.o PROPERTIES
    EXTERNAL_OBJECT ON GENERATED ON)

# What a program's linker needs besides: named, because a program in C does not link the C++ runtime
# by itself.
set(gosset_system_libraries ${CMAKE_CXX_IMPLICIT_LINK_LIBRARIES})
list(REMOVE_ITEM gosset_system_libraries ${CMAKE_C_IMPLICIT_LINK_LIBRARIES})
list(REMOVE_DUPLICATES gosset_system_libraries)

# gosset_product(target type name): what both kinds have in common; name: what programs call it.
function(gosset_product target type name)
    add_library(${target} ${type} ${PROJECT_BINARY_DIR}/merged/gosset.o)
    add_library(gosset::${name} ALIAS ${target})
    set_target_properties(${target} PROPERTIES
        OUTPUT_NAME gosset EXPORT_NAME ${name} LINKER_LANGUAGE CXX
        ARCHIVE_OUTPUT_DIRECTORY ${PROJECT_BINARY_DIR} LIBRARY_OUTPUT_DIRECTORY ${PROJECT_BINARY_DIR})
    target_include_directories(${target} INTERFACE
        $<BUILD_INTERFACE:${PROJECT_SOURCE_DIR}/runtime/include> $<INSTALL_INTERFACE:${CMAKE_INSTALL_INCLUDEDIR}>)
endfunction()

gosset_product(gosset_static STATIC gosset)
target_link_libraries(gosset_static INTERFACE Threads::Threads ${gosset_system_libraries})
if(GOSSET_SHARED)
    gosset_product(gosset_shared SHARED gosset_shared)
    set_target_properties(gosset_shared PROPERTIES
        VERSION ${GOSSET_ABI_VERSION} SOVERSION ${GOSSET_ABI_VERSION})
    target_link_libraries(gosset_shared PRIVATE Threads::Threads)
    if(NOT APPLE)
        target_link_options(gosset_shared PRIVATE -Wl,--no-undefined -Wl,--gc-sections -Wl,-z,relro -Wl,-z,now)
    endif()
endif()
