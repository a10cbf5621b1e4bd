/// Tensors of a valid file as kernels want them: shape, codec, version, rotation, segment sizes,
/// parameters and finite values, all proven here and named when they are wrong. Relies on
/// format/reader.hpp and the registry of codecs.
#pragma once

#include <map>
#include <utility>
#include <vector>

#include "format/reader.hpp"
#include "runtime/base/status.hpp"
#include "runtime/model/weights.hpp"

namespace gosset {

struct BoundMatrix {
    Linear linear;
    const Hadamard* rotation = nullptr;  ///< null: none
    uint32_t blocks = 0;                 ///< padded width / 32
    uint64_t bytes = 0;                  ///< of all its segments
};

class TensorBinder {
  public:
    /// Tables and rotations go to `out`, and so do the counts of weights and bytes.
    TensorBinder(const ModelFile& file, const Isa& isa, ModelWeights& out);

    /// The f32 vector of this role, which must have n elements. Layer -1: of the whole model.
    Status vector(Role role, int32_t layer, uint64_t n, std::vector<float>& to) const;
    Result<BoundMatrix> matrix(Role role, int32_t layer, uint64_t rows, uint64_t cols);

  private:
    Result<const TensorView*> find(Role role, int32_t layer) const;
    Status weights(const TensorView& t, const Codec& codec, uint64_t padded_width, Weights* w);
    Status params(const TensorView& t, const Codec& codec, Weights* w) const;

    const Isa& isa_;
    ModelWeights& out_;
    std::map<std::pair<Role, int32_t>, const TensorView*> by_role_;
};

}  // namespace gosset
