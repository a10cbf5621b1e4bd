set(GOSSET_FAMILY_SOURCES halves.cpp)
set(GOSSET_FAMILY_KERNELS kernel25.cpp)
set(GOSSET_FAMILY_ENCODERS enumerate.cpp feedback.cpp fit.cpp)
set(GOSSET_FAMILY_TILES OFF)
