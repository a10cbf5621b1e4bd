# Flags of every target hang on the INTERFACE target gosset_flags. Floats are never contracted or
# reassociated: the same source gives the same bits with every compiler (docs/architecture.md).
add_library(gosset_flags INTERFACE)
target_include_directories(gosset_flags INTERFACE
    ${PROJECT_SOURCE_DIR} ${PROJECT_SOURCE_DIR}/runtime/include)
target_compile_options(gosset_flags INTERFACE
    -ffp-contract=off -fno-math-errno -fvisibility=hidden
    $<$<COMPILE_LANGUAGE:CXX>:-fvisibility-inlines-hidden>
    -Wall -Wextra -Wshadow -Wno-psabi
    # GCC 12 and 13 take "literal" + std::string for an overlapping copy (GCC bug 105651).
    $<$<COMPILE_LANG_AND_ID:CXX,GNU>:-Wno-restrict>
    $<$<BOOL:${GOSSET_WERROR}>:-Werror>)
if(GOSSET_SANITIZE)
    target_compile_options(gosset_flags INTERFACE
        -fsanitize=${GOSSET_SANITIZE} -fno-omit-frame-pointer -fno-sanitize-recover=all)
    target_link_options(gosset_flags INTERFACE -fsanitize=${GOSSET_SANITIZE})
endif()
if(GOSSET_FUZZ)  # coverage for libFuzzer in the code under test; tests/fuzz links the fuzzer itself
    target_compile_options(gosset_flags INTERFACE -fsanitize=fuzzer-no-link)
    target_link_options(gosset_flags INTERFACE -fsanitize=fuzzer-no-link)
endif()
find_package(Threads REQUIRED)

# gosset_library(name SOURCES... [LINK targets...]): a static part of the product.
function(gosset_library name)
    cmake_parse_arguments(arg "" "" "LINK" ${ARGN})
    add_library(${name} STATIC ${arg_UNPARSED_ARGUMENTS})
    target_link_libraries(${name} PUBLIC gosset_flags ${arg_LINK})
    target_compile_options(${name} PRIVATE
        # A unique symbol would be shared with other libraries of a process, and pin a loaded one.
        $<$<COMPILE_LANG_AND_ID:CXX,GNU>:-fno-gnu-unique>
        # A program linked with --gc-sections leaves out what it does not call, such as templates of chats.
        -ffunction-sections -fdata-sections)
endfunction()

# What runs once a model or a conversation is compiled for size, which halves it; what runs once a
# token, a weight or a character is not.
set(gosset_optimized "$<AND:$<CXX_COMPILER_ID:GNU,Clang,AppleClang>,$<NOT:$<CONFIG:Debug>>>")

# gosset_small(target [FAST files...]): all sources but those.
function(gosset_small target)
    cmake_parse_arguments(arg "" "" "FAST" ${ARGN})
    target_compile_options(${target} PRIVATE $<${gosset_optimized}:-Os>)
    set_property(SOURCE ${arg_FAST} APPEND PROPERTY COMPILE_OPTIONS $<${gosset_optimized}:-O3>)
endfunction()

# gosset_small_sources(files...): these alone.
function(gosset_small_sources)
    set_property(SOURCE ${ARGN} APPEND PROPERTY COMPILE_OPTIONS $<${gosset_optimized}:-Os>)
endfunction()
