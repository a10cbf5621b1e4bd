set(GOSSET_FAMILY_SOURCES halves.cpp)
set(GOSSET_FAMILY_KERNELS kernel25.cpp)
set(GOSSET_FAMILY_ENCODERS enumerate.cpp feedback.cpp fit.cpp)
# A tenth faster with 32 registers; with 16 it spills and loses as much.
gosset_gcc_options(codecs/pvq/kernel25.cpp -fschedule-insns avx512)
