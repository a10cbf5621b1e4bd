set(GOSSET_FAMILY_ENCODERS feedback.cpp)
# Scheduled before registers are allocated, it keeps tables and masks on the stack.
gosset_gcc_options(codecs/higgs/kernel.cpp -fno-schedule-insns neon neon_dotprod)
