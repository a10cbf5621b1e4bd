set(GOSSET_FAMILY_ENCODERS feedback.cpp fit.cpp)
# Scheduled before registers are allocated, a third of its instructions move them to the stack.
gosset_gcc_options(codecs/e8n/kernel.cpp -fno-schedule-insns neon neon_dotprod)
