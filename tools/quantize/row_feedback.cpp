#include "tools/quantize/row_feedback.hpp"

#include <algorithm>

#include "tools/quantize/block_ldl.hpp"

namespace gosset::quantize {

uint64_t RowFeedback::offset(uint64_t block) const {
    // Block b has rows - kGroup (b + 1) rows of kGroup.
    return kGroup * (block * rows_ - kGroup * block * (block + 1) / 2);
}

RowFeedback RowFeedback::make(std::vector<float> g, uint64_t rows, float damping,
                              const OpKernels& ops) {
    RowFeedback f;
    std::vector<float> diagonal;
    if (!damp_and_factor(g, rows, damping, ops, diagonal)) return f;
    f.rows_ = rows;
    const uint64_t full = rows / kGroup;  // blocks; what follows them has nothing behind it
    f.behind_.resize(f.offset(full));
    float* out = f.behind_.data();
    for (uint64_t j = 0; j < full * kGroup; j += kGroup)
        for (uint64_t k = j + kGroup; k < rows; k++, out += kGroup)
            feed_back(g.data(), rows, j, k, kGroup, out);
    return f;
}

void RowFeedback::encode(const Feedback& columns, const Feedback::Rows& all, float* target) const {
    const uint64_t n = columns.width(), row_block = n / kPanelCols * all.codec.panel_bytes;
    const uint64_t blocks = (rows_ + kGroup - 1) / kGroup;
    for (uint64_t b = blocks; b-- > 0;) {
        const uint64_t first = b * kGroup, count = std::min<uint64_t>(kGroup, all.count - first);
        const float* rows = all.rows + first * n;
        float* error = all.error + first * n;
        std::copy_n(rows, count * n, target);
        MatrixUpdate m{};
        m.c = target, m.c_stride = n;
        m.a = behind(b), m.a_row = 1, m.a_step = kGroup;
        m.b = error + kGroup * n, m.b_stride = n;
        m.rows = kGroup, m.cols = n, m.k = rows_ - std::min(rows_, first + kGroup);
        if (m.k) columns.ops().matrix_update(m);
        columns.encode({all.codec, all.encoder, target, count, all.tables, error,
                        all.panels + first / kPanelRows * row_block, all.row_scales + first});
        for (uint64_t i = 0; i < count * n; i++) error[i] += rows[i] - target[i];
    }
}

}  // namespace gosset::quantize
