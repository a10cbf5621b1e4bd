#include "simd/codecs/e8c/nearest.hpp"

namespace gosset::e8c {

namespace {

/// Of one coordinate: its cost in each class and the index that has it.
struct Choices {
    float cost[4];
    const uint8_t* index;
};

template <int H>
Choices choices_of(const Cells& cells, float y, float w) {
    Choices c;
    const float t = y * 2.0f + 256.0f;
    const int at = t >= 511.0f ? 511 : t > 0.0f ? int(t) : 0;
    for (int k = 0; k < kClasses<H>; ++k) {
        const float e = y - cells.level[at][k];
        c.cost[k] = w * (e * e);
    }
    c.index = cells.index[at];
    return c;
}

/// Of whole rates with coset c: the indices, and their cost.
float nearest_in_coset(const Choices choice[8], int c, uint8_t m[8]) {
    float sum = 0, cheapest = 0;
    int odd = 0, changed = 0;
    for (int j = 0; j < 8; ++j) {
        const float even_cost = choice[j].cost[c], odd_cost = choice[j].cost[c + 2];
        const bool takes_odd = odd_cost < even_cost;
        const float price = takes_odd ? even_cost - odd_cost : odd_cost - even_cost;
        sum += takes_odd ? odd_cost : even_cost;
        odd ^= takes_odd;
        if (j == 0 || price < cheapest) cheapest = price, changed = j;
        m[j] = choice[j].index[takes_odd ? c + 2 : c];
    }
    if (!odd) return sum;
    const int other = (m[changed] & 3) ^ 2;
    m[changed] = choice[changed].index[other];
    return sum + cheapest;
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
            level[i][k] = best < levels ? float(list[best]) : 0.0f;
            index[i][k] = uint8_t(best);
        }
    }
}

template <int H>
void nearest_group(const Cells& cells, const float y[8], const float w[8], uint8_t m[8]) {
    Choices choice[8];
    for (int j = 0; j < 8; ++j) choice[j] = choices_of<H>(cells, y[j], w[j]);
    if constexpr (Layout<H>::kHalf) {
        float least = 0;
        int best = -1;
        uint8_t word[8];
        for (int info = 0; info < 16; ++info) {
            for (int j = 0; j < 8; ++j) word[j] = j < 4 ? uint8_t(info >> j & 1) : uint8_t(0);
            imply<H>(word);
            float sum = 0;
            for (int j = 0; j < 8; ++j) sum += choice[j].cost[word[j]];
            if (best >= 0 && !(sum < least)) continue;
            least = sum, best = info;
            for (int j = 0; j < 8; ++j) m[j] = choice[j].index[word[j]];
        }
    } else {
        uint8_t other[8];
        const float a = nearest_in_coset(choice, 0, m), b = nearest_in_coset(choice, 1, other);
        if (b < a)
            for (int j = 0; j < 8; ++j) m[j] = other[j];
    }
}
template void nearest_group<3>(const Cells&, const float*, const float*, uint8_t*);
template void nearest_group<4>(const Cells&, const float*, const float*, uint8_t*);
template void nearest_group<5>(const Cells&, const float*, const float*, uint8_t*);
template void nearest_group<6>(const Cells&, const float*, const float*, uint8_t*);
template void nearest_group<7>(const Cells&, const float*, const float*, uint8_t*);
template void nearest_group<8>(const Cells&, const float*, const float*, uint8_t*);
template void nearest_group<9>(const Cells&, const float*, const float*, uint8_t*);

}  // namespace gosset::e8c
