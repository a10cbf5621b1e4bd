#include "simd/hadamard.hpp"

#include <bit>
#include <cmath>
#include <string>

#include "runtime/base/checked.hpp"
#include "runtime/base/rng.hpp"

namespace gosset {

namespace {

constexpr uint32_t kSmallDense = 256;  // a single factor up to this is preferred to a pair
constexpr uint64_t kMaxSetBytes = uint64_t(64) << 20;

/// q = p^k with p prime; p = 0 where q is no prime power.
struct PrimePower {
    uint32_t p = 0, k = 0;
};

PrimePower prime_power(uint32_t q) {
    if (q < 2) return {};
    uint32_t p = 2;
    while (p * p <= q && q % p != 0) p++;
    if (q % p != 0) p = q;
    uint32_t k = 0;
    for (; q % p == 0; q /= p) k++;
    return q == 1 ? PrimePower{p, k} : PrimePower{};
}

bool is_paley1(uint32_t order) {
    return order % 4 == 0 && prime_power(order - 1).p != 0;
}
bool is_paley2(uint32_t order) {
    return order % 4 == 0 && (order / 2 - 1) % 4 == 1 && prime_power(order / 2 - 1).p != 0;
}
bool is_dense(uint64_t order) {
    return order >= 12 && order <= kMaxHadamardDense && !std::has_single_bit(order) &&
           (is_paley1(uint32_t(order)) || is_paley2(uint32_t(order)));
}

/// The field of q = p^k elements, an element being the number whose base-p digits are the
/// coefficients of a polynomial modulo f. f is the first monic polynomial of degree k, counted by
/// its lower coefficients, for which x generates the field's units; then x^i is a square exactly
/// for even i, which is all that Paley's matrices ask.
class Field {
  public:
    explicit Field(uint32_t q) : q_(q), p_(prime_power(q).p), chi_(q) {
        for (uint32_t f = 1; f < q && !walk(f); f++) {
        }
    }
    /// 0 for 0, 1 for squares, -1 for the others.
    int chi(uint32_t a) const { return chi_[a]; }
    uint32_t add(uint32_t a, uint32_t b) const { return combine(a, b, 1); }
    uint32_t sub(uint32_t a, uint32_t b) const { return combine(a, b, p_ - 1); }

  private:
    /// a + m * b, digit by digit.
    uint32_t combine(uint32_t a, uint32_t b, uint32_t m) const {
        uint32_t sum = 0;
        for (uint32_t place = 1; place < q_; place *= p_, a /= p_, b /= p_)
            sum += (a % p_ + m * (b % p_)) % p_ * place;
        return sum;
    }
    /// Fills chi_ from the powers of x modulo x^k + f; false where they miss an element.
    bool walk(uint32_t f) {
        chi_.assign(q_, 0);
        uint32_t a = 1;
        for (uint32_t i = 0; i < q_ - 1; i++) {
            if (a == 0 || chi_[a] != 0) return false;
            chi_[a] = i % 2 == 0 ? 1 : -1;
            const uint32_t top = a / (q_ / p_);  // x * a = shifted - top * f
            a = combine(a % (q_ / p_) * p_, f, (p_ - top) % p_);
        }
        return a == 1;
    }

    uint32_t q_, p_;
    std::vector<int8_t> chi_;
};

/// Paley I, rows permuted by i -> -i and negated where needed: border +1, and inside chi(i + j)
/// with -1 where i + j = 0. Symmetric, because i + j is.
void fill_paley1(uint32_t order, std::vector<float>& h) {
    const Field field(order - 1);
    for (uint32_t i = 1; i < order; i++)
        for (uint32_t j = 1; j < order; j++) {
            const uint32_t s = field.add(i - 1, j - 1);
            h[size_t(i) * order + j] = s == 0 ? -1.0f : float(field.chi(s));
        }
}

/// Paley II: C kron [1 1; 1 -1] + I kron [1 -1; -1 -1], where C = [0 1; 1 chi(i - j)]; rows and
/// columns are then negated together so that the first of each is +1.
void fill_paley2(uint32_t order, std::vector<float>& h) {
    const Field field(order / 2 - 1);
    for (uint32_t i = 0; i < order; i++)
        for (uint32_t j = 0; j < order; j++) {
            const uint32_t a = i / 2, b = j / 2, s = i % 2, t = j % 2;
            const int flip = (i == 1) != (j == 1) ? -1 : 1;  // row 0 is + - + + + + ...
            int value;
            if (a == b)
                value = s == 0 && t == 0 ? 1 : -1;
            else
                value = (a == 0 || b == 0 ? 1 : field.chi(field.sub(a - 1, b - 1))) *
                        (s == 1 && t == 1 ? -1 : 1);
            h[size_t(i) * order + j] = float(flip * value);
        }
}

/// The smallest sum of two Paley orders whose product is odd * 2^k, k <= twos; empty if none.
std::vector<uint32_t> best_pair(uint64_t odd, uint32_t twos) {
    std::vector<uint32_t> best;
    for (uint32_t a = 12; a <= kMaxHadamardDense; a += 4) {
        const uint32_t odd_a = a >> std::countr_zero(a);
        if (odd_a == 1 || odd_a == odd || odd % odd_a != 0 || !is_dense(a)) continue;
        for (uint64_t b = odd / odd_a * 4; b <= a; b *= 2) {
            if (uint32_t(std::countr_zero(a) + std::countr_zero(b)) > twos || !is_dense(b))
                continue;
            if (best.empty() || a + b < best[0] + best[1]) best = {a, uint32_t(b)};
        }
    }
    return best;
}

/// The factors of exactly this width, or none.
std::vector<uint32_t> factors_of(uint64_t width) {
    const uint32_t twos = uint32_t(std::countr_zero(width));
    const uint64_t odd = width >> twos;
    std::vector<uint32_t> factors, pair;
    if (odd > 1) {
        uint64_t single = odd * 4;
        while (single <= kMaxHadamardDense && !is_dense(single)) single *= 2;
        const bool found = single <= kMaxHadamardDense && width % single == 0;
        if (!found || single > kSmallDense) pair = best_pair(odd, twos);
        if (!pair.empty())
            factors = pair;
        else if (found)
            factors = {uint32_t(single)};
        else
            return {};
    }
    uint64_t rest = width;
    for (const uint32_t f : factors) rest /= f;
    if (rest > 1) factors.push_back(uint32_t(rest));
    return factors;
}

}  // namespace

HadamardPlan plan_hadamard(uint64_t width) {
    if (width == 0 || width > kMaxHadamardWidth) return {};
    for (uint64_t n = align_up(width, 32);; n += 32) {
        std::vector<uint32_t> factors = factors_of(n);
        if (!factors.empty()) return {n, std::move(factors)};
    }
}

bool hadamard_order_known(uint32_t order) {
    const bool sylvester = order >= 2 && std::has_single_bit(order) && order <= kMaxHadamardWidth;
    return sylvester || is_dense(order);
}

Status hadamard_supported(std::span<const uint32_t> factors, uint64_t width) {
    const auto say = [&](const std::string& what) {
        return unsupported("Hadamard rotation of width " + std::to_string(width) + ": " + what);
    };
    if (width == 0 || width > kMaxHadamardWidth) return say("the width must be 1 to 2^20");
    uint64_t product = 1;
    for (const uint32_t f : factors) {
        if (!hadamard_order_known(f))
            return say("no Hadamard matrix of order " + std::to_string(f) + " is known here");
        if (width % (product *= f) != 0) break;  // also bounds the product by 2^20 * 2^20
    }
    if (product != width) return say("the product of the factors is not the width");
    return {};
}

std::vector<float> hadamard_matrix(uint32_t order) {
    if (!hadamard_order_known(order) || order > kMaxHadamardDense) return {};
    std::vector<float> h(size_t(order) * order, 1.0f);
    if (std::has_single_bit(order)) {
        for (uint32_t i = 0; i < order; i++)
            for (uint32_t j = 0; j < order; j++)
                if (std::popcount(i & j) % 2) h[size_t(i) * order + j] = -1.0f;
    } else if (is_paley1(order)) {
        fill_paley1(order, h);
    } else {
        fill_paley2(order, h);
    }
    return h;
}

void hadamard_signs(uint64_t seed, uint64_t n, uint32_t* bits) {
    Rng rng(seed);
    const uint64_t words = div_up(n, 32);
    uint64_t draw = 0;
    for (uint64_t w = 0; w < words; w++) {
        draw = w % 2 == 0 ? rng.next() : draw >> 32;
        bits[w] = uint32_t(draw);
    }
    if (n % 32 != 0) bits[words - 1] &= (uint32_t(1) << (n % 32)) - 1;
}

Result<const Hadamard*> HadamardSet::get(std::span<const uint32_t> factors, uint64_t seed) {
    Key key{{factors.begin(), factors.end()}, seed};
    if (const auto found = entries_.find(key); found != entries_.end()) return &found->second->view;
    uint64_t n = 1;
    for (const uint32_t f : factors)
        if (!checked_mul(n, f, &n) || n > kMaxHadamardWidth) n = kMaxHadamardWidth + 1;
    GOSSET_TRY(hadamard_supported(factors, n));

    auto entry = std::make_unique<Entry>();
    entry->signs.resize(div_up(n, 32));
    hadamard_signs(seed, n, entry->signs.data());
    uint64_t bytes = bytes_ + 4 * entry->signs.size();
    for (const uint32_t f : factors) {
        if (!std::has_single_bit(f) && !matrices_.contains(f)) {
            bytes += uint64_t(4) * f * f;
            if (bytes > kMaxSetBytes)
                return limit_reached("Hadamard rotations need tables of more than 64 MiB");
            bytes_ += uint64_t(4) * f * f;
            matrices_[f] = hadamard_matrix(f);
        }
        entry->factors.push_back({f, std::has_single_bit(f) ? nullptr : matrices_[f].data()});
    }
    bytes_ = bytes;
    entry->view = {entry->factors.data(), uint32_t(factors.size()), uint32_t(n),
                   entry->signs.data(), float(1.0 / std::sqrt(double(n)))};
    return &(entries_[std::move(key)] = std::move(entry))->view;
}

}  // namespace gosset
