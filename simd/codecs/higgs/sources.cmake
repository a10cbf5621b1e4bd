set(GOSSET_FAMILY_ENCODERS feedback.cpp)
# GCC schedules before it has registers, and then keeps tables and masks on the stack.
set_source_files_properties(codecs/higgs/kernel.cpp PROPERTIES COMPILE_OPTIONS
    "$<$<AND:$<CXX_COMPILER_ID:GNU>,$<IN_LIST:$<TARGET_PROPERTY:NAME>,gosset_simd_neon$<SEMICOLON>gosset_simd_neon_dotprod>>:-fno-schedule-insns>")
