# The tiers of kernels above scalar, plain to best. Each is one OBJECT library over the same
# sources; simd/tiers.cpp says which features of the processor a tier needs (keep the two in step).
#
# gosset_isa(name processor-regex flags...) appends `name` to GOSSET_ISAS when the target matches.
set(GOSSET_ISAS)
if(CMAKE_OSX_ARCHITECTURES)
    set(gosset_processor ${CMAKE_OSX_ARCHITECTURES})
else()
    set(gosset_processor ${CMAKE_SYSTEM_PROCESSOR})
endif()
macro(gosset_isa name processors)
    if(gosset_processor MATCHES "${processors}")
        list(APPEND GOSSET_ISAS ${name})
        set(GOSSET_ISA_FLAGS_${name} ${ARGN})
    endif()
endmacro()

gosset_isa(avx2 "^(x86_64|AMD64|amd64)$" -mavx2 -mfma -mf16c -mbmi2 -mpopcnt)
gosset_isa(avx512 "^(x86_64|AMD64|amd64)$"
    -mavx2 -mfma -mf16c -mbmi2 -mpopcnt
    -mavx512f -mavx512bw -mavx512vl -mavx512dq -mavx512vnni -mavx512vbmi -mgfni
    -mprefer-vector-width=512)
