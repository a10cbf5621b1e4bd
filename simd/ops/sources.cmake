# Codec-free operations. KERNELS are compiled once per ISA (inside gosset::GOSSET_ISA) and define
# `extern const OpKernels op_kernels`; SOURCES are compiled once, and define gosset::reference_ops.
set(GOSSET_OPS_KERNELS)
set(GOSSET_OPS_SOURCES hadamard.cpp)
