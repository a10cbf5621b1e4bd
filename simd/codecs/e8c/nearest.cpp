#include "simd/codecs/e8c/nearest.hpp"

namespace gosset::e8c {

namespace {

/// For each coordinate and group the class of its level.
template <int H>
void choose_classes(const Cells& cells, const F4 y[8], const F4 w[8], I4 choice[8]) {
    F4 cost[8][4];
    for (int j = 0; j < 8; ++j) class_costs<H>(cells, y[j], w[j], cost[j]);
    if constexpr (Layout<H>::kHalf) {
        F4 d[8];
        for (int j = 0; j < 8; ++j) d[kPoint[j]] = cost[j][1] - cost[j][0];
        walsh_hadamard(d);
        F4 most = abs4(d[0]), transform = d[0];
        I4 word = {};
        for (int k = 1; k < 8; ++k) {
            const I4 more = abs4(d[k]) > most;
            most = max4(abs4(d[k]), most), transform = select(more, d[k], transform);
            word = (word & ~more) | (more & k);
        }
        for (int j = 0; j < 8; ++j) {  // parity of word & point, inverted where d[k] < 0
            const I4 both = word & kPoint[j];
            choice[j] = ((both ^ both >> 1 ^ both >> 2) & 1) ^ (sign_mask(transform) & 1);
        }
    } else {
        F4 sum[2];
        I4 taken[2][8];
        for (int c = 0; c < 2; ++c) {
            F4 change = splat(3e38f);
            I4 at = {}, odd = {};
            sum[c] = splat(0);
            for (int j = 0; j < 8; ++j) {
                const F4 gain = cost[j][c] - cost[j][c + 2], price = abs4(gain);
                const I4 takes = ~sign_mask(gain), cheaper = price < change;
                sum[c] += min4(cost[j][c], cost[j][c + 2]);
                change = min4(price, change), at = (at & ~cheaper) | (cheaper & j);
                odd ^= takes, taken[c][j] = takes & 2;
            }
            sum[c] += floats_of(bits_of(change) & odd);
            for (int j = 0; j < 8; ++j) taken[c][j] ^= odd & (at == j) & 2;
        }
        const I4 second = sum[1] < sum[0];
        for (int j = 0; j < 8; ++j)
            choice[j] = (taken[0][j] & ~second) | ((taken[1][j] | 1) & second);
    }
}

}  // namespace

Cells::Cells(const int8_t* list, int levels, int classes) {
    for (int k = 0; k < 4; ++k) {
        const int first = k % classes;
        for (int i = 0; i < kCells; ++i) {
            // Four times the distance to the middle of the cell, (i - 256) / 2 + 1/4.
            int best = first, least = 1 << 20;
            for (int m = first; m < levels; m += classes) {
                const int d = 4 * list[m] - (2 * i - 511), distance = d < 0 ? -d : d;
                if (distance < least) least = distance, best = m;
            }
            level[i][k] = float(list[best]);
            index[i][k] = uint8_t(best);
        }
    }
}

template <int H>
void nearest_points(const Cells& cells, const F4 y[8], const F4 w[8], uint8_t m[4][8]) {
    I4 choice[8];
    choose_classes<H>(cells, y, w, choice);
    for (int j = 0; j < 8; ++j) {
        const I4 at = cells_of(y[j]);
        for (int g = 0; g < 4; ++g) m[g][j] = cells.index[at[g]][choice[j][g]];
    }
}
template void nearest_points<3>(const Cells&, const F4*, const F4*, uint8_t (*)[8]);
template void nearest_points<4>(const Cells&, const F4*, const F4*, uint8_t (*)[8]);
template void nearest_points<5>(const Cells&, const F4*, const F4*, uint8_t (*)[8]);
template void nearest_points<6>(const Cells&, const F4*, const F4*, uint8_t (*)[8]);
template void nearest_points<7>(const Cells&, const F4*, const F4*, uint8_t (*)[8]);
template void nearest_points<8>(const Cells&, const F4*, const F4*, uint8_t (*)[8]);
template void nearest_points<9>(const Cells&, const F4*, const F4*, uint8_t (*)[8]);

}  // namespace gosset::e8c
