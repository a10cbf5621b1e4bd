set(GOSSET_FAMILY_ENCODERS fit.cpp nearest.cpp)
