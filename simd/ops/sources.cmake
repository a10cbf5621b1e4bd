# Codec-free operations. KERNELS are compiled once per ISA (inside gosset::GOSSET_ISA) and define
# `extern const OpKernels op_kernels`; SOURCES are compiled once, and define gosset::reference_ops.
set(GOSSET_OPS_KERNELS
    ops/kernel.cpp
    ops/kernel_attention.cpp
    ops/kernel_attention_batch.cpp
    ops/kernel_elementwise.cpp
    ops/kernel_hadamard.cpp
    ops/kernel_matrix.cpp
    ops/kernel_reduce.cpp)
set(GOSSET_OPS_SOURCES
    hadamard.cpp
    ops/reference.cpp)
