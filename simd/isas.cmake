# The tiers of kernels above scalar, plain to best. Each is one OBJECT library over the same
# sources; simd/tiers.cpp says which features of the processor a tier needs (keep the two in step).
#
# gosset_isa(name processor-regex flags...) appends `name` to GOSSET_ISAS when the target matches. A
# toolchain file may set GOSSET_ISA_FLAGS_name for a compiler that spells them otherwise.
set(GOSSET_ISAS)
if(CMAKE_OSX_ARCHITECTURES)
    set(gosset_processor ${CMAKE_OSX_ARCHITECTURES})
else()
    set(gosset_processor ${CMAKE_SYSTEM_PROCESSOR})
endif()
macro(gosset_isa name processors)
    if(gosset_processor MATCHES "${processors}")
        list(APPEND GOSSET_ISAS ${name})
        if(NOT DEFINED GOSSET_ISA_FLAGS_${name})
            set(GOSSET_ISA_FLAGS_${name} ${ARGN})
        endif()
    endif()
endmacro()

gosset_isa(avx2 "^(x86_64|AMD64|amd64)$" -mavx2 -mfma -mf16c -mbmi2 -mpopcnt)
gosset_isa(avx512 "^(x86_64|AMD64|amd64)$"
    -mavx2 -mfma -mf16c -mbmi2 -mpopcnt
    -mavx512f -mavx512bw -mavx512vl -mavx512dq -mavx512vnni -mavx512vbmi -mgfni
    -mprefer-vector-width=512)
# Only gemm_rounded, on tiles; all else is the tier's of the same name without the suffix.
set(GOSSET_TILE_ISAS)
if(avx512 IN_LIST GOSSET_ISAS)
    set(GOSSET_TILE_ISAS avx512_amx)
    set(GOSSET_TILE_BASE_avx512_amx avx512)
    set(GOSSET_ISA_FLAGS_avx512_amx ${GOSSET_ISA_FLAGS_avx512} -mavx512fp16 -mamx-tile -mamx-bf16)
endif()
gosset_isa(neon "^(aarch64|arm64|ARM64)$" -march=armv8-a)
gosset_isa(neon_dotprod "^(aarch64|arm64|ARM64)$" -march=armv8.2-a+dotprod)

# Inline functions of a kernel file must not reach the linker: a weak copy compiled for AVX-512 may
# be the one that everybody gets. So: -O2 in every build type, no LTO, no exceptions (their
# personality is a weak symbol), everything in anonymous namespaces, and a lint that lists weak
# symbols. (GCC 12's AVX-512 headers warn of their own deliberately undefined vectors: GCC bug
# 105593.)
# gosset_isa_options(target isa): flags of an OBJECT library of kernels.
function(gosset_isa_options target isa)
    target_link_libraries(${target} PRIVATE gosset_flags gosset_dep_xsimd)
    target_compile_definitions(${target} PRIVATE GOSSET_ISA=${isa})
    target_compile_options(${target} PRIVATE
        ${GOSSET_ISA_FLAGS_${isa}} -O2 -fno-lto -fno-exceptions
        $<$<CXX_COMPILER_ID:GNU>:-Wno-uninitialized> $<$<CXX_COMPILER_ID:GNU>:-Wno-maybe-uninitialized>)
    set_target_properties(${target} PROPERTIES INTERPROCEDURAL_OPTIMIZATION OFF)
endfunction()

# gosset_gcc_options(FILE OPTION TIER...): how GCC compiles one kernel file in some tiers.
function(gosset_gcc_options file option)
    list(TRANSFORM ARGN PREPEND gosset_simd_ OUTPUT_VARIABLE targets)
    list(JOIN targets "$<SEMICOLON>" targets)
    set_source_files_properties(${file} PROPERTIES COMPILE_OPTIONS
        "$<$<AND:$<CXX_COMPILER_ID:GNU>,$<IN_LIST:$<TARGET_PROPERTY:NAME>,${targets}>>:${option}>")
endfunction()
