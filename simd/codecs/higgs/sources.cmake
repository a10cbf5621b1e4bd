set(GOSSET_FAMILY_ENCODERS feedback.cpp)
