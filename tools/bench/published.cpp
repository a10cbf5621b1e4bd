#include "tools/bench/published.hpp"

namespace gosset::bench {

namespace {

// The papers of NestQuant, HIGGS and PVQ print perplexities; their codes' Gaussian figures are our
// simulations (10^6 numbers, scales in exact arithmetic) of what they describe.
constexpr ReferencePoint kCodecs[] = {
    {"e8n2", 2.094, .110, "simulated: NestQuant q=4, 8 scales per 32"},
    {"e8n3", 3.094, .0235, "simulated: NestQuant q=8, 8 scales per 32"},
    {"e8n4", 4.094, .00584, "simulated: NestQuant q=16, 8 scales per 32"},

    {"e8c1.5", 1.5, .1802, "simulated: Hamming coset, 4 levels, 1 scale"},
    {"e8c2", 2.06, .089, "simulated: D8 and coset, 2 x 4 levels, 4 scales per 32"},
    {"e8c2.5", 2.562, .0448, "simulated: Hamming coset, 8 levels, 4 scales per 32"},
    {"e8c3", 3.125, .0208, "simulated: D8 and coset, 2 x 8 levels, 16 scales per 32"},
    {"e8c3.5", 3.594, .0106, "simulated: Hamming coset, 16 levels, 8 scales per 32"},
    {"e8c4", 4.125, .0051, "simulated: D8 and coset, 2 x 16 levels, 16 scales per 32"},
    {"e8c4.5", 4.594, .00289, "simulated: Hamming coset, 32 levels, 8 scales per 32"},

    {"pvq2", 2.0, .1051, "simulated: P(8,6) and 1 bit of gain"},
    {"pvq3", 3.0, .0273, "simulated: P(8,13) and 2 bits of gain"},
    {"pvq4", 4.0, .0067, "simulated: P(8,26) and 10 gains"},

    {"higgs2", 2.0, .0972, "simulated: optimal grid, p=4 n=256"},
    {"higgs3", 3.0, .0298, "simulated: optimal grid, p=2 n=64"},
    {"higgs3.25", 3.230, .0220, "simulated: optimal grid, p=2 n=88"},
    {"higgs4", 4.0, .00784, "simulated: optimal grid, p=2 n=256"},
};

// Max, "Quantizing for minimum distortion" (1960), table I; here to more digits.
constexpr ReferencePoint kLloydMax[] = {
    {"Lloyd-Max, 4 levels", 2, .117482, "published: Max 1960, table I"},
    {"Lloyd-Max, 8 levels", 3, .0345478, "published: Max 1960, table I"},
    {"Lloyd-Max, 16 levels", 4, .0095010, "published: Max 1960, table I"},
};

}  // namespace

const ReferencePoint* published_figure(std::string_view codec) {
    for (const ReferencePoint& p : kCodecs)
        if (codec == p.name) return &p;
    return nullptr;
}

std::span<const ReferencePoint> lloyd_max_points() {
    return kLloydMax;
}

}  // namespace gosset::bench
