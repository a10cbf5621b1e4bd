set(GOSSET_FAMILY_SOURCES halves.cpp)
set(GOSSET_FAMILY_KERNELS kernel25.cpp)
set(GOSSET_FAMILY_ENCODERS enumerate.cpp feedback.cpp fit.cpp)
# A tenth faster with 32 registers; with 16 it spills and loses as much.
set_source_files_properties(codecs/pvq/kernel25.cpp PROPERTIES COMPILE_OPTIONS
    "$<$<AND:$<CXX_COMPILER_ID:GNU>,$<STREQUAL:$<TARGET_PROPERTY:NAME>,gosset_simd_avx512>>:-fschedule-insns>")
