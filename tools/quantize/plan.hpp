/// Decides how each tensor of a model is stored: its codec, its rotation and the exact sizes of its
/// segments. A pure function of the source's tensor list and the options: nothing is read yet.
/// Relies on the codec registry (simd) and the file's description (format).
#pragma once

#include <string>
#include <vector>

#include "format/tensor.hpp"
#include "runtime/base/status.hpp"
#include "simd/codec.hpp"
#include "tools/import/source.hpp"

namespace gosset::quantize {

inline constexpr const char* kCalibratedHead = "e8c4.5";

struct PlanOptions {
    std::string codec = "e8c4";  ///< of every 2-D weight but embedding, head and router
    /// Empty: q8 if `codec` is a quantized one, else `codec`. With `calibrated` and a `codec` of at
    /// most 4.5 bits, the head (or the tensor that is both) gets kCalibratedHead: at equal bytes,
    /// those of the head are better spent on the other weights.
    std::string embed_codec{}, head_codec{};
    bool calibrated = false;  ///< tensors will be encoded with error feedback
    /// Of the attention's values. Empty: where they are few (grouped-query attention: a third of
    /// the other projections at most) and `codec` is a quantized one, q8, else `codec`. An error of
    /// theirs passes straight into the residual stream: per weight it costs five times as much KL
    /// divergence as one of the other linears.
    std::string value_codec{};
    bool rotate = true;  ///< rotate what its codec wants rotated (Codec::rotate)
};

struct TensorPlan {
    size_t source = 0;             ///< index into ModelSource::tensors()
    const Codec* codec = nullptr;  ///< null: a vector, kept as raw little-endian f32
    uint64_t rows = 0, cols = 0;   ///< logical
    uint64_t stored_cols = 0;      ///< multiple of 32: the rotation's width, or cols padded
    int site = -1;                 ///< what it reads: input_site(), a tied embedding as the head
    TensorInfo info;               ///< as the file will say; table zero, hashes and MSE not yet set
    uint64_t weights() const { return rows * cols; }
    uint64_t bytes() const;  ///< of all segments
};

/// Which tensors are stored and how, in the source's order.
///
/// Vectors (norms, biases) are stored as they are: codec "f32", a 1-D shape and one segment "codes"
/// of exactly 4 n bytes. Routers of experts stay in f32 panels. A tied pair (Config::tied_head) is
/// stored once as Role::embed and serves both, so it is rotated as a head; a separate embedding is
/// not rotated. The two codecs of a tied pair, when both are asked for, must agree.
/// Errors: an unknown codec (the message lists those of this build), a shape that is not 1-D or
/// 2-D, sizes that do not fit 64 bits, a missing embedding.
Result<std::vector<TensorPlan>> make_plan(const ModelSource& source, const PlanOptions& options);

/// The codec of that name, or an error that lists what there is.
Result<const Codec*> require_codec(const std::string& name);

/// Names of all codecs of this build, a space before each.
std::string codec_names();

/// Which input the role's weights read, as InputSite counts them: q, k, v 0; o 1; gate, up 2;
/// down 3; head 4. -1: none of them.
int input_site(Role role);

/// Seed of the rotation's signs. Tensors that read the same activation (q, k, v; gate, up) get the
/// same one, so that the runtime transforms it once.
uint64_t rotation_seed(Role role, int32_t layer);

}  // namespace gosset::quantize
