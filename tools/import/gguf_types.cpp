#include "tools/import/gguf_types.hpp"

#include <algorithm>
#include <iterator>

namespace gosset {
namespace {

// Ids and block sizes of ggml's public type table. Ids that are absent were removed from the format
// or are intermediate results that no file holds.
constexpr GgmlType kTypes[] = {
    {0, "F32", 1, 4, ElementType::f32},
    {1, "F16", 1, 2, ElementType::f16},
    {2, "Q4_0", 32, 18, ElementType::q4_0},
    {3, "Q4_1", 32, 20, ElementType::q4_1},
    {6, "Q5_0", 32, 22, ElementType::q5_0},
    {7, "Q5_1", 32, 24, ElementType::q5_1},
    {8, "Q8_0", 32, 34, ElementType::q8_0},
    {10, "Q2_K", 256, 84, ElementType::q2_k},
    {11, "Q3_K", 256, 110, ElementType::q3_k},
    {12, "Q4_K", 256, 144, ElementType::q4_k},
    {13, "Q5_K", 256, 176, ElementType::q5_k},
    {14, "Q6_K", 256, 210, ElementType::q6_k},
    {16, "IQ2_XXS", 256, 66, {}},
    {17, "IQ2_XS", 256, 74, {}},
    {18, "IQ3_XXS", 256, 98, {}},
    {19, "IQ1_S", 256, 50, {}},
    {20, "IQ4_NL", 32, 18, ElementType::iq4_nl},
    {21, "IQ3_S", 256, 110, {}},
    {22, "IQ2_S", 256, 82, {}},
    {23, "IQ4_XS", 256, 136, ElementType::iq4_xs},
    {24, "I8", 1, 1, {}},
    {25, "I16", 1, 2, {}},
    {26, "I32", 1, 4, {}},
    {27, "I64", 1, 8, {}},
    {28, "F64", 1, 8, {}},
    {29, "IQ1_M", 256, 56, {}},
    {30, "BF16", 1, 2, ElementType::bf16},
    {34, "TQ1_0", 256, 54, {}},
    {35, "TQ2_0", 256, 66, {}},
    {39, "MXFP4", 32, 17, {}},
    {40, "NVFP4", 64, 36, {}},
    {41, "Q1_0", 128, 18, {}},
};

struct ValueType {
    const char* name;
    uint32_t size;
};
// By GgufType.
constexpr ValueType kValues[] = {{"u8", 1},  {"i8", 1},  {"u16", 2},  {"i16", 2},    {"u32", 4},
                                 {"i32", 4}, {"f32", 4}, {"bool", 1}, {"string", 0}, {"array", 0},
                                 {"u64", 8}, {"i64", 8}, {"f64", 8}};

}  // namespace

uint32_t gguf_value_size(GgufType type) {
    return size_t(type) < std::size(kValues) ? kValues[size_t(type)].size : 0;
}

const char* gguf_type_name(GgufType type) {
    return size_t(type) < std::size(kValues) ? kValues[size_t(type)].name : "unknown";
}

const GgmlType* find_ggml_type(uint32_t id) {
    const auto* found = std::find_if(std::begin(kTypes), std::end(kTypes),
                                     [id](const GgmlType& t) { return t.id == id; });
    return found == std::end(kTypes) ? nullptr : found;
}

std::string readable_ggml_types() {
    std::string text;
    for (const GgmlType& t : kTypes)
        if (t.readable) text += (text.empty() ? "" : ", ") + std::string(t.name);
    return text;
}

}  // namespace gosset
