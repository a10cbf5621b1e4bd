#include "format/validate.hpp"

#include <algorithm>
#include <cmath>

#include "runtime/base/checked.hpp"

namespace gosset {
namespace {

std::string number(uint64_t n) {
    return std::to_string(n);
}

bool known_role(Role role) {
    const uint32_t r = uint32_t(role);
    const auto in = [r](Role first, Role last) {
        return r >= uint32_t(first) && r <= uint32_t(last);
    };
    return in(Role::other, Role::final_norm_bias) || in(Role::attn_norm, Role::post_attn_norm) ||
           in(Role::ffn_norm, Role::post_ffn_norm) || role == Role::router;
}

Status check_shape(const TensorView& t) {
    if (t.shape.empty() || t.shape.size() > 4)
        return corrupt("shape has " + number(t.shape.size()) + " dimensions, must have 1 to 4");
    uint64_t rows = 1;
    for (size_t i = 0; i < t.shape.size(); i++) {
        if (t.shape[i] == 0 || t.shape[i] >= limits::kRows)
            return corrupt("dimension " + number(i) + " is " + number(t.shape[i]) +
                           ", must be in [1, 2^31)");
        if (i + 1 < t.shape.size() &&
            (!checked_mul(rows, t.shape[i], &rows) || rows >= limits::kRows))
            return corrupt("product of the dimensions is too large: 2^31 rows or more");
    }
    return {};
}

/// The factors' product is the padded width: at least the columns, below 2^31.
Status check_rotation(const TensorView& t) {
    if (t.rotation.none()) return {};
    if (t.rotation.factors.size() > limits::kRotationFactors)
        return corrupt("rotation has more than 16 factors");
    uint64_t width = 1;
    for (uint32_t f : t.rotation.factors)
        if (f == 0 || !checked_mul(width, f, &width) || width >= limits::kRows)
            return corrupt("rotation factors do not multiply to a width in [1, 2^31)");
    if (width < t.cols())
        return corrupt("rotation of width " + number(width) + " for " + number(t.cols()) +
                       " columns");
    return {};
}

Status check_segments(const TensorView& t, const Header& header) {
    if (t.segments.empty()) return corrupt("has no segments");
    for (size_t i = 0; i < t.segments.size(); i++) {
        const SegmentView& s = t.segments[i];
        if (!is_name(s.role, limits::kWordLength))
            return corrupt("a segment's role must be 1 to 64 printable characters");
        const std::string where = "segment " + quoted(s.role);
        if (t.segment(s.role) != &s) return corrupt(where + " occurs twice");
        if (s.offset % kSegmentAlign != 0)
            return corrupt(where + ": offset " + number(s.offset) + " is not a multiple of 64");
        if (s.offset < header.data_offset ||
            !range_fits(s.offset, s.bytes.size(), header.file_size))
            return corrupt(where + " (" + number(s.bytes.size()) + " bytes at " + number(s.offset) +
                           ") is outside the data region");
        if (s.bytes.empty()) return corrupt(where + " is empty");
    }
    return {};
}

Status check_params(const TensorView& t) {
    for (const ParamView& p : t.params) {
        if (!is_name(p.key, limits::kWordLength))
            return corrupt("a param's key must be 1 to 64 printable characters");
        if (t.param(p.key) != &p) return corrupt("param " + quoted(p.key) + " occurs twice");
        if (p.bytes.size() > limits::kParamBytes)
            return corrupt("param " + quoted(p.key) + " is larger than 1 MiB");
    }
    return {};
}

Status check_tensor(const TensorView& t, uint32_t layers, const Header& header) {
    if (!is_name(t.name, limits::kNameLength))
        return corrupt("name must be 1 to 1024 printable characters");
    if (!known_role(t.role))
        return unsupported("role " + number(uint64_t(t.role)) +
                           " is unknown: the file is damaged or needs a newer gosset");
    if (t.layer < -1 || t.layer >= int64_t(layers))
        return corrupt("layer " + std::to_string(t.layer) + ", the model has " + number(layers));
    if (!is_name(t.codec, limits::kWordLength))
        return corrupt("codec must be 1 to 64 printable characters");
    if (!std::isfinite(t.bits_per_weight) || t.bits_per_weight < 0 || !std::isfinite(t.rel_mse) ||
        t.rel_mse < 0)
        return corrupt("bits_per_weight and rel_mse must be finite and not negative");
    GOSSET_TRY(check_shape(t));
    GOSSET_TRY(check_rotation(t));
    GOSSET_TRY(check_segments(t, header));
    return check_params(t);
}

Status check_unique_names(std::span<const TensorView> tensors) {
    std::vector<std::string_view> names;
    for (const TensorView& t : tensors) names.push_back(t.name);
    std::sort(names.begin(), names.end());
    const auto twice = std::adjacent_find(names.begin(), names.end());
    if (twice == names.end()) return {};
    return corrupt("tensor " + quoted(*twice) + " occurs twice");
}

/// No two segments share a byte, and the last one ends the file.
Status check_overlap(std::span<const TensorView> tensors, const Header& header) {
    struct Extent {
        uint64_t begin, end;
        const TensorView* tensor;
    };
    std::vector<Extent> extents;
    for (const TensorView& t : tensors)
        for (const SegmentView& s : t.segments)
            extents.push_back({s.offset, s.offset + s.bytes.size(), &t});
    std::sort(extents.begin(), extents.end(),
              [](const Extent& a, const Extent& b) { return a.begin < b.begin; });
    uint64_t end = header.data_offset;
    for (size_t i = 0; i < extents.size(); i++) {
        if (extents[i].begin < end)
            return corrupt("segments of " + quoted(extents[i - 1].tensor->name) + " and " +
                           quoted(extents[i].tensor->name) + " overlap at offset " +
                           number(extents[i].begin));
        end = extents[i].end;
    }
    if (end != header.file_size)
        return corrupt("the last segment ends at " + number(end) + ", the file at " +
                       number(header.file_size));
    return {};
}

}  // namespace

bool is_name(std::string_view s, size_t max_length) {
    if (s.empty() || s.size() > max_length) return false;
    return std::all_of(s.begin(), s.end(), [](char c) { return c > 0x20 && c < 0x7f; });
}

std::string quoted(std::string_view s) {
    std::string out = "'";
    for (char c : s.substr(0, 80)) out += c >= 0x20 && c < 0x7f ? c : '?';
    return out + (s.size() > 80 ? "...'" : "'");
}

Status validate_tensors(std::span<const TensorView> tensors, uint32_t layers,
                        const Header& header) {
    for (size_t i = 0; i < tensors.size(); i++) {
        const Status status = check_tensor(tensors[i], layers, header);
        if (!status.ok()) return status.in("tensor " + number(i) + " " + quoted(tensors[i].name));
    }
    GOSSET_TRY(check_unique_names(tensors));
    return check_overlap(tensors, header);
}

Status validate(const Metadata& metadata, const Header& header) {
    GOSSET_TRY(validate_config(metadata.config).in("config"));
    GOSSET_TRY(validate_tokenizer(metadata.tokenizer, metadata.config.vocab).in("tokenizer"));
    return validate_tensors(metadata.tensors, metadata.config.layers, header);
}

}  // namespace gosset
